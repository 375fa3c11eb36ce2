"""HubSpot's values written into declarations: what can be written means what HubSpot holds, and the rest stays."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.values.expressions import expression
from reconciler.declarations.values.times import moment_of, read_time
from reconciler.declarations.values.written_times import time_like
from reconciler.declarations.writing.pulled_values import Pull
from reconciler.declarations.writing.pulling import Pulled, pull_into
from reconciler.declarations.yaml.editing import CannotEdit, Editor, Override
from reconciler.diagnostics import Diagnostic
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.event import DeclaredEvent, Kind, Value, kind_of, label_of
from tests.declarations.catalogue import DEFAULTS, FOLDER, TERMS, Case, cases, encoded
from tests.declarations.messy import MESSY
from tests.declarations.test_canonical import LINES

CASES = [case for path in sorted(FOLDER.glob("*.txt")) for case in cases(path)]


def listing(files: Mapping[str, bytes]) -> list[SourceFile | Diagnostic]:
    return [SourceFile(path, path, files[path]) for path in sorted(files, key=reading_order)]


def events_of(files: Mapping[str, bytes], terms: Terms = TERMS) -> tuple[DeclaredEvent, ...]:
    return read_all(listing(files), terms).events


def pulled(
    files: Mapping[str, bytes], values: Sequence[Mapping[str, Value]], terms: Terms = TERMS
) -> tuple[dict[str, bytes], Pulled]:
    """Pull values of each event in its order; return all files as they are after it."""
    pulls = [Pull(event, held) for event, held in zip(events_of(files, terms), values, strict=True) if held]
    done = pull_into(listing(files), terms, pulls)
    return {**files, **{file.source.path: file.after for file in done.files}}, done


MOMENTS = st.sampled_from(
    ["2027-04-15T15:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:30.500Z", "0001-01-01T00:00:00Z"]
)


def values_for(event: DeclaredEvent) -> st.SearchStrategy[dict[str, Value]]:
    def value_of(name: str) -> st.SearchStrategy[Value]:
        match kind_of(name):
            case Kind.FLAG:
                return st.sampled_from([True, False, None])
            case Kind.INSTANT:
                return st.none() | MOMENTS
            case _:
                return st.none() | LINES | st.sampled_from(["x;y", "z;x", "a;;b", "https://a.example", ";"])

    return st.fixed_dictionaries({}, optional={name: value_of(name) for name in event.fields})


def check(before: Mapping[str, bytes], values: Sequence[Mapping[str, Value]]) -> None:
    after, done = pulled(before, values)
    left = {(str(each.place), each.message.partition(" of ")[0]) for each in done.left}
    old, new = events_of(before), events_of(after)
    assert len(old) == len(new)
    for event, held, now in zip(old, values, new, strict=True):
        names = {name for name, value in held.items() if not is_left(event, name, done)}
        expected = {**event.fields, **{name: meaning(name, held[name]) for name in names}}
        assert (now.identity, dict(now.fields), now.protect, now.timezone) == (
            event.identity,
            expected,
            event.protect,
            event.timezone,
        )
    assert len(left) <= len(done.left)
    assert pulled(after, [{} for _ in values])[0] == after


def is_left(event: DeclaredEvent, name: str, done: Pulled) -> bool:
    begin = f"{label_of(name)} of {event.identity} is left as it is: "
    return any(each.message.startswith(begin) for each in done.left)


def meaning(name: str, value: Value) -> Value:
    if kind_of(name) is Kind.FLAG:
        return value is True
    return value if kind_of(name) is Kind.INSTANT else (str(value or "").replace("\r\n", "\n").rstrip("\n") or None)


@settings(max_examples=100)
@given(MESSY, st.data())
def test_what_hubspot_holds_is_written_whatever_people_wrote(text: str, data: st.DataObject) -> None:
    before = {"e.yaml": text.encode()}
    values = [data.draw(values_for(event)) for event in events_of(before)]
    check(before, values)
    after = pulled(before, values)[0]["e.yaml"].decode()
    for comment in ("# a note", "# - no item", "# eventName: old", "# é 😀", "# beside"):
        assert after.count(comment) == text.count(comment)


def valid(case: Case) -> bool:
    try:
        return bool(events_of(case.files))
    except DeclarationsInvalid:
        return False


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES if valid(case)])
@settings(max_examples=5)
@given(data=st.data())
def test_what_hubspot_holds_is_written_in_every_valid_case_of_the_catalogue(case: Case, data: st.DataObject) -> None:
    check(case.files, [data.draw(values_for(event)) for event in events_of(case.files)])


class Example(NamedTuple):
    """A file, what HubSpot holds of its first event, the file after that is pulled, and why some of it is left."""

    before: bytes
    holds: dict[str, Value]
    after: bytes
    leaves: str


def examples() -> Iterator[Any]:
    """Read `pulls/values.txt`, whose examples are like the cases of the catalogue; `<END>` is a file's end."""
    text = (Path(__file__).parent / "pulls/values.txt").read_text(encoding="utf-8")
    for entry in text.split("=== ")[1:]:
        title, rest = entry.split("\n", 1)
        before, *parts = re.split(r"^\+\+\+ (\w+)\n", rest, flags=re.MULTILINE)
        found = dict(zip(parts[::2], parts[1::2], strict=True))
        after = content(found.get("gives", before))
        yield pytest.param(
            Example(content(before), json.loads(found["holds"]), after, found.get("leaves", "")), id=title
        )


