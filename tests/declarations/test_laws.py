"""Laws of all declarations, whatever is in them."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from operator import add

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.values import times, zones
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.misread import hint_for, hours_meant_by, parts_of
from reconciler.declarations.values.times import moment_of, read_time
from reconciler.diagnostics import Diagnostic
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared, DeclaredEvent, instant
from reconciler.safe_text import FORBIDDEN
from tests.declarations.catalogue import FOLDER, TERMS, cases

TEXTS = st.text().filter(lambda text: not FORBIDDEN.search(text))
VALID = {
    "externalEventId": "spring-launch",
    "eventName": "Spring launch: what is new",
    "eventOrganizer": "Acme",
    "eventType": "WEBINAR",
    "eventDescription": "One.\n\nTwo.",
    "eventUrl": "https://acme.example/spring#top",
    "startDateTime": "2027-04-15T17:00:00+02:00",
    "endDateTime": "2027-04-15 18:00",
    "timezone": "Europe/Berlin",
    "eventCancelled": True,
    "customProperties": {"region": "EMEA", "topics": ["data", "security"], "none": None},
}
FILES = [content for path in sorted(FOLDER.glob("*.txt")) for case in cases(path) for content in case.files.values()]


NAMED_IN_JSON = '"externalEventId": "a", "eventName": "A name", "eventOrganizer": "Acme"'
NAMED = "externalEventId: a\neventName: A name\neventOrganizer: Acme\n"


def written(content: object) -> str:
    return yaml.safe_dump(content, sort_keys=False)


def read(files: dict[str, bytes]) -> Declared:
    return read_all((SourceFile(path, path, files[path]) for path in sorted(files, key=reading_order)), TERMS)


def only_event(files: dict[str, str]) -> DeclaredEvent:
    (event,) = read({path: text.encode() for path, text in files.items()}).events
    return event


def found_in(content: bytes) -> tuple[Diagnostic, ...]:
    try:
        return read({"e.yaml": content}).diagnostics
    except DeclarationsInvalid as invalid:
        return invalid.diagnostics


def double_quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def single_quoted(text: str) -> str:
    """Quote a text whose line breaks are doubled: in single quotes one alone is a space."""
    return "'" + text.replace("'", "''").replace("\n", "\n\n ") + "'"


def block(text: str) -> str:
    return "|1+\n" + "".join(f" {line}\n" for line in text.split("\n"))


def dumped(text: str) -> str:
    return yaml.safe_dump(text).removesuffix("...\n")


def dumped_as_it_is(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).removesuffix("...\n")


@given(TEXTS, st.sampled_from([double_quoted, block, dumped, dumped_as_it_is]))
@example("no", dumped)
@example("\u2060\ud7ff\ue000\U0010ffff", double_quoted)
@example(" \t leading, and trailing \r\n\n", block)
def test_what_is_written_reads_back(text: str, write: Callable[[str], str]) -> None:
    event = only_event({"e.yaml": f"{NAMED}eventDescription: {write(text)}"})
    assert event.fields["eventDescription"] == (text.replace("\r\n", "\n").rstrip("\n") or None)


@given(TEXTS.filter(lambda text: not re.search("[\ue000-\ue7ff]", text)))
@example("Launch party \U0001f680\U0001f389")
def test_what_json_makes_of_a_text_reads_back(text: str) -> None:
    """JSON writes whatever is not ASCII as escapes, and an emoji as two of them."""
    event = only_event({"e.yaml": f'{{{NAMED_IN_JSON}, "eventDescription": {json.dumps(text)}}}'})
    assert event.fields["eventDescription"] == (text.replace("\r\n", "\n").rstrip("\n") or None)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])).filter(lambda text: not FORBIDDEN.search(text)))
def test_what_is_written_on_one_line_reads_back(text: str) -> None:
    event = only_event({"e.yaml": f"{NAMED}eventDescription: {single_quoted(text)}"})
    assert event.fields["eventDescription"] == (text or None)


@given(st.permutations(sorted(VALID)))
def test_the_order_of_keys_makes_no_difference(keys: list[str]) -> None:
    event = only_event({"e.yaml": written({key: VALID[key] for key in keys})})
    same = only_event({"e.yaml": written(VALID)})
    assert (event.identity, event.fields, event.protect) == (same.identity, same.fields, same.protect)
    assert list(event.fields) == list(same.fields)


@given(st.lists(st.integers(0, 3), min_size=len(VALID), max_size=len(VALID)))
def test_it_makes_no_difference_where_a_value_stands(depths: list[int]) -> None:
    """A value means the same in the root's defaults, the folder's, the file's and the event."""
    layers: list[dict[str, object]] = [{}, {}, {}, {}]
    for depth, key in zip(depths, VALID, strict=True):
        layers[3 if key == "externalEventId" else depth][key] = VALID[key]
    root, folder, file, own = layers
    split = {
        "_defaults.yaml": written(root),
        "in/_defaults.yaml": written(folder),
        "in/e.yaml": written({"defaults": file, "events": [own]}),
    }
    event = only_event(split)
    assert event.fields == only_event({"e.yaml": written(VALID)}).fields
    assert event.lines.keys() == {name for name in event.fields if name.partition(".")[0] in own}


