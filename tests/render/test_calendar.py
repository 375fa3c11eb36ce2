"""The declared events as a calendar, read back by two libraries that did not write it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from reconciler.declarations.events.revisions import Revision
from reconciler.event import DeclaredEvent, Identity, Value, moment
from reconciler.render.calendar import calendar, has_start
from reconciler.safe_text import FORBIDDEN
from tests.building import absent, adopted, declared, filled, instants, maybe_texts, texts

CHANGED = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
START = {"startDateTime": "2027-04-15T15:00:00Z"}


def written(*events: DeclaredEvent, changes: int | None = 3) -> str:
    return calendar(events, lambda _: Revision(CHANGED, changes))


def read(page: str) -> Calendar:
    """Read a calendar with one library, after the validator of another one."""
    vobject.readOne(page).validate(raiseException=True)
    return IcsCalendarStream.calendar_from_ics(page)


def only(event: DeclaredEvent, changes: int | None = 3) -> Event:
    (found,) = read(written(event, changes=changes)).events
    return found


def seconds(value: Value) -> datetime:
    return moment(str(value)).replace(microsecond=0)


def kept(value: Value) -> str | None:
    """Return a text as a calendar can hold it."""
    return FORBIDDEN.sub("\ufffd", value).replace("\r\n", "\n") if isinstance(value, str) else None


fields = st.fixed_dictionaries(
    {"startDateTime": instants},
    optional={
        "endDateTime": instants,
        "eventName": filled(texts),
        "eventDescription": maybe_texts,
        "eventOrganizer": filled(texts),
        "eventType": maybe_texts,
        "eventUrl": maybe_texts | st.sampled_from(["https://acme.example/a;b,c?d=e&f#\u00e9", "HTTPS://acme.example"]),
        "eventCancelled": st.booleans(),
    },
)
identities = st.builds(Identity, filled(texts), filled(texts)) | st.builds(
    Identity, object_id=st.integers(1, 10**18).map(str)
)


@given(identities, fields)
@example(Identity("acme", "launch"), {**START, "endDateTime": "2027-04-15T15:00:00.500Z", "eventName": "A" * 74 + "é"})
@example(Identity("acme", "launch"), {**START, "eventName": "😀" * 40, "eventDescription": "\\n\\,;:\"^'\n\n x\n"})
def test_a_calendar_read_back_holds_what_is_declared(identity: Identity, values: Mapping[str, Value]) -> None:
    event = replace(declared(), identity=identity, fields=values)
    found = only(event)
    start, end = seconds(values["startDateTime"]), seconds(values.get("endDateTime", values["startDateTime"]))
    assert found.dtstart == start
    assert found.dtend == (end if end > start else None)
    assert found.summary == (kept(values.get("eventName")) or kept(str(identity)))
    assert found.description == (kept(values.get("eventDescription")) or None)
    assert found.contacts == [one for one in [kept(values.get("eventOrganizer"))] if one]
    assert (found.status == "CANCELLED") is (values.get("eventCancelled") is True)
    assert (found.dtstamp, found.sequence) == (CHANGED, 1003)


@given(identities, fields)
def test_a_calendar_keeps_to_the_form_of_its_lines(identity: Identity, values: Mapping[str, Value]) -> None:
    page = written(replace(declared(), identity=identity, fields=values)).encode()
    lines = page.split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    for line in lines:
        text = line.decode()  # no character is cut into two
        assert not [one for one in text if one != "\t" and (ord(one) < 32 or 127 <= ord(one) < 160)]
    assert [line for line in lines if line.startswith((b"BEGIN:", b"END:"))] == [
        *(b"BEGIN:VCALENDAR", b"BEGIN:VEVENT"),
        *(b"END:VEVENT", b"END:VCALENDAR"),
    ]


@given(st.lists(identities, min_size=2, max_size=2, unique=True))
def test_two_events_have_two_uids_and_each_always_the_same(two: list[Identity]) -> None:
    one, other = (replace(declared(fields=START), identity=identity) for identity in two)
    assert only(one).uid != only(other).uid
    assert only(one).uid == only(replace(one, fields={**START, "eventName": "Other"})).uid


@given(maybe_texts)
@example("Talk, with lunch; and more")
def test_the_type_is_a_category(kind: str | None) -> None:
    page = vobject.readOne(written(declared(fields={**START, "eventType": kind})))
    assert [one.value for one in page.vevent.contents.get("categories", [])] == ([[kept(kind)]] if kind else [])


def test_ids_stand_in_the_uid_and_what_separates_them_does_not() -> None:
    assert only(declared("launch 1", START)).uid == "acme/launch%201@marketing-events.reconciler"
    assert only(declared("b/c", START, account="a@é")).uid == "a%40%C3%A9/b%2Fc@marketing-events.reconciler"
    assert only(adopted("77", START)).uid == "object-77@marketing-events.reconciler"


def test_a_link_is_written_in_ascii_and_only_if_it_is_of_the_web() -> None:
    link = "https://acme.example/a;b,c?d=%20&e=f#g"
    assert only(declared(fields={**START, "eventUrl": link})).url == link
    assert only(declared(fields={**START, "eventUrl": "https://é.example/ü"})).url == "https://%C3%A9.example/%C3%BC"
    for other in ("javascript:alert(1)", "", None):
        assert only(declared(fields={**START, "eventUrl": other})).url is None


def test_what_an_event_is_created_with_is_shown_too() -> None:
    event = replace(declared(fields=START), initial={"eventType": "WEBINAR", "eventUrl": "https://acme.example"})
    assert only(event).categories == ["WEBINAR"]
    assert only(event).url == "https://acme.example"


def test_events_stand_in_the_order_in_which_they_begin() -> None:
    days = {"a": "2027-04-02", "b": "2027-04-01", "c": "2027-04-02"}
    events = [declared(name, {"startDateTime": f"{day}T10:00:00Z"}) for name, day in days.items()]
    assert written(*events) == written(*reversed(events))
    assert [str(event.uid).partition("@")[0] for event in read(written(*events)).events] == [
        "acme/b",
        "acme/a",
        "acme/c",
    ]


def test_an_event_without_a_start_is_left_out() -> None:
    events = [adopted("1"), declared("b", {"endDateTime": "2027-04-01T10:00:00Z"}), absent("c")]
    assert not [event for event in events if has_start(event)]
    assert read(written(*events)).events == []


def test_without_a_history_the_number_comes_from_the_content_alone() -> None:
    event = declared(fields={**START, "eventName": "Launch"})
    other = declared(fields={**START, "eventName": "Lunch"})
    assert only(event, None).sequence == only(event, None).sequence
    assert only(event, None).sequence != only(other, None).sequence
    at_another_time = calendar([event], lambda _: Revision(datetime(2028, 1, 1, tzinfo=UTC), None))
    assert read(at_another_time).events[0].sequence == only(event, None).sequence


@given(fields)
def test_a_number_from_the_content_is_below_every_number_from_git(values: Mapping[str, Value]) -> None:
    event = declared(fields=values)
    without, first = only(event, None).sequence, only(event, 1).sequence
    assert without is not None
    assert first is not None
    assert 0 <= without < first


def test_the_calendar_has_a_name_for_programs_that_show_one() -> None:
    lines = written().split("\r\n")
    assert {"VERSION:2.0", "NAME:Marketing events", "X-WR-CALNAME:Marketing events"} < set(lines)
    assert not [line for line in lines if line.startswith("METHOD")]
