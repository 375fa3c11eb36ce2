"""Tables: the events that their rows declare, and what is told of rows that cannot be declared."""

import csv
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.declarations.sources.sourced import Additions, Sourced, plain_values
from reconciler.declarations.sources.table import read_table
from reconciler.safe_text import FORBIDDEN
from tests.declarations.sources.reading import declared, ids, told, values

TOO_MANY = "put a cell that holds a delimiter in double quotes"
OWN_ID = "write an externalEventId of its own in each of these rows"
NO_ROW = "save the table again, with a row for each event"
NO_COLUMN = "name the columns in the first line, as in eventName,startDateTime,endDateTime"
QUOTES = "put the whole cell in double quotes, and write each double quote in it twice"
HEADER = "externalEventId,eventName,startDateTime"


def table(*lines: str, additions: Additions = Additions()) -> Sourced:  # noqa: B008  (frozen)
    return read_table("\n".join(lines).encode(), "a.csv", additions)


def test_each_row_is_an_event() -> None:
    assert values(table(HEADER, "launch,Launch,2027-04-15 17:00", "summit,Summit,2027-09-21T09:00:00+02:00")) == [
        {"externalEventId": "launch", "eventName": "Launch", "startDateTime": "2027-04-15 17:00"},
        {"externalEventId": "summit", "eventName": "Summit", "startDateTime": "2027-09-21T09:00:00+02:00"},
    ]


def test_every_key_can_be_a_column_and_each_custom_property() -> None:
    header = (
        "externalEventId,externalAccountId,eventName,eventOrganizer,eventType,eventDescription,eventUrl,startDateTime,"
        "endDateTime,timezone,hours,eventCancelled,eventCompleted,protect,customProperties.region,customProperties.x.y"
    )
    row = (
        "launch,acme,Launch,Acme,WEBINAR,New,https://acme.example,2027-04-15,2027-04-16,Europe/Berlin,09:00-17:00,"
        "TRUE,false,True,EMEA,=1+1"
    )
    assert values(table(header, row)) == [
        {
            "externalEventId": "launch",
            "externalAccountId": "acme",
            "eventName": "Launch",
            "eventOrganizer": "Acme",
            "eventType": "WEBINAR",
            "eventDescription": "New",
            "eventUrl": "https://acme.example",
            "startDateTime": "2027-04-15",
            "endDateTime": "2027-04-16",
            "timezone": "Europe/Berlin",
            "hours": "09:00-17:00",
            "eventCancelled": True,
            "eventCompleted": False,
            "protect": True,
            "customProperties": {"region": "EMEA", "x.y": "=1+1"},
        }
    ]


