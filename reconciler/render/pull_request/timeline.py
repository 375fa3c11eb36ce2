"""A plan's dates as a Mermaid diagram, which GitHub draws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.change import Change, Create, Delete, Update, cancels
from reconciler.event import Identity, LiveEvent, Value
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render import words
from reconciler.render.dates import clock, clocks_of, day, local, zone_of
from reconciler.render.phrases import count
from reconciler.safe_text import visible

MOST_BARS = 30
"""How many changes are drawn; more could not be told apart."""

_LONGEST_NAME = 32
_FIRST_YEAR = 1000
"""Mermaid misreads years of fewer than four digits."""

_TOO_SHORT = 40
"""An event shorter than the whole span divided by this gets a diamond, because nobody would see its bar."""

_START, _END = "startDateTime", "endDateTime"
_SECTIONS = ("New", "Moved", "Cancelled", "Deleted")

_AXES = (
    (timedelta(0), "%d %b %H:%M", ""),
    (timedelta(hours=3), "%H:%M", "30minute"),
    (timedelta(hours=14), "%H:%M", "1hour"),
    (timedelta(hours=48), "%d %b %H:%M", "6hour"),
    (timedelta(days=12), "%d %b", "1day"),
    (timedelta(days=80), "%d %b", "1week"),
    (timedelta(days=460), "%b %Y", "1month"),
    (timedelta(days=1500), "%b %Y", "3month"),
    (timedelta(days=4500), "%Y", "12month"),
)
"""For spans up to the first value: the format of the axis, and the interval of its ticks."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One time of an event, on the clocks of the portal."""

    section: str
    name: str
    start: datetime
    end: datetime | None
    tags: str


def timeline(plan: Plan, seen: Mapping[Identity, LiveEvent] | None = None) -> str:
    """Return a diagram of what is new, moved, cancelled or deleted; empty if none of it has a date.

    A change holds only the fields that differ. `seen`, the live events that it was planned against, adds the other
    dates of an event that is cancelled or moved at one end.
    """
    known = _known(plan, seen or {})
    changes = [change for change in plan.changes if _section(change)]
    dated = sorted((bars for change in changes if (bars := _bars(change, known, plan.portal))), key=_first_start)
    if not dated:
        return ""
    bars = [bar for bars in dated[:MOST_BARS] for bar in bars]
    lines = [*_diagram(bars), "", _caption(bars, len(changes) - min(len(dated), MOST_BARS), plan.portal)]
    return "".join(f"{line}\n" for line in lines)


def _first_start(bars: Sequence[_Bar]) -> datetime:
    return min(bar.start for bar in bars)


def _known(plan: Plan, seen: Mapping[Identity, LiveEvent]) -> dict[Identity, Mapping[str, Value]]:
    orphans: dict[Identity, Mapping[str, Value]] = {
        orphan.identity: {_START: orphan.start, _END: orphan.end} for orphan in plan.orphans
    }
    return orphans | {identity: event.fields for identity, event in seen.items()}


def _section(change: Change) -> str:
    """Return the section of the diagram for a change; empty if the change does not touch dates."""
    match change:
        case Create():
            return "New"
        case Delete():
            return "Deleted"
        case Update() if cancels(change):
            return "Cancelled"
        case _:
            return "Moved" if change.field(_START) or change.field(_END) else ""


def _bars(change: Change, known: Mapping[Identity, Mapping[str, Value]], portal: Portal) -> list[_Bar]:
    """Return the bars of an event; none if its start is unknown."""
    section = _section(change)
    held = known.get(change.identity, {})
    before, after = dict(held), dict(held)
    for field in change.fields:
        before[field.name], after[field.name] = field.before, field.after
    name = words.title(change)
    match section:
        case "New":
            return list(_bar(section, name, after, "active", portal))
        case "Moved":
            old = list(_bar(section, f"{_short(name)} (old)", before, "done", portal))
            return [*old, *_bar(section, f"{_short(name)} (new)", after, "active", portal)]
        case _:
            return list(_bar(section, name, before, "crit", portal))


def _bar(section: str, name: str, dates: Mapping[str, Value], tags: str, portal: Portal) -> Iterator[_Bar]:
    start, end = _local(dates.get(_START), portal), _local(dates.get(_END), portal)
    if start is not None:
        yield _Bar(section, name if section == "Moved" else _short(name), start, end, tags)


def _local(value: Value, portal: Portal) -> datetime | None:
    """Return a time on the portal's clocks without its zone, because browsers in any zone draw the diagram."""
    at = local(value, clocks_of(None, portal)) if isinstance(value, str) else None
    return None if at is None or at.year < _FIRST_YEAR else at.replace(tzinfo=None)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _diagram(bars: Sequence[_Bar]) -> Iterator[str]:
    span, years = _span(bars), len({bar.start.year for bar in bars})
    axis, tick = next(((axis, tick) for most, axis, tick in _AXES if span <= most), ("%Y", ""))
    yield "```mermaid"
    yield "gantt"
    yield "    accTitle: When the events of this plan take place"
    yield "    dateFormat YYYY-MM-DD HH:mm"
    yield f"    axisFormat {axis}"
    if tick:
        yield f"    tickInterval {tick}"
    yield "    todayMarker off"
    for section in _SECTIONS:
        members = [bar for bar in bars if bar.section == section]
        if members:
            yield f"    section {section}"
        yield from (_task(bar, span, years) for bar in members)
    yield "```"


def _span(bars: Sequence[_Bar]) -> timedelta:
    starts = [bar.start for bar in bars]
    return max([*starts, *(bar.end for bar in bars if bar.end)]) - min(starts)


def _task(bar: _Bar, span: timedelta, years: int) -> str:
    # The day stands first because the axis does not show it, and so no line begins with a keyword of Mermaid.
    year = f" {bar.start.year}" if years > 1 else ""
    label = _inert(f"{day(bar.start)}{year} {clock(bar.start)}, {bar.name}")
    if _is_short(bar, span) or bar.end is None:
        return f"    {label} :{bar.tags}, milestone, {_timestamp(bar.start)}, 0m"
    return f"    {label} :{bar.tags}, {_timestamp(bar.start)}, {_timestamp(bar.end)}"


def _is_short(bar: _Bar, span: timedelta) -> bool:
    """Return whether a bar would be too short to see; if clocks are set back, an end can even precede its start."""
    return bar.end is None or bar.end - bar.start < max(span / _TOO_SHORT, timedelta(minutes=1))


def _timestamp(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")


def _caption(bars: Sequence[_Bar], missing: int, portal: Portal) -> str:
    span = _span(bars)
    parts = [f"All times in {zone_of(portal)}."]
    if any(_is_short(bar, span) for bar in bars):
        parts.append("A diamond marks the start of an event that has no end or is too short to draw here.")
    if missing:
        dates = "it has" if missing == 1 else "some have"
        parts.append(f"{count(missing, 'more change')} not drawn: the picture is full, or {dates} no date here.")
    return " ".join(parts)


def _inert(text: str) -> str:
    """Escape a text so that Mermaid shows it as it is."""
    return "".join(
        character if character.isascii() and (character.isalnum() or character in _PLAIN) else _entity(character)
        for character in visible(text)
    )


_PLAIN = " -.,()'!?/+"
_MARKS = "ﬂ¶"
"""Characters that Mermaid itself writes into a text in place of entities."""


def _entity(character: str) -> str:
    return character if not character.isascii() and character not in _MARKS else f"#{ord(character)};"
