"""Calendars: the events that they declare, and what is told of those that cannot be declared."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.declarations.sources.calendar import read_calendar
from reconciler.declarations.sources.sourced import Additions
from reconciler.diagnostics import Place
from tests.declarations.sources.reading import BERLIN, calendar, declared, event, ids, read, times, told, values

SAMPLES = Path(__file__).parent / "samples"
NOWHERE = Additions(hours="09:00-17:00", organizer="Acme")


def sample(name: str) -> list[dict[str, object]]:
    return values(read_calendar((SAMPLES / f"{name}.ics").read_bytes(), f"{name}.ics", BERLIN))


def test_an_event_has_the_texts_of_its_properties() -> None:
    found = read(
        *event(
            "DTSTART:20270415T150000Z",
            "DTEND:20270415T160000Z",
            "DESCRIPTION:One\\, two\\; three\\nfour \\\\n",
            "URL:https://acme.example/a,b;c",
            'ORGANIZER;CN="Acme, Field":mailto:field@acme.example',
            name="Spring launch ",
        ),
        additions=replace(BERLIN, event_type="WEBINAR"),
    )
    assert values(found) == [
        {
            "externalEventId": "launch",
            "eventName": "Spring launch",
            "eventUrl": "https://acme.example/a,b;c",
            "eventDescription": "One, two; three\nfour \\n",
            "eventOrganizer": "Acme, Field",
            "eventType": "WEBINAR",
            "startDateTime": "2027-04-15 17:00",
            "endDateTime": "2027-04-15 18:00",
        }
    ]


@pytest.mark.parametrize(
    ("line", "organizer"),
    [
        ("ORGANIZER;CN=Acme, Field:mailto:field@acme.example", "Acme, Field"),
        ("ORGANIZER;CN= :mailto:field@acme.example", "Acme"),
        ("ORGANIZER:mailto:field@acme.example", "Acme"),
        ("LOCATION:Berlin", "Acme"),
    ],
)
def test_an_organizer_without_a_name_is_the_one_that_was_given(line: str, organizer: str) -> None:
    assert values(read(*event(line)))[0]["eventOrganizer"] == organizer


def test_what_nobody_says_is_absent() -> None:
    found = read(*event("DESCRIPTION: ", "URL:"), additions=Additions())
    assert values(found) == [{"externalEventId": "launch", "eventName": "Launch"}]


def test_each_value_is_told_at_its_own_line() -> None:
    found = read(*event("URL:ftp://acme.example", "DTSTART:20270415T150000Z", "DTEND:20270415T160000Z", name=""))
    _, problems = declared(found)
    assert [(problem.code, problem.place and problem.place.line) for problem in problems] == [
        ("bad-url", 6),
        ("missing-key", 3),
    ]
    assert [(key, node.line) for key, node in found.events[0].keys.items()] == [
        ("externalEventId", 4),
        ("eventUrl", 6),
        ("eventOrganizer", 3),
        ("startDateTime", 7),
        ("endDateTime", 8),
    ]


def test_all_else_in_a_calendar_is_passed_over() -> None:
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT15M", "DESCRIPTION:Reminder", "DTSTART:soon", "END:VALARM")
    todo = ("BEGIN:VTODO", "UID:todo", "SUMMARY:Buy cake", "DTSTART:soon", "END:VTODO")
    found = read(*todo, *event("X-ALT-DESC;FMTTYPE=text/html:<p>", *alarm, "ATTENDEE broken"), "X-OWN:\\")
    assert values(found) == [{"externalEventId": "launch", "eventName": "Launch", "eventOrganizer": "Acme"}]


def test_folded_lines_are_joined_also_within_a_character() -> None:
    content = (
        calendar(*event("DESCRIPTION:größer")).replace(b"gr\xc3\xb6", b"gr\xc3\r\n \xb6").replace(b"SUM", b"S\r\n\tUM")
    )
    assert values(read_calendar(content, "a.ics", BERLIN))[0]["eventDescription"] == "größer"
    assert values(read_calendar(content, "a.ics", BERLIN))[0]["eventName"] == "Launch"


def test_line_ends_blank_lines_capitals_and_a_byte_order_mark_make_no_difference() -> None:
    content = calendar(*event("dtstart:20270415T150000Z")).replace(b"\r\n", b"\n").replace(b"VEVENT", b"vevent ")
    found = read_calendar(b"\xef\xbb\xbf" + content.replace(b"UID", b"\n \nUID"), "a.ics", BERLIN)
    assert times(found) == [("2027-04-15 17:00",)]


def test_a_file_can_hold_several_calendars() -> None:
    content = calendar(*event()) + calendar(*event(uid="summit"))
    assert ids(read_calendar(content, "a.ics", BERLIN)) == ["launch", "summit"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20270415T150000Z"], ("2027-04-15 17:00",)),
        (["DTSTART:20270415T150030Z"], ("2027-04-15 17:00:30",)),
        (["DTSTART:20270415T170000"], ("2027-04-15 17:00",)),
        (["DTSTART;TZID=Europe/Berlin:20270415T170000"], ("2027-04-15 17:00",)),
        (['DTSTART;TZID=" Asia/Tokyo ":20270415T170000'], ("2027-04-15 17:00", "Asia/Tokyo")),
        (["DTSTART;TZID=Europe/Berlin:20270415T170000Z"], ("2027-04-15 19:00",)),
        (["DTSTART;TZID=Europe/Paris:20270415T170000"], ("2027-04-15 17:00",)),
        (["DTSTART;TZID=Asia/Tokyo:20270415T170000"], ("2027-04-15 17:00", "Asia/Tokyo")),
        (["DTSTART;TZID=/mozilla.org/2005/Asia/Tokyo:20270415T170000"], ("2027-04-15 17:00", "Asia/Tokyo")),
        (["DTSTART;TZID=Tokyo Standard Time:20270415T170000"], ("2027-04-15 17:00", "Asia/Tokyo")),
        (["DTSTART;TZID=Japan:20270415T170000"], ("2027-04-15 10:00",)),
        (["DTSTART;TZID=Etc/GMT-9:20270415T170000"], ("2027-04-15 10:00",)),
        (["DTSTART;TZID=Europe/Berlin:20271031T023000"], ("2027-10-31 02:30+02:00",)),
        (["DTSTART:20271031T013000Z"], ("2027-10-31 02:30+01:00",)),
        (["DTSTART;TZID=Europe/Berlin:20270328T023000"], ("2027-03-28 03:30",)),
        (
            ["DTSTART;TZID=Asia/Tokyo:20270415T170000", "DTEND;TZID=Europe/Berlin:20270415T110000"],
            ("2027-04-15 17:00", "2027-04-15 18:00", "Asia/Tokyo"),
        ),
        (["DTSTART:20270415T150000Z", "DTEND:20270415T150000Z"], ("2027-04-15 17:00",)),
        (["DTSTART:20270415T150000Z", "DURATION:PT1H30M"], ("2027-04-15 17:00", "2027-04-15 18:30")),
        (["DTSTART:20270415T150000Z", "DURATION:PT0S"], ("2027-04-15 17:00",)),
        (["DTSTART:20270327T160000", "DURATION:P1D"], ("2027-03-27 16:00", "2027-03-28 16:00")),
        (["DTSTART:20270327T160000", "DURATION:PT24H"], ("2027-03-27 16:00", "2027-03-28 17:00")),
        (["DTSTART:20270415T150000Z", "DURATION:P1W"], ("2027-04-15 17:00", "2027-04-22 17:00")),
        (["DTSTART;VALUE=DATE:20270415"], ("2027-04-15", "2027-04-15")),
        (["DTSTART;VALUE=DATE:20270415", "DTEND;VALUE=DATE:20270416"], ("2027-04-15", "2027-04-15")),
        (["DTSTART;VALUE=DATE:20270415", "DTEND;VALUE=DATE:20270418"], ("2027-04-15", "2027-04-17")),
        (["DTSTART;VALUE=DATE:20270415", "DTEND;VALUE=DATE:20270415"], ("2027-04-15", "2027-04-15")),
        (["DTSTART;VALUE=DATE:20270415", "DURATION:P2D"], ("2027-04-15", "2027-04-16")),
        (["DTSTART;VALUE=DATE:20270415", "DURATION:PT0S"], ("2027-04-15", "2027-04-15")),
    ],
)
def test_times_are_local_in_the_usual_zone_or_in_their_own(lines: list[str], expected: tuple[str, ...]) -> None:
    assert times(read(*event(*lines))) == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20270415T170000"], ("2027-04-15 17:00", "America/New_York")),
        (["DTSTART:20270415T150000Z"], ("2027-04-15 17:00",)),
        (["DTSTART;VALUE=DATE:20270415"], ("2027-04-15", "2027-04-15", "America/New_York")),
    ],
)
def test_times_without_a_zone_are_in_the_one_that_the_calendar_names(lines: list[str], expected: tuple[str]) -> None:
    assert times(read(*event(*lines), head=["X-WR-TIMEZONE:America/New_York"])) == [expected]


def test_a_calendar_that_names_an_unknown_zone_is_read_in_the_usual_one() -> None:
    assert times(read(*event("DTSTART:20270415T170000"), head=["X-WR-TIMEZONE:Home"])) == [("2027-04-15 17:00",)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20270328T023000", "DURATION:PT1H"], ("2027-03-28 02:30", "2027-03-28 03:30")),
        (["DTSTART:20270415T150000Z"], ("2027-04-15 15:00+00:00",)),
        (["DTSTART;TZID=Europe/Berlin:20270415T170000"], ("2027-04-15 17:00", "Europe/Berlin")),
        (["DTSTART;VALUE=DATE:20270415"], ("2027-04-15", "2027-04-15")),
    ],
)
def test_where_nothing_names_a_zone_times_say_as_much_as_they_can(lines: list[str], expected: tuple[str]) -> None:
    assert times(read(*event(*lines), additions=NOWHERE)) == [expected]


def test_whole_days_have_the_hours_that_were_given() -> None:
    (found,) = values(read(*event("DTSTART;VALUE=DATE:20270415")))
    assert found["hours"] == "09:00-17:00"


def test_whole_days_without_hours_are_told() -> None:
    (problem,) = read(*event("DTSTART;VALUE=DATE:20270415"), additions=Additions("Europe/Berlin")).problems
    assert problem.message == "DTSTART: the event takes whole days, and HubSpot wants times"
    assert problem.hint == "say when its days begin and end, as in --hours 09:00-17:00"
    assert problem.place == Place("a.ics", 6)


def test_a_cancelled_event_is_declared_as_cancelled() -> None:
    assert values(read(*event("STATUS:Cancelled")))[0]["eventCancelled"] is True
    assert "eventCancelled" not in values(read(*event("STATUS:CONFIRMED")))[0]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("DTSTART:15.04.2027", "DTSTART: '15.04.2027' is not a date or time"),
        ("DTSTART:20270231", "DTSTART: '20270231' is not a date or time"),
        ("DTSTART:20270415T250000", "DTSTART: '20270415T250000' is not a date or time"),
        (
            "DTSTART;TZID=Home:20270415T170000",
            "DTSTART: the time zone 'Home' is not known, and the calendar does not define it",
        ),
        ("RECURRENCE-ID:soon", "RECURRENCE-ID: 'soon' is not a date or time"),
        ("EXDATE:20270415,soon", "EXDATE: 'soon' is not a date or time"),
        ("SUMMARY:Again", "SUMMARY: stands there twice"),
        ("EXRULE:FREQ=DAILY", "EXRULE: is out of use, and not read"),
        ("RECURRENCE-ID;RANGE=THISANDFUTURE:20270415", "RECURRENCE-ID: changes all later dates too"),
        ("RDATE;VALUE=PERIOD:20270415T150000Z/PT1H", "RDATE: holds periods, and only dates and times are read"),
        ("RRULE:FREQ=DAILY", "RRULE: repeats an event that has no right DTSTART"),
        ("DESCRIPTION", "the line is not NAME:VALUE, as calendars have it"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(line: str, problem: str) -> None:
    first, *_ = told(read(*event(line)))
    assert first.startswith(f"a.ics:6:1: {problem} (")


@pytest.mark.parametrize(
    ("start", "line", "problem"),
    [
        ("20270415T150000Z", "DTEND:20270415T145959Z", "DTEND: the event ends before it begins"),
        ("20270415", "DTEND:20270414", "DTEND: the event ends before it begins"),
        (
            "20270415",
            "DTEND:20270415T150000Z",
            "DTEND: the start or the end is a date alone, and the other is a time",
        ),
        ("20270415T150000Z", "DTEND:soon", "DTEND: 'soon' is not a date or time"),
        ("20270415T150000Z", "DURATION:P", "DURATION: 'P' is not a duration from a start on"),
        ("20270415T150000Z", "DURATION:-PT1H", "DURATION: '-PT1H' is not a duration from a start on"),
        ("20270415", "DURATION:PT8H", "DURATION: an event of whole days lasts for whole days"),
        ("20270415T150000Z", "RRULE:FREQ=DAILY;COUNT=0", "RRULE: COUNT cannot be '0'"),
    ],
)
def test_a_wrong_end_or_rule_is_told(start: str, line: str, problem: str) -> None:
    assert [one.split(" (")[0] for one in told(read(*event(f"DTSTART:{start}", line)))] == [f"a.ics:7:1: {problem}"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["DTSTART:00010101T000000", "DURATION:PT1H"], "DTSTART: the time is outside the years 1 to 9999"),
        (["DTSTART:99991231T120000", "DURATION:P2D"], "DTSTART: the end is outside the years 1 to 9999"),
        (["DTSTART;VALUE=DATE:99991231", "DURATION:P2D"], "DTSTART: the end is outside the years 1 to 9999"),
    ],
)
def test_a_time_outside_of_all_years_is_told(lines: list[str], problem: str) -> None:
    assert told(read(*event(*lines))) == [f"a.ics:6:1: {problem} (correct the year)"]


def test_every_problem_is_told_at_once_in_the_order_of_lines() -> None:
    found = read(
        *event("DTSTART;VALUE=DATE:20270415"),
        *event("DTSTART:soon", "DTEND:later", uid="summit"),
        additions=Additions("Europe/Berlin"),
    )
    assert [one.split(": ")[0] for one in told(found)] == ["a.ics:6:1", "a.ics:11:1"]


def test_a_property_that_is_not_utf8_is_told_if_it_is_read() -> None:
    content = calendar(*event("DESCRIPTION:gr\u00fcn", "LOCATION:gr\u00fcn")).decode().encode("latin-1")
    assert told(read_calendar(content, "a.ics", BERLIN)) == [
        "a.ics:6:1: the line is not UTF-8 (export the calendar as UTF-8)"
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "a.ics:1:1: this is not a calendar: it does not begin with BEGIN:VCALENDAR"),
        (b"<html>\n<p>", "a.ics:1:1: this is not a calendar: it does not begin with BEGIN:VCALENDAR"),
        (b"BEGIN:VCARD\nEND:VCARD\n", "a.ics:1:1: this is not a calendar: it does not begin with BEGIN:VCALENDAR"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nX:1\n", "a.ics:3:1: this line stands outside of the calendar"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n",
            "a.ics:3:1: END:VCALENDAR stands here, but the VEVENT that begins in line 2 is still open",
        ),
        (b"END:VCALENDAR\n", "a.ics:1:1: END:VCALENDAR stands here, but there is no BEGIN for it"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n",
            "a.ics:2:1: the file ends while the VEVENT that begins in line 2 is still open",
        ),
        (
            b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 8,
            "a.ics:9:1: components stand within each other deeper than in any calendar",
        ),
        (calendar(), "a.ics:1:1: the calendar holds no event"),
        (
            b"BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
            "a.ics:2:1: this is a calendar of version 1.0, and only 2.0 is read",
        ),
        (b"BEGIN:VCALENDAR\nVERSION\nEND:VCALENDAR\n", "a.ics:1:1: the calendar holds no event"),
    ],
)
def test_a_file_that_is_no_whole_calendar_is_told(content: bytes, problem: str) -> None:
    first, *_ = told(read_calendar(content, "a.ics", BERLIN))
    assert first.startswith(f"{problem} (")


def test_two_events_with_one_uid_are_told() -> None:
    assert told(read(*event(), *event())) == [
        "a.ics:7:1: the UID 'launch' stands at line 3 already (delete one of the two)"
    ]


def test_an_event_without_a_uid_is_known_by_its_name_and_day() -> None:
    unnamed = ("BEGIN:VEVENT", "SUMMARY:Spring launch", "DTSTART:20270415T150000Z", "END:VEVENT")
    timeless = ("BEGIN:VEVENT", "SUMMARY:Spring launch", "END:VEVENT")
    nameless = ("BEGIN:VEVENT", "DTSTART:20270415T150000Z", "END:VEVENT")
    found = read(*unnamed, *timeless, *nameless)
    assert ids(found) == ["spring-launch-2027-04-15", "spring-launch", "event-e3b0c44298fc-2027-04-15"]
    (problem,) = told(read(*unnamed, *unnamed))
    assert problem.startswith("a.ics:7:1: its id would be 'spring-launch-2027-04-15', which the event at line 3 has (")


def test_googles_export_is_read() -> None:
    found = sample("google")
    assert [(event["externalEventId"], event["startDateTime"], event["endDateTime"]) for event in found] == [
        ("4k7spring2027launch@google.com", "2027-04-15 17:00", "2027-04-15 18:00"),
        ("71officehour@google.com-2027-03-04", "2027-03-04 18:00", "2027-03-04 19:00"),
        ("71officehour@google.com-2027-03-11", "2027-03-11 18:00", "2027-03-11 19:00"),
        ("71officehour@google.com-2027-03-25", "2027-03-26 17:00", "2027-03-26 18:00"),
        ("71officehour@google.com-2027-04-08", "2027-04-08 18:00", "2027-04-08 19:00"),
        ("90expo2027@google.com", "2027-09-21", "2027-09-23"),
        ("22breakfast@google.com", "2027-06-10 09:00", "2027-06-10 10:00"),
    ]
    assert {event["eventOrganizer"] for event in found} == {"Acme Field Marketing"}
    assert [event["externalEventId"] for event in found if "eventCancelled" in event] == ["22breakfast@google.com"]
    assert "größere Gruppen bitte vorher anmelden." in str(found[0]["eventDescription"])


def test_outlooks_export_is_read() -> None:
    day, *others = sample("outlook")
    assert day["eventName"] == "Partnertag Süd; mit Führung"
    assert day["eventOrganizer"] == "Acme, Field Marketing"
    assert [(event["startDateTime"], event["endDateTime"]) for event in (day, *others)] == [
        ("2027-05-11 09:30", "2027-05-11 17:00"),
        ("2027-06-01", "2027-06-01"),
        ("2027-10-29 16:00", "2027-10-29 17:00"),
        ("2027-11-05 15:00", "2027-11-05 16:00"),
        ("2027-11-12 16:00", "2027-11-12 17:00"),
    ]


def test_apples_export_is_read() -> None:
    found = sample("apple")
    assert {event["timezone"] for event in found} == {"America/New_York"}
    assert found[0]["eventUrl"] == "https://acme.example/roadshow/boston?from=calendar&lang=en"
    assert [(event["startDateTime"], event["endDateTime"]) for event in found] == [
        ("2027-05-12 09:00", "2027-05-12 10:30"),
        ("2027-05-13 09:00", "2027-05-13 11:00"),
        ("2027-06-01", "2027-06-01"),
        ("2027-07-06", "2027-07-06"),
        ("2027-08-03", "2027-08-03"),
    ]


def test_lumas_export_is_read() -> None:
    (found,) = sample("luma")
    assert found["eventName"] == "Meetup: data in the field 🌱"
    assert found["eventUrl"] == "https://lu.ma/acme-field"
    assert (found["startDateTime"], found["endDateTime"]) == ("2027-03-18 18:30", "2027-03-18 21:00")
