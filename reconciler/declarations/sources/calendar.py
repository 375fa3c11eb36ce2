"""Calendars (iCalendar, RFC 5545), read as the events that they declare."""

from reconciler.declarations.sources.calendar_events import CalendarEvents, Group
from reconciler.declarations.sources.components import Component, read_components
from reconciler.declarations.sources.entries import CalendarEntry, read_entry
from reconciler.declarations.sources.sourced import Additions, Sourced, in_line_order
from reconciler.declarations.sources.time_zones import Zones
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.safe_text import quoted


def read_calendar(content: bytes, file: str, additions: Additions) -> Sourced:
    """Read the events of a calendar, each date of a recurring one by itself, and everything that is wrong with them."""
    try:
        calendars = read_components(content, file)
    except DeclarationsInvalid as invalid:
        return Sourced(file, problems=invalid.diagnostics)
    groups = _Groups(additions.timezone)
    for calendar in calendars:
        groups.read(calendar)
    if not groups.entries:
        groups.problems.append(error("no-event", "the calendar holds no event", Place(file), "export another one"))
    written = CalendarEvents(additions)
    for group in groups.by_uid.values():
        written.write(group)
    problems = in_line_order((*groups.problems, *written.problems, *written.ids.problems))
    return Sourced(file, tuple(written.events), problems, additions.timezone, written.cancelled)


class _Groups:
    """The entries of all calendars of a file by their UID, and what is wrong with others."""

    def __init__(self, timezone: str | None) -> None:
        self.timezone = timezone
        self.entries = 0
        self.by_uid: dict[str, Group] = {}
        self.problems: list[Diagnostic] = []

    def read(self, calendar: Component) -> None:
        """Read all entries of a calendar."""
        self.problems += calendar.problems
        version = calendar.one("VERSION")
        if version is not None and version.value.strip() == "1.0":
            message = "this is a calendar of version 1.0, and only 2.0 is read"
            self.problems.append(error("bad-calendar", message, version.place, "export it as iCalendar (.ics)"))
        zones = Zones(calendar, self.timezone)
        for component in calendar.events:
            self.entries += 1
            match read_entry(component, zones):
                case CalendarEntry() as entry:
                    self.add(entry)
                case problems:
                    self.problems += problems

    def add(self, entry: CalendarEntry) -> None:
        """Put an entry to the others of its UID; one without a UID stands alone."""
        group = self.by_uid.setdefault(entry.uid or f"\n{self.entries}", Group())
        if entry.replaces is None:
            twin = group.main
            group.main = twin or entry
        else:
            twin = next((one for one in group.changed if one.replaces == entry.replaces), None)
            group.changed.append(entry)
        if twin is not None:
            message = f"the UID {quoted(entry.uid)} stands at line {twin.component.place.line} already"
            self.problems.append(error("duplicate-event", message, entry.component.place, "delete one of the two"))
