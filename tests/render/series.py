"""Changes of a weekly series, for tests of how they stand together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from reconciler.change import Change, Create, Delete, FieldChange, Outline, Source, Update
from reconciler.event import Identity, Value, field_order, instant, moment
from reconciler.planning.plan import Plan
from reconciler.planning.series import PlannedSeries
from reconciler.render.dates import clock, day_and_time
from tests.building import PORTAL

START, END = "startDateTime", "endDateTime"
ID, NAME = "weekly-demo", "Weekly demo"
FILE = Source("events/2027/weekly-demo.yaml", 1)
BERLIN = ZoneInfo("Europe/Berlin")
HOUR, WEEK = timedelta(hours=1), timedelta(7)
CANCELLED = FieldChange("eventCancelled", before=False, after=True, line=9)
COMPLETED = FieldChange("eventCompleted", before=False, after=True, line=9)
LINK = FieldChange("eventUrl", "https://acme.example/old", "https://acme.example/demo", 6)
FIELDS: Mapping[str, Value] = {"eventName": NAME, "eventType": "WEBINAR", "eventOrganizer": "Acme"}


def starts(week: int) -> datetime:
    """Return when an occurrence starts, in UTC: on a Thursday at 16:00 in Berlin."""
    return datetime(2027, 4, 15, 14, tzinfo=UTC) + week * WEEK


def new(week: int, fields: Mapping[str, Value] | None = None, source: Source = FILE) -> Create:
    """Return the creation of an occurrence, for an hour, with some fields changed or, if they are None, left out."""
    start = starts(week)
    values = {**FIELDS, START: instant(start), END: instant(start + HOUR), **(fields or {})}
    held = {name: values[name] for name in sorted(values, key=field_order) if values[name] is not None}
    changes = tuple(FieldChange(name, None, value, 3) for name, value in held.items())
    return Create(_ids(week), str(held.get("eventName", "")), changes, source, series=ID)


def changed(week: int, *fields: FieldChange, registrants: int | None = 0) -> Update:
    """Return the update of an occurrence, which starts at its time unless a field says otherwise."""
    change = Update(_ids(week, str(1000 + week)), NAME, fields, FILE, registrants, series=ID)
    start, end = change.field(START), change.field(END)
    outline = Outline(
        instant(starts(week)) if start is None else str(start.after),
        instant(starts(week) + HOUR) if end is None else str(end.after),
    )
    return replace(change, outline=outline)


def moved(week: int, by: timedelta, *, end: timedelta | None = None, registrants: int | None = 0) -> Update:
    """Return the move of an occurrence; its end moves by `end`, or else as far as its start."""
    start, last = starts(week), starts(week) + HOUR
    fields = [FieldChange(START, instant(start), instant(start + by), 5)]
    if end != timedelta(0):
        fields.append(FieldChange(END, instant(last), instant(last + (by if end is None else end)), 6))
    return changed(week, *fields, registrants=registrants)


def deleted(week: int, *, registrants: int | None = 0) -> Delete:
    """Return the deletion of an occurrence that no file declares."""
    fields = (FieldChange("eventName", NAME, None), FieldChange(START, instant(starts(week)), None))
    return Delete(_ids(week, str(1000 + week)), NAME, fields, None, registrants, series=ID)


def office(day: int, source: Source | None = None) -> Create:
    """Return the creation of an event of no series."""
    start = datetime(2027, 4, 5, 8, tzinfo=UTC) + timedelta(day)
    fields = {"eventName": "Office hours", "eventType": "MEETUP", START: instant(start), END: instant(start + 2 * HOUR)}
    changes = tuple(FieldChange(name, None, value, 3) for name, value in fields.items())
    place = Source("events/office.yaml", 1 + 5 * day) if source is None else source
    return Create(Identity("acme", f"office-{day}"), "Office hours", changes, place)


def plan_of(*changes: Change, unchanged: int = 0, name: str | None = NAME) -> Plan:
    """Return a plan of these changes, in which the series has that many other events."""
    return Plan(PORTAL, changes, unchanged, series=(PlannedSeries("acme", ID, name, unchanged),), orphaned=0, foreign=0)


def _ids(week: int, object_id: str | None = None) -> Identity:
    return Identity("acme", f"{ID}-{starts(week):%Y-%m-%d}", object_id)


WEEKLY = plan_of(
    *(new(week) for week in range(3)),
    new(3, {"eventType": "CONFERENCE", "eventName": "Big demo"}),
    *(office(day) for day in range(2)),
    Create(
        Identity("acme", "launch"), "Launch", (FieldChange("eventName", None, "Launch"),), Source("events/l.yaml", 1)
    ),
    moved(5, HOUR, registrants=12),
    moved(6, WEEK),
    moved(7, HOUR + HOUR / 2, end=timedelta(0), registrants=None),
    changed(8, CANCELLED, registrants=7),
    *(changed(week, LINK) for week in (9, 10)),
    changed(11, LINK, FieldChange("eventDescription", "One.\nTwo.", "One.\nThree.", 7)),
    deleted(12, registrants=3),
    unchanged=47,
)
"""A plan of most things that can happen to a series, and of others."""


def first_day(change: Change) -> str:
    """Return the day under which a change stands: that of an event before a move."""
    start = change.field(START)
    known = change.outline.start if start is None else start.before or start.after
    return day_and_time(moment(str(known)).astimezone(BERLIN))


def told_of(change: Change) -> Iterator[str]:
    """Yield a line of each value that a change gives a field or takes from it, as people read it."""
    for field in change.fields:
        for held in (field.after, field.before if isinstance(change, Update) else None):
            if field.name in (START, END) and held is not None:
                yield clock(moment(str(held)).astimezone(BERLIN))
            elif isinstance(held, str):
                yield held.split("\n")[0]


_TEXTS = st.sampled_from(["alpha", "beta", "gamma\n\ndelta", None])
_NAMES = st.sampled_from(["eventName", "eventType", "eventUrl", "customProperties.region"])
_MOVES = st.sampled_from([HOUR, -HOUR, WEEK, HOUR / 2, timedelta(1)])


@st.composite
def _field_changes(draw: st.DrawFn) -> Iterable[FieldChange]:
    names = draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True))
    changes = [FieldChange(name, draw(_TEXTS), draw(_TEXTS), draw(st.integers(1, 3))) for name in names]
    return [change for change in changes if change.before != change.after] or [LINK]


@st.composite
def series_plans(draw: st.DrawFn) -> Plan:
    """Draw a plan of creates, updates and deletes of one series."""
    changes: list[Change] = []
    for week in range(draw(st.integers(1, 7))):
        own = draw(st.dictionaries(_NAMES, _TEXTS, max_size=3))
        end = draw(st.none() | _MOVES | st.just(timedelta(0)))
        more = draw(_field_changes())
        kinds: list[Change] = [
            new(week, own),
            moved(week, draw(_MOVES), end=end),
            changed(week, *more),
            changed(week, CANCELLED),
        ]
        move = moved(week, draw(_MOVES), end=end)
        both = replace(move, fields=(*move.fields, *more), registrants=draw(st.none() | st.integers(0, 9)))
        kinds += [both, deleted(week)]
        changes.append(draw(st.sampled_from(kinds)))
    return plan_of(*changes, unchanged=draw(st.integers(0, 3)))