def damaged(content: bytes, place: int, byte: int, how: str) -> bytes:
    place %= len(content) + 1
    match how:
        case "insert":
            return content[:place] + bytes([byte]) + content[place:]
        case "delete":
            return content[:place] + content[place + 1 :]
        case _:
            return content[:place] + bytes([byte]) + content[place + 1 :]


def assert_helpful(found: Iterable[Diagnostic], content: bytes) -> None:
    for one in found:
        assert not FORBIDDEN.search(f"{one.message}{one.hint}")
        if one.code not in {"no-events", "skipped-environments"}:
            assert one.place is not None
            assert one.place.file == "e.yaml"
            assert 1 <= one.place.line <= content.count(b"\n") + 1
            assert one.place.column >= 1


@settings(max_examples=1000)
@given(
    content=st.sampled_from([written(VALID).encode(), *FILES]),
    place=st.integers(0, 10_000),
    byte=st.integers(0, 255),
    how=st.sampled_from(["replace", "insert", "delete"]),
)
def test_a_damaged_byte_is_at_worst_a_problem_with_a_place(content: bytes, place: int, byte: int, how: str) -> None:
    content = damaged(content, place, byte, how)
    assert_helpful(found_in(content), content)


TOKENS = (
    *["externalEventId", "eventName", "events", "customProperties", "a", "1", "~", "null", "true", "é", "😀"],
    *[" ", "  ", "\n", "\n  ", "\t", "\r\n", ": ", "- ", "? ", ",", "[", "]", "{", "}", "#", " #", "|", ">", "|2-\n"],
    *["'", '"', "%", "@", "`", "!", "!!str ", "&a ", "*a", "<<: ", "---\n", "...\n", "%YAML 1.2\n"],
    *["\\", "\\x1b", "\x00", "\u2028"],
)


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(TOKENS), max_size=40).map("".join))
def test_no_soup_of_yaml_is_more_than_a_problem(soup: str) -> None:
    assert_helpful(found_in(soup.encode()), soup.encode())


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_a_problem(content: bytes) -> None:
    assert_helpful(found_in(content), content)


