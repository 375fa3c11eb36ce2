"""Events and fields that the base declared and the files no longer declare.

Deleting a line, or a file, undoes nothing in HubSpot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.declarations.values.clocks import clocks_of, date
from reconciler.diagnostics import Diagnostic, OfSeries, info
from reconciler.event import (
    CUSTOM,
    DeclaredEvent,
    Kind,
    LiveEvent,
    Value,
    kind_of,
    label_of,
    registered,
)
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Planned
from reconciler.portal import Portal
from reconciler.safe_text import cut

DECLARED, MANAGED = "no-longer-declared", "no-longer-managed"
_NEVER_EMPTY = ("eventName", "eventOrganizer")


def undeclared(planned: Planned) -> list[tuple[DeclaredEvent, LiveEvent]]:
    """Return the live events that the base declared and that are not declared any more, by any of their ids.

    The result is empty without a base, and in a run over a part of the files: an event may have moved to another part.
    """
    if planned.before is None or planned.policy.narrowed:
        return []
    return [
        (match.declared, match.live)
        for match in planned.before.matched.matches
        if match.live is not None
        and not match.declared.absent
        and match.live.identity.object_id in planned.matched.unclaimed
    ]


def undeclared_warnings(planned: Planned, gone: Iterable[tuple[DeclaredEvent, LiveEvent]]) -> Iterator[Diagnostic]:
    """Yield what happens to each event that is `gone` from the files, and to each such field, with how to change it."""
    orphans = {orphan.identity.object_id: orphan for orphan in planned.plan.orphans}
    for declared, live in gone:
        yield _event(declared, live, orphans.get(live.identity.object_id))
    before = planned.declared_before()
    for match in planned.matched.matches:
        if match.live is None or match.declared.absent:
            continue
        if (then := before.get(match.live.identity.object_id)) is not None:
            yield from _fields(match.declared, then, match.live, planned.plan.portal)


def _event(declared: DeclaredEvent, live: LiveEvent, orphan: OrphanVerdict | None) -> Diagnostic:
    message = (
        f"{_called(live, declared)} is no longer declared (it was at {declared.place}): {_fate(orphan, *_ONE)}; "
        f"{registered(live.registrants)}"
    )
    found = info(DECLARED, message, hint=_how_to_cancel(live, orphan, declared.date, *_ONE))
    return replace(found, of_series=_event_of_series(declared, live, orphan))


_ONE, _EACH = ("it", "it"), ("each", "them")
"""One event as a subject and as an object, and several."""


def _event_of_series(declared: DeclaredEvent, live: LiveEvent, orphan: OrphanVerdict | None) -> OfSeries | None:
    after = f" are no longer declared (they were at {declared.place}): {_fate(orphan, *_EACH)}"
    return _of_series(declared, live, "", after, _how_to_cancel(live, orphan, "these dates", *_EACH))


def _of_series(event: DeclaredEvent, live: LiveEvent, before: str, after: str, hint: str | None) -> OfSeries | None:
    """Return what is said of all dates of an event's series; None if it is of none."""
    if event.date is None:
        return None
    key, name = f"{event.identity.external_account_id}/{event.series}", (event.series_name or "").strip()
    return OfSeries(
        f"{cut(name)} ({cut(key)})" if name else cut(key), event.date, before, after, hint, live.registrants
    )


def _how_to_cancel(live: LiveEvent, orphan: OrphanVerdict | None, date: str | None, each: str, them: str) -> str | None:
    """Return how to cancel an event, or the dates of a series; None if they are cancelled or about to be."""
    if live.fields.get("eventCancelled") or (orphan is not None and orphan.will is Will.CANCEL):
        return None
    instead = " instead" if orphan is not None and orphan.will is Will.DELETE else ""
    if date is not None:
        again = f"let the rule give {date} again (raise COUNT or UNTIL, or take {them} out of skip)"
        return f"to cancel {them}{instead}, {again}, and then write eventCancelled: true for {each} under overrides"
    return f"to cancel {them}{instead}, keep its declaration and write eventCancelled: true"


def _fate(orphan: OrphanVerdict | None, each: str, them: str) -> str:
    match orphan:
        case None:
            return f"{each} stays in HubSpot as it is"
        case OrphanVerdict(will=Will.DELETE):
            return f"an apply deletes {them}"
        case OrphanVerdict(will=Will.CANCEL):
            return f"an apply cancels {them}"
        case _:
            return f"{each} stays in HubSpot as it is, because {orphan.why}"


def _fields(now: DeclaredEvent, then: DeclaredEvent, live: LiveEvent, portal: Portal) -> Iterator[Diagnostic]:
    for name in then.fields:
        held = live.fields.get(name)
        if name not in now.fields and held not in (None, False, ""):
            before, what = f"{cut(label_of(name))} of ", "now declared as initial only"
            no_longer = what if name in now.initial else "no longer declared"
            after = f" is {no_longer}, and HubSpot keeps it: {_shown(name, held, now, portal)}"
            found = info(MANAGED, f"{before}{_called(live, now)}{after}", now.place, _remedy(name) + _where(now))
            yield replace(found, of_series=_of_series(now, live, before, after, _remedy(name)))


def _where(event: DeclaredEvent) -> str:
    return "" if event.date is None else f"; for {event.date} alone, under overrides"


def _remedy(name: str) -> str:
    """Return which line would change the value that HubSpot keeps."""
    if name.startswith(CUSTOM):
        return f'to empty it, write {cut(name.removeprefix(CUSTOM))}: "" under customProperties'
    match kind_of(name):
        case Kind.FLAG if name == "eventCompleted":
            return "HubSpot cannot take a completion back"
        case Kind.FLAG:
            return f"to take it back, write {name}: false"
        case Kind.INSTANT:
            return f"HubSpot has no way to empty a date; to change it, write {name} again"
        case _ if name in _NEVER_EMPTY:
            return f"it cannot be emptied; to change it, write {name} again"
        case _:
            return f'to empty it, write {name}: ""'


def _called(live: LiveEvent, declared: DeclaredEvent) -> str:
    name = (live.name or declared.name or "").strip()
    return f"{cut(name)} ({declared.identity})" if name else str(declared.identity)


def _shown(name: str, value: Value, event: DeclaredEvent, portal: Portal) -> str:
    if kind_of(name) is Kind.INSTANT:
        return date(str(value), clocks_of(event.timezone, portal))
    return "yes" if value is True else cut(str(value))