def test_columns_are_known_in_any_case_with_and_without_blanks() -> None:
    found = table(
        "Event Name,EXTERNALEVENTID, start\u00a0date time ,Custom Properties . Region",
        "Launch,launch,2027-04-15 17:00,x",
    )
    assert values(found) == [
        {
            "eventName": "Launch",
            "externalEventId": "launch",
            "startDateTime": "2027-04-15 17:00",
            "customProperties": {"Region": "x"},
        }
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_form_that_spreadsheets_save_is_read(encoding: str, delimiter: str, line_end: str) -> None:
    lines = [HEADER, '"launch","Frühling, ""groß""; und mehr",2027-04-15 17:00', ",,", ""]
    text = line_end.join(lines).replace(",", delimiter)
    (found,) = values(read_table(text.encode(encoding), "a.csv", Additions()))
    assert found["eventName"] == f'Frühling{delimiter} "groß"; und mehr'
    assert found["startDateTime"] == "2027-04-15 17:00"


def test_a_line_in_which_excel_names_the_delimiter_counts() -> None:
    found = table("sep=;", "eventName;eventType", "A,B;C", "D,E;F,G")
    assert [event["eventName"] for event in values(found)] == ["A,B", "D,E"]
    assert [event.line for event in found.events] == [3, 4]


def test_a_header_of_one_column_is_enough() -> None:
    assert ids(table("Event Name", "Spring launch")) == ["spring-launch"]


def test_empty_cells_and_rows_are_absent() -> None:
    found = table(f"{HEADER},,", "launch, ,\u00a0", "", ",,,,", "summit", " , , ")
    assert values(found) == [{"externalEventId": "launch"}, {"externalEventId": "summit"}]


def test_a_row_is_told_at_the_line_where_it_begins() -> None:
    rows = ["A,", '"B","one', "", 'two",ftp://acme.example', "C,,ftp://acme.example"]
    found = table("eventName,eventDescription,eventUrl", *rows)
    assert [event.line for event in found.events] == [2, 3, 6]
    assert plain_values(found.events[1])["eventDescription"] == "one\n\ntwo"
    links = [problem.place for problem in declared(found)[1] if problem.code == "bad-url"]
    assert [place.line for place in links if place is not None] == [3, 6]


def test_blanks_around_texts_are_kept_and_around_all_else_mean_nothing() -> None:
    header = "eventName,externalEventId,startDateTime,eventCancelled"
    (found,) = values(table(header, " A , a , 2027-04-15 17:00 , TRUE "))
    assert found == {
        "eventName": " A ",
        "externalEventId": "a",
        "startDateTime": "2027-04-15 17:00",
        "eventCancelled": True,
    }


def test_what_no_row_says_is_added() -> None:
    additions = Additions("Europe/Berlin", "09:00-17:00", "Acme", "WEBINAR")
    header = "externalEventId,eventOrganizer,eventType,startDateTime,endDateTime,hours"
    rows = ["a,,,2027-04-15,2027-04-15,", "b,Own,MEETUP,2027-04-15,2027-04-15,10:00-11:00"]
    rows += ["c,,,2027-04-15 09:00,,", "d,,,soon,,"]
    first, second, third, fourth = values(table(header, *rows, additions=additions))
    assert (first["eventOrganizer"], first["eventType"], first["hours"]) == ("Acme", "WEBINAR", "09:00-17:00")
    assert (second["eventOrganizer"], second["eventType"], second["hours"]) == ("Own", "MEETUP", "10:00-11:00")
    assert "hours" not in third
    assert "hours" not in fourth


def test_an_event_without_an_id_is_known_by_its_name_and_day() -> None:
    rows = [",Spring launch,2027-04-15 23:00", ",Spring launch,2027-04-16", ",Spring launch,"]
    assert ids(table(HEADER, *rows)) == ["spring-launch-2027-04-15", "spring-launch-2027-04-16", "spring-launch"]


def test_rows_that_would_get_one_id_are_told() -> None:
    rows = [",Spring launch,2027-04-15 23:00", ",Spring launch,2027-04-15", "summit,Other,", ",Summit,"]
    assert told(table(HEADER, *rows)) == [
        f"a.csv:3:1: its id would be 'spring-launch-2027-04-15', which the event at line 2 has ({OWN_ID})",
        f"a.csv:5:1: its id would be 'summit', which the event at line 4 has ({OWN_ID})",
    ]


def test_an_event_with_an_object_id_needs_no_other() -> None:
    assert values(table("objectId,eventName", "123,Launch")) == [{"objectId": "123", "eventName": "Launch"}]


@pytest.mark.parametrize(
    ("title", "hint"),
    [
        ("eventNmae", "did you mean eventName?"),
        ("Title", "did you mean eventName?"),
        ("Start Date", "did you mean startDateTime?"),
        ("customProperty", "name it like a field, or delete the column"),
        ("event_region", "your own properties are columns such as customProperties.event_region"),
        ("registrations", "HubSpot fills this in itself: delete the column"),
        ("xyz", "name it like a field, or delete the column"),
        ("initial", "name it like a field, or delete the column"),
    ],
)
def test_another_column_is_told_with_what_it_may_mean(title: str, hint: str) -> None:
    assert told(table(f"externalEventId,{title}", "launch,x")) == [f"a.csv:1:1: unknown column {title!r} ({hint})"]


def test_a_column_named_twice_is_told() -> None:
    found = table("eventName,externalEventId,Event Name", "A,a,B")
    assert told(found) == ["a.csv:1:1: the columns 1 and 3 are both 'Event Name' (delete one of the two)"]


def test_every_problem_of_header_and_rows_is_told_at_once() -> None:
    found = table("externalEventId,eventNmae,", "a,,x", "b,c,,d,e", "c,,,,")
    assert told(found) == [
        "a.csv:1:1: unknown column 'eventNmae' (did you mean eventName?)",
        "a.csv:2:1: the column 3 has no name (name it, or delete it)",
        f"a.csv:3:1: the row has 5 cells, and the header names 3 columns ({TOO_MANY})",
    ]


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("46492", "format the column so that it shows 2027-04-15"),
        (" 46492.7083333333 ", "format the column so that it shows 2027-04-15 17:00"),
        ('"46492,7083333333"', "format the column so that it shows 2027-04-15 17:00"),
    ],
)
def test_a_time_as_a_spreadsheet_counts_it_is_told(cell: str, hint: str) -> None:
    (problem,) = table("externalEventId,startDateTime", f"launch,{cell}").problems
    number = cell.strip(' "')
    assert problem.message == f"startDateTime: {number} is the number that a spreadsheet keeps for a time"
    assert problem.hint == hint