def whole_milliseconds(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def time_in(text: str) -> datetime:
    time = read_time(text)
    assert isinstance(time, datetime)
    return time


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
MOMENTS = st.datetimes(FIRST, LAST, timezones=OFFSETS).map(whole_milliseconds)


@given(MOMENTS, st.sampled_from("T "), st.sampled_from(["minutes", "seconds", "milliseconds"]))
def test_a_time_with_an_offset_is_that_moment(moment: datetime, between: str, precision: str) -> None:
    text = moment.isoformat(between, precision)
    assert instant(moment_of(time_in(text), None)) == instant(datetime.fromisoformat(text))


PARTS = (
    *["2027", "4", "15", "04", "31", "12", "0", "00", "60", "2027-04-15", "15.4.2027", "3/1/2027", "20270415", "April"],
    *["-", "/", ".", ":", " ", ", ", "T", "h", "am", "pm", "Z", "+02:00", "+2", "CET", "UTC+2", "Europe/Berlin", "th"],
    *["+99:99", "+23:59", "\uff11", "\u0667"],
    *["17:00", "9.30", "5", "at ", "Thu, ", "(", ")", "170000", ".5"],
)


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
@example("3/1/2027 5pm")
def test_what_is_said_to_have_been_meant_is_a_time(text: str) -> None:
    if (meant := parts_of(text)) is None:
        return
    for day in meant.days:
        (written,) = re.findall(r"did you mean (.*)\?", hint_for(replace(meant, days=(day,), zone=None)))
        assert read_time(written).year == day.year


@given(st.lists(st.sampled_from([*PARTS, " to ", "\u2013"]), max_size=8).map("".join))
@example("9 - 17:30")
def test_hours_that_are_said_to_have_been_meant_are_hours(text: str) -> None:
    meant = hours_meant_by(text)
    assert meant is None or re.fullmatch(times.HOURS, meant)


ZONES = [
    "Africa/Casablanca",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
]
CHANGES = ["2026-03-29 02:00", "2026-10-25 02:00", "2011-12-30 12:00", "2026-04-05 01:30"]
HOURS = st.timedeltas(timedelta(hours=-2), timedelta(hours=2))
LOCAL_TIMES = st.datetimes(FIRST, LAST) | st.builds(add, st.sampled_from(CHANGES).map(datetime.fromisoformat), HOURS)


def moment_or_code(text: str, zone: str) -> datetime | str:
    try:
        return moment_of(time_in(text), zone)
    except Wrong as wrong:
        return wrong.code


@given(LOCAL_TIMES.map(whole_milliseconds), st.sampled_from(ZONES))
def test_a_local_time_is_the_one_moment_when_clocks_show_it(local: datetime, zone: str) -> None:
    readings = [local.replace(tzinfo=zones.load_zone(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = {moment for moment in readings if moment.astimezone(zones.load_zone(zone)).replace(tzinfo=None) == local}
    expected = shown if len(shown) == 1 else {"ambiguous-time" if shown else "missing-time"}
    assert {moment_or_code(local.isoformat(timespec="milliseconds"), zone)} == expected


ENVIRONMENTS = ("default", *TERMS.environments)


@given(st.lists(st.none() | st.lists(st.sampled_from(ENVIRONMENTS), min_size=1, unique=True), max_size=4))
def test_an_event_is_declared_or_skipped_in_each_environment_as_it_says(declared_in: list[list[str] | None]) -> None:
    own: list[dict[str, object]] = [
        {**VALID, "externalEventId": f"e{number}"} | ({} if chosen is None else {"environments": chosen})
        for number, chosen in enumerate(declared_in)
    ]
    files = [SourceFile("e.yaml", "e.yaml", written({"events": own}).encode())] if own else []
    seen = set[str | None]()
    for name in ENVIRONMENTS:
        declared = read_all(files, replace(TERMS, environment=None if name == "default" else name))
        here = {event.identity.external_event_id for event in declared.events}
        skipped = {event.identity.external_event_id for event in declared.skipped}
        assert here == {f"e{number}" for number, chosen in enumerate(declared_in) if chosen is None or name in chosen}
        assert (here | skipped, here & skipped) == ({f"e{number}" for number in range(len(own))}, set())
        seen |= here
    assert len(seen) == len(own)


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_the_nearest_layer_decides_whether_a_field_is_initial(initial: list[bool], kinds: list[int]) -> None:
    """Each layer says one of four fields, for good or as initial; the nearest word on each field holds."""
    names = ("eventType", "eventDescription", "p", "q")
    layers: list[dict[str, object]] = []
    expected: dict[str, tuple[bool, str]] = {}
    for depth, (is_initial, kind) in enumerate(zip(initial, kinds, strict=True)):
        name, value = names[kind], f"depth {depth}"
        said: dict[str, object] = {name: value} if kind < 2 else {"customProperties": {name: value}}
        layers.append({"initial": said} if is_initial else said)
        expected[name if kind < 2 else f"customProperties.{name}"] = (is_initial, value)
    root, folder, file, own = layers
    event = only_event(
        {
            "_defaults.yaml": written({"eventName": "A name", "eventOrganizer": "Acme", **root}),
            "in/_defaults.yaml": written(folder),
            "in/e.yaml": written({"defaults": file, "events": [{"externalEventId": "a", **own}]}),
        }
    )
    declared = {name: (False, value) for name, value in event.fields.items() if name in expected}
    assert {**declared, **{name: (True, value) for name, value in event.initial.items()}} == expected
    assert not event.fields.keys() & event.initial.keys()
    assert event.places.keys() >= expected.keys()
