"""One occurrence of a series, as the layers of an event by itself."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.layers import Layer
from reconciler.declarations.events.overlay import overlaid
from reconciler.declarations.events.whole_days import TIMES, times_of
from reconciler.declarations.keys.initial import INITIAL
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.placeholders import filled_in
from reconciler.declarations.values.times import moment_of, to_the_minute
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Diagnostic, Place, error

WITH_PLACEHOLDERS = ("eventName", "eventDescription", "eventUrl")
"""The fields in which `{date}` and `{number}` have a meaning."""

_START, _END = TIMES
_OF_ABSENT = frozenset({"externalEventId", "externalAccountId", "environments"})
"""What an occurrence that is to be deleted has of its series."""


@dataclass(frozen=True, slots=True)
class SeriesSpan:
    """Start and end of a series, on its first date; dates alone stand for the times that `hours` gives."""

    start: datetime | date
    end: datetime | date | None
    local_start: datetime
    local_end: datetime | None

    @classmethod
    def of(cls, merged: Inheritance) -> "SeriesSpan":
        """Return those of merged layers that have a start."""
        start, end = merged.values[_START], merged.values.get(_END)
        begin, close = merged.values.get("hours", (time(), time()))
        return cls(start, end, _local(start, begin), None if end is None else _local(end, close))

    def like_start(self, local: datetime) -> str:
        """Return a local time as the start is written: without a time where that is a date alone."""
        return _written(local if isinstance(self.start, datetime) else local.date())

    def moved_end(self, start: datetime | date, usual: datetime | date) -> datetime | date:
        """Return the end that keeps the length after another start; the usual one where that cannot be told."""
        if self.local_end is None or (isinstance(self.start, datetime) and not isinstance(start, datetime)):
            return usual
        with suppress(OverflowError):  # an end before its start is told where the event is declared
            return start + (self.local_end - self.local_start)
        return usual


def _local(value: datetime | date, at: time) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, at)


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """An occurrence: the layers of its series, what is different on its date, and its place in the rule."""

    inherited: Inheritance
    series: Layer
    override: Layer | None
    event_id: str
    day: str
    number: int
    start: datetime
    """The local start that the rule gives."""
    span: SeriesSpan

    def inherit(self) -> Inheritance:
        """Return what is inherited, with the values that belong to this date; mostly the same for all of them."""
        values = self.inherited.values
        others = {key: value for key, value in self._dated(values).items() if value != values[key]}
        return Inheritance(self.inherited.layers, values | others) if others else self.inherited

    def layer(self) -> Layer:
        """Return the layer of the event: what its series and its date declare."""
        layer = self.series if self.override is None else overlaid(self.series, self.override)
        mapping = layer.mapping
        keys = mapping.keys
        if layer.values.get("absent"):
            below = {} if self.override is None else self.override.mapping.keys
            keys = {key: node for key, node in keys.items() if key in _OF_ABSENT or key in below}
        values = layer.values | self._dated(layer.values) | {"externalEventId": self.event_id}
        nodes = mapping.values | dict(self._nodes(values, layer))
        return Layer(layer.file, mapping._replace(keys=keys, values=nodes), values)

    def says(self, key: str) -> bool:
        """Return whether the date has its own value of a key."""
        return self.override is not None and key in self.override.values

    def _dated(self, values: Table[str, Any]) -> dict[str, Any]:
        """Return those of a layer's values that are others on this date."""
        found = {key: value for key, value in self._times() if key in values}
        found |= self._texts(values)
        if INITIAL in values:
            found[INITIAL] = values[INITIAL] | self._texts(values[INITIAL])
        return found

    def _texts(self, values: Table[str, Any]) -> dict[str, Any]:
        texts = {key: values[key] for key in WITH_PLACEHOLDERS if isinstance(values.get(key), str)}
        return {key: filled_in(text, self.day, self.number) for key, text in texts.items()}

    def _times(self) -> Iterator[tuple[str, datetime | date]]:
        """Yield start and end, as the date itself has them or else as its series has."""
        span, own = self.span, {} if self.override is None else self.override.values
        yield _START, own.get(_START, self.start if isinstance(span.start, datetime) else self.start.date())
        end = None if span.end is None else span.end + (self.start - span.local_start)
        if end is not None and _START in own:
            end = span.moved_end(own[_START], end)
        if (end := own.get(_END, end)) is not None:
            yield _END, end

    def _nodes(self, values: Table[str, Any], layer: Layer) -> Iterator[tuple[str, Scalar]]:
        """Yield the times of the series as they would be written on this date, for messages."""
        for key in TIMES:
            node = layer.mapping.values.get(key)
            if key in values and isinstance(node, Scalar) and not self.says(key):
                yield key, node._replace(text=_written(values[key]))


def _written(value: datetime | date) -> str:
    return to_the_minute(value) if isinstance(value, datetime) else value.isoformat()


def impossible_times(one: SeriesDate, merged: Inheritance, timezone: str | None) -> Iterator[Diagnostic]:
    """Yield an error for each time of the series that does not exist, or exists twice, on this date."""
    zone = merged.values.get("timezone", timezone)
    if zone is None or merged.values.get("absent"):
        return
    for key, local in times_of(merged, []).items():
        if one.says(key):
            continue
        try:
            moment_of(local, zone)
        except Wrong as wrong:
            yield _impossible(one, key, local, zone, wrong, merged.place(key))


def _impossible(one: SeriesDate, key: str, local: datetime, zone: str, wrong: Wrong, place: Place) -> Diagnostic:
    is_twice = wrong.code == "ambiguous-time"
    problem = "exists twice" if is_twice else "does not exist"
    if one.override is not None and _START in one.override.values:
        place = one.override.value_place(_START)
    instead = f"{wrong.hint} as its {key}" if is_twice else f"write another {key}"
    hint = f"skip {one.day}, or under overrides {instead}"
    return error(wrong.code, f"{key}: {_written(local)} {problem} in {zone}, where clocks change", place, hint)
