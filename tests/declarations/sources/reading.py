"""Calendars and tables read in tests, as far as the events that they declare."""

from collections.abc import Iterable

from reconciler.declarations.events.declaring import Terms, declare
from reconciler.declarations.events.inheritance import NOTHING
from reconciler.declarations.events.layers import EVENT
from reconciler.declarations.sources.calendar import read_calendar
from reconciler.declarations.sources.sourced import Additions, Sourced, plain_values
from reconciler.diagnostics import Diagnostic
from reconciler.event import DeclaredEvent

BERLIN = Additions("Europe/Berlin", "09:00-17:00", "Acme")
TERMS = Terms(external_account_id="acme", timezone="Europe/Berlin")


def calendar(*lines: str, head: Iterable[str] = ()) -> bytes:
    """Return a calendar with these lines in it, as programs end them."""
    every = ("BEGIN:VCALENDAR", "VERSION:2.0", *head, *lines, "END:VCALENDAR", "")
    return "\r\n".join(every).encode()


def event(*lines: str, uid: str = "launch", name: str = "Launch") -> tuple[str, ...]:
    """Return the lines of one event."""
    return ("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{name}", *lines, "END:VEVENT")


def read(*lines: str, head: Iterable[str] = (), additions: Additions = BERLIN) -> Sourced:
    """Read a calendar with these lines in it."""
    return read_calendar(calendar(*lines, head=head), "a.ics", additions)


def values(sourced: Sourced) -> list[dict[str, object]]:
    """Return the values of every event; fails if anything is wrong."""
    assert told(sourced) == []
    return [plain_values(event) for event in sourced.events]


def times(sourced: Sourced) -> list[tuple[object, ...]]:
    """Return when each event begins and ends, and its own time zone if it has one."""
    keys = ("startDateTime", "endDateTime", "timezone")
    return [tuple(event[key] for key in keys if key in event) for event in values(sourced)]


def ids(sourced: Sourced) -> list[object]:
    """Return the id of every event."""
    return [event["externalEventId"] for event in values(sourced)]


def told(sourced: Sourced) -> list[str]:
    """Return what is wrong, as people are told."""
    return [f"{problem.place}: {problem.message} ({problem.hint})" for problem in sourced.problems]


def declared(sourced: Sourced, terms: Terms = TERMS) -> tuple[list[DeclaredEvent], list[Diagnostic]]:
    """Return the events that the strict reader finds in what was read, and all that is wrong with them."""
    layers = [EVENT.check(event, "a.ics") for event in sourced.events]
    found = [declare(NOTHING, layer, terms) for layer in layers]
    problems = [*sourced.problems, *(problem for layer in layers for problem in layer.problems)]
    problems += [problem for one in found for problem in one.diagnostics]
    return [one.event for one in found if one.event is not None], problems