def content(written: str) -> bytes:
    return encoded(written.replace("<END>\n", ""))


@pytest.mark.parametrize("example", list(examples()))
def test_only_the_value_changes(example: Example) -> None:
    files = DEFAULTS | {"e.yaml": example.before}
    others: list[dict[str, Value]] = [{}] * (len(events_of(files)) - 1)
    done, report = pulled(files, [example.holds, *others])
    assert done["e.yaml"].decode() == example.after.decode()
    reasons = (each.message.partition(" is left as it is: ")[2] for each in report.left)
    assert (
        "".join(f"{each.place}: {reason}\n" for each, reason in zip(report.left, reasons, strict=True))
        == example.leaves
    )


def test_what_can_be_written_of_an_event_is_written() -> None:
    text = "".join(
        f"---\nexternalEventId: e-{number}\neventType: x\n"
        "startDateTime: 2027-04-15 17:00Z\nendDateTime: 2027-04-15 18:00Z\n"
        for number in range(5)
    )
    held: dict[str, Value] = {"endDateTime": "2027-04-15T16:00:00Z", "eventType": "y"}
    done, report = pulled(DEFAULTS | {"e.yaml": text.encode()}, [held, {}, held, {"eventType": "y"}, held])
    assert done["e.yaml"].decode().count("eventType: y") == 4
    assert done["e.yaml"].decode().count("16:00") == 0
    assert [each.place and each.place.line for each in report.left] == [5, 15, 25]
    assert report.values == 4


def test_what_is_inside_a_value_that_others_refer_to_cannot_be_edited() -> None:
    editor = Editor("a: &x\n  b:\n    c: d\ne: *x\n")
    for place in ((1, 1), (2, 3), (3, 5), (4, 1), (9, 9)):
        with pytest.raises(CannotEdit):
            editor.replaced(*place, "z")


def test_a_mapping_cannot_be_replaced() -> None:
    with pytest.raises(CannotEdit, match="it is a mapping"):
        Editor("a:\n  b: c\n").replaced(1, 1, "z")


def test_nothing_is_added_to_an_event_that_others_refer_to() -> None:
    editor = Editor("a: &x\n  b: c\nd: *x\n")
    with pytest.raises(CannotEdit, match="other values refer to the event"):
        list(editor.added(2, 3, [Override("e", "f", "")], []))


@pytest.mark.parametrize(
    ("value", "said"),
    [("y", "'y'"), (None, "nothing"), ("b;c", "'b;c'"), ("", "nothing"), ("\x1b[31m" + "y" * 99, None)],
)
def test_a_value_that_is_left_says_what_hubspot_holds(value: str | None, said: str | None) -> None:
    text = b"defaults: {customProperties: {a: [b]}}\nevents: [{externalEventId: a}]\n"
    _, report = pulled(DEFAULTS | {"e.yaml": text}, [{"customProperties.a": value}])
    (problem,) = report.left
    assert str(problem.place) == "e.yaml:2:10"
    assert said is None or problem.hint == f"HubSpot holds {said}: edit it by hand"