def test_such_a_number_is_a_text_in_any_other_column() -> None:
    (found,) = values(table("externalEventId,eventName", "46492,46492"))
    assert found == {"externalEventId": "46492", "eventName": "46492"}


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("15.04.2027 17:00", "did you mean 2027-04-15 17:00?"),
        ("4/15/2027 5:00 PM", "did you mean 2027-04-15 17:00?"),
        ("3/4/2027 5:00 PM", "write 2027-03-04 17:00 (4 March) or 2027-04-03 17:00 (3 April)"),
    ],
)
def test_a_date_in_another_form_is_told_with_the_right_one(cell: str, hint: str) -> None:
    _, problems = declared(table("externalEventId,eventName,eventOrganizer,startDateTime", f"a,A,B,{cell}"))
    assert [(problem.place and problem.place.line, problem.hint) for problem in problems] == [(2, hint)]


@pytest.mark.parametrize("cell", ["#REF!", "#NAME?", " #N/A ", "#DIV/0!", "#BEZUG!", "#NV", "#¡VALOR!", "Err:502"])
@pytest.mark.parametrize("key", ["eventName", "eventOrganizer", "eventUrl", "startDateTime", "customProperties.region"])
def test_a_formula_without_a_result_is_told_once(key: str, cell: str) -> None:
    row = {"externalEventId": "a", "eventName": "A", "eventOrganizer": "Acme", key: cell}
    (problem,) = declared(table(",".join(row), ",".join(row.values())))[1]
    assert (problem.code, problem.place and problem.place.line) == ("failed-formula", 2)
    shown = f"{key}: {cell.strip()!r} is what a spreadsheet shows where a formula has no result"
    assert problem.message == shown


@pytest.mark.parametrize("name", ["#NAME? and #REF!", "#launch", "#N", "N/A", "Err: 502", "#ref!"])
def test_a_text_that_only_resembles_one_is_kept(name: str) -> None:
    assert values(table("externalEventId,eventName", f"a,{name}")) == [{"externalEventId": "a", "eventName": name}]


def test_null_is_a_text() -> None:
    events, _ = declared(table("externalEventId,eventName,eventOrganizer", "null,null,~"))
    assert events[0].fields == {"eventName": "null", "eventOrganizer": "~"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", f"a.csv:1:1: the table is empty ({NO_ROW})"),
        (b"\n \n", f"a.csv:1:1: the table is empty ({NO_ROW})"),
        (
            b"\neventName\n\n",
            f"a.csv:2:1: the table has no row below its header ({NO_ROW})",
        ),
        (
            b"a,b\n1,2\n",
            f"a.csv:1:1: this is not a table of events: none of its columns is named like a field ({NO_COLUMN})",
        ),
        (b"eventName\nA\ngr\xfcn\n", "a.csv:3:1: the table is not UTF-8 (save the table as CSV in UTF-8)"),
        (b"\xff\xfea\x00b", "a.csv:1:1: the table is not UTF-16 (save the table as CSV in UTF-8)"),
        (
            "eventName\nA\n".encode("utf-16-le"),
            "a.csv:1:1: the table holds null characters, so it is not text in UTF-8 (save the table as CSV in UTF-8)",
        ),
        (
            b'eventName\nA\n"B\nC',
            f"a.csv:3:1: the quotation marks of this row do not match ({QUOTES})",
        ),
        (
            b'"eventName\nA\n',
            f"a.csv:1:1: the quotation marks of this row do not match ({QUOTES})",
        ),
        (
            b"eventName\nA\n" + b"B" * 131_073,
            "a.csv:3:1: a cell of this row holds more than 131,072 characters (shorten it)",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_told(content: bytes, problem: str) -> None:
    assert told(read_table(content, "a.csv", Additions())) == [problem]


texts = st.text(max_size=20).filter(lambda text: not FORBIDDEN.search(text) and text.strip() and "\r" not in text)


@example([('a"b', "=SUM(A1)")], csv.excel_tab)
@given(
    st.lists(st.tuples(texts, texts), min_size=1, max_size=5),
    st.sampled_from([csv.excel, csv.excel_tab, csv.unix_dialect, type("semicolons", (csv.excel,), {"delimiter": ";"})]),
)
def test_what_python_writes_as_a_table_is_read_back(rows: list[tuple[str, str]], dialect: type[csv.Dialect]) -> None:
    stream = StringIO(newline="")
    numbered = [(str(number), *row) for number, row in enumerate(rows)]
    csv.writer(stream, dialect).writerows([("externalEventId", "eventName", "customProperties.note"), *numbered])
    found = values(read_table(stream.getvalue().encode(), "a.csv", Additions()))
    assert [(event["eventName"], event["customProperties"]) for event in found] == [
        (name, {"note": note}) for name, note in rows
    ]
