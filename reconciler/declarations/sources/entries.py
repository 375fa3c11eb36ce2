"""One entry of a calendar, with its times read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.declarations.sources.components import Component
from reconciler.declarations.sources.content_lines import Property
from reconciler.declarations.sources.time_zones import Zones
from reconciler.declarations.sources.when import Length, When, length_of, length_until, read_when, when
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.recurrence import RecurrenceRule, read_rule
from reconciler.diagnostics import Diagnostic, error

_ONCE = ("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "STATUS", "SUMMARY", "DESCRIPTION", "URL")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A VEVENT: an event, a series, or one date of a series that differs from it, which `replaces` names."""

    component: Component
    start: When | None
    length: Length | None
    rule: RecurrenceRule | None
    more: tuple[When, ...] = ()
    """Further dates of the series."""
    skipped: tuple[When, ...] = ()
    """Dates that the series leaves out."""
    replaces: When | None = None

    @property
    def uid(self) -> str:
        """The UID; empty if the entry has none."""
        found = self.component.one("UID")
        return "" if found is None else found.text.strip()

    @property
    def is_cancelled(self) -> bool:
        """Whether the entry says that it will not take place."""
        status = self.component.one("STATUS")
        return status is not None and status.value.strip().upper() == "CANCELLED"

    @property
    def is_series(self) -> bool:
        """Whether the entry stands for several dates."""
        return self.rule is not None or bool(self.more)


def read_entry(component: Component, zones: Zones) -> CalendarEntry | list[Diagnostic]:
    """Read a VEVENT; return every problem with its times, if there are any."""
    reader = _Reader(component, zones)
    entry = reader.read()
    return reader.problems or entry


class _Reader:
    """Reads the times of one VEVENT, and notes what is wrong with each line."""

    def __init__(self, component: Component, zones: Zones) -> None:
        self.component = component
        self.zones = zones
        self.problems = list(component.problems)

    def read(self) -> CalendarEntry:
        self.check_form()
        start = self.time("DTSTART")
        length = None if start is None else self.length(start)
        rule = self.rule(start)
        return CalendarEntry(
            self.component, start, length, rule, self.times("RDATE"), self.times("EXDATE"), self.time("RECURRENCE-ID")
        )

    @contextmanager
    def telling(self, found: Property) -> Iterator[None]:
        """Note what is wrong with a property."""
        try:
            yield
        except Wrong as wrong:
            self.problems.append(of_property(found, wrong))

    def check_form(self) -> None:
        for name in _ONCE:
            for again in self.component.all(name)[1:]:
                self.refuse(again, "stands there twice", "delete one of the two")
        for exrule in self.component.all("EXRULE"):
            self.refuse(exrule, "is out of use, and not read", "leave out each date by an EXDATE")
        for each in self.component.all("RECURRENCE-ID"):
            if "RANGE" in each.parameters:
                self.refuse(each, "changes all later dates too", "split the series in two")
        for each in self.component.all("RDATE"):
            if each.parameters.get("VALUE", "").upper() == "PERIOD":
                self.refuse(each, "holds periods, and only dates and times are read", "write the dates alone")

    def refuse(self, found: Property, why: str, hint: str) -> None:
        self.problems.append(of_property(found, Wrong("bad-calendar", why, hint)))

    def time(self, name: str) -> When | None:
        for found in self.component.all(name):
            with self.telling(found):
                return read_when(found, self.zones)
        return None

    def times(self, name: str) -> tuple[When, ...]:
        read: list[When] = []
        for found in self.component.all(name):
            with self.telling(found):
                read += [when(text, found, self.zones) for text in found.value.split(",")]
        return tuple(read)

    def length(self, start: When) -> Length | None:
        for end in self.component.all("DTEND"):
            with self.telling(end):
                return length_until(start, read_when(end, self.zones))
        for duration in self.component.all("DURATION"):
            with self.telling(duration):
                return length_of(duration.value, start)
        return Length(1) if start.is_day else None

    def rule(self, start: When | None) -> RecurrenceRule | None:
        for found in self.component.all("RRULE"):
            with self.telling(found):
                if start is None:
                    raise Wrong("bad-rule", "repeats an event that has no right DTSTART", "correct the DTSTART")
                return read_rule(found.value)
        return None


def of_property(found: Property, wrong: Wrong) -> Diagnostic:
    """Return the diagnostic for a refused property."""
    return error(wrong.code, f"{found.name}: {wrong.message}", found.place, wrong.hint)