def test_a_flag_that_is_left_is_said_as_files_have_it() -> None:
    text = b"defaults: {eventCancelled: false}\nevents: [{externalEventId: a}]\n"
    _, report = pulled(DEFAULTS | {"e.yaml": text}, [{"eventCancelled": True}])
    assert [problem.hint for problem in report.left] == ["HubSpot holds true: edit it by hand"]


def test_a_name_against_the_rules_of_the_house_is_left() -> None:
    terms = replace(TERMS, rules=HouseRules({"eventName": expression("[A-Z].*")}))
    files = DEFAULTS | {"e.yaml": b"externalEventId: a\neventName: Fair\neventType: x\n"}
    done, report = pulled(files, [{"eventName": "fair", "eventType": "y"}], terms)
    assert done["e.yaml"] == b"externalEventId: a\neventName: Fair\neventType: y\n"
    assert [str(each.place) for each in report.left] == ["e.yaml:2:1"]


def test_the_defaults_of_the_folders_above_hold() -> None:
    files = DEFAULTS | {
        "in/_defaults.yaml": b"externalAccountId: inner\neventType: x\n",
        "in/deep/e.yaml": b"externalEventId: a\n",
        "other/_defaults.yaml": b"eventType: z\n",
    }
    done, report = pulled(files, [{"eventType": "y"}])
    note = "# HubSpot's value, in place of the default in in/_defaults.yaml"
    assert done["in/deep/e.yaml"].decode() == f"externalEventId: a\n{note}\neventType: y\n"
    assert (report.values, report.left) == (1, ())


def test_a_time_that_has_no_other_form_is_in_utc() -> None:
    files = DEFAULTS | {"e.yaml": b"externalEventId: a\nstartDateTime: 2027-04-15 12:00+23:00\n"}
    done, _ = pulled(files, [{"startDateTime": "9999-12-31T23:00:00Z"}])
    assert done["e.yaml"].endswith(b"startDateTime: 9999-12-31 23:00Z\n")


def test_a_local_time_has_the_zone_of_its_event() -> None:
    moment = datetime(2027, 4, 15, 15, 0, 30, 500_000, UTC)
    assert time_like("2027-04-15 17:00", moment, "Europe/Berlin") == "2027-04-15 17:00:30.500"
    assert time_like("", moment, "Europe/Berlin") == "2027-04-15 17:00:30.500"
    assert time_like("", moment, None) == "2027-04-15 15:00:30.500Z"


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("2027-02-11 11:00+01:00", "Europe/Berlin", "2027-08-11 12:00+02:00"),
        ("2027-02-11T11:00:00+01:00", "Europe/Berlin", "2027-08-11T12:00:00+02:00"),
        ("2027-02-11 11:00+00:00", "Europe/London", "2027-08-11 11:00+01:00"),
        ("2027-02-11 11:00+01:00", None, "2027-08-11 11:00+01:00"),
        ("2027-02-11 11:00+09:00", "Europe/Berlin", "2027-08-11 19:00+09:00"),
        ("2027-02-11 11:00Z", "Europe/London", "2027-08-11 10:00Z"),
        ("0001-01-01 00:30+01:00", "Europe/Berlin", "2027-08-11 10:00Z"),
    ],
)
def test_a_time_gets_the_offset_of_its_zone_on_its_day(written: str, zone: str | None, expected: str) -> None:
    assert time_like(written, datetime(2027, 8, 11, 10, tzinfo=UTC), zone) == expected


def test_a_time_of_the_days_of_local_mean_time_is_exact() -> None:
    """Until 1937 the offset of Amsterdam was no whole number of minutes; clocks showed some times twice."""
    moment = datetime(1936, 10, 4, 2, 10, tzinfo=UTC)
    text = time_like("2027-04-15 17:00", moment, "Europe/Amsterdam")
    read = read_time(text)
    assert isinstance(read, datetime)
    assert moment_of(read, "Europe/Amsterdam") == moment


def test_what_would_mean_something_else_is_an_error_that_names_the_file() -> None:
    """A caller that hands over other values than HubSpot can hold must not spoil a file."""
    files = DEFAULTS | {"e.yaml": b"externalEventId: a\nstartDateTime: 2027-04-15 12:00Z\n"}
    with pytest.raises(ReconcilerError, match=r"e\.yaml would not mean what HubSpot holds") as raised:
        pulled(files, [{"startDateTime": "2027-04-15T15:00:00.123456Z"}])
    assert raised.value.exit_code == 1
