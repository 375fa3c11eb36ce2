"""The events of a calendar written as declarations, each date of a series by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from reconciler.declarations.sources.entries import CalendarEntry, of_property
from reconciler.declarations.sources.event_ids import UniqueIds, id_from_name, id_from_uid
from reconciler.declarations.sources.series import Dated, dates_of, replacing
from reconciler.declarations.sources.sourced import Additions, Cell, event_node
from reconciler.declarations.sources.when import When
from reconciler.declarations.sources.written_times import written_times
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.diagnostics import Diagnostic, error

_TEXTS = {"SUMMARY": "eventName", "URL": "eventUrl", "DESCRIPTION": "eventDescription"}
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    **{key: (name,) for name, key in _TEXTS.items()},
    "externalEventId": ("UID",),
    "eventOrganizer": ("ORGANIZER",),
    "eventCancelled": ("STATUS",),
    "startDateTime": ("DTSTART", "RECURRENCE-ID"),
    "endDateTime": ("DTEND", "DURATION", "DTSTART"),
    "timezone": ("DTSTART",),
    "hours": ("DTSTART",),
}
"""The properties that the value of a key comes from, the nearest one first."""
_OWN_ID = "give each of the two a UID of its own"


@dataclass(slots=True)
class Group:
    """What has one UID: an event or a series, and the dates of it that were changed."""

    main: CalendarEntry | None = None
    changed: list[CalendarEntry] = field(default_factory=list)


class CalendarEvents:
    """The events that are written so far, with everything that is wrong with others."""

    def __init__(self, additions: Additions) -> None:
        self.additions = additions
        self.ids = UniqueIds(_OWN_ID)
        self.events: list[Entries] = []
        self.problems: list[Diagnostic] = []
        self.cancelled = 0
        """Cancelled dates of series, which are left out."""

    def write(self, group: Group) -> None:
        """Write the event of a group, or each date of its series."""
        main = group.main
        if main is not None and not (main.is_series or group.changed):
            self._write_single(main)
        else:
            self._write_series(group)

    def _write_single(self, entry: CalendarEntry) -> None:
        day = None if entry.start is None else entry.start.day
        self._write(entry, entry.start, id_from_uid(entry.uid) if entry.uid else id_from_name(_name(entry), day))

    def _write_series(self, group: Group) -> None:
        try:
            dates = _dates(group)
        except Wrong as wrong:
            self._refuse(group.main or group.changed[0], "RRULE", wrong)
            return
        usual = _usual_time(group)
        for date in dates:
            if date.entry.is_cancelled:
                self.cancelled += 1
            else:
                self._write_date(date, is_usual=usual in (None, date.named.local.time()))

    def _write_date(self, date: Dated, *, is_usual: bool) -> None:
        """Write one date of a series, known by the day that the rule gives; at an unusual time, by that time too.

        Whether there are others on that day makes no difference: what is added to a calendar renames nothing.
        """
        uid, day = date.entry.uid, date.named.day
        own = f"{id_from_uid(uid)}-{day.isoformat()}" if uid else id_from_name(_name(date.entry), day)
        self._write(date.entry, date.start, own if is_usual else f"{own}-{date.named.local:%H%M}")

    def _write(self, entry: CalendarEntry, start: When | None, own_id: str) -> None:
        cells = {"externalEventId": self.ids.new(own_id, entry.component.place), **dict(self._texts(entry))}
        try:
            cells |= {} if start is None else written_times(start, entry.length, self.additions)
        except Wrong as wrong:
            self._refuse(entry, "DTSTART", wrong)
        if entry.is_cancelled:
            cells["eventCancelled"] = "true"
        line = entry.component.place.line
        self.events.append(event_node(line, {key: Cell(text, _line(entry, key)) for key, text in cells.items()}))

    def _texts(self, entry: CalendarEntry) -> Iterator[tuple[str, str]]:
        """Yield the texts that are not empty; programs leave blanks at the end of names."""
        for name, key in _TEXTS.items():
            found = entry.component.one(name)
            text = "" if found is None else found.text
            if text.strip():
                yield key, text if key == "eventDescription" else text.strip()
        organizer = entry.component.one("ORGANIZER")
        named = "" if organizer is None else organizer.parameters.get("CN", "").strip()
        if named or self.additions.organizer:
            yield "eventOrganizer", named or str(self.additions.organizer)
        if self.additions.event_type:
            yield "eventType", self.additions.event_type

    def _refuse(self, entry: CalendarEntry, name: str, wrong: Wrong) -> None:
        """Note what is wrong with the property that an entry has, or else with the entry."""
        found = entry.component.one(name)
        if found is None:
            self.problems.append(error(wrong.code, wrong.message, entry.component.place, wrong.hint))
        else:
            self.problems.append(of_property(found, wrong))


def _dates(group: Group) -> list[Dated]:
    """Return the dates of a series; a changed one stands alone where the series is not in the calendar."""
    main = group.main
    if main is not None and main.start is not None:
        return dates_of(main, main.start, group.changed)
    return [Dated(entry, entry.start or replaced, replaced) for entry, replaced in replacing(group.changed)]


def _usual_time(group: Group) -> time | None:
    """Return the time of day at which a series begins; None if the calendar does not hold the series."""
    main = group.main
    return None if main is None or main.start is None else main.start.local.time()


def _name(entry: CalendarEntry) -> str:
    found = entry.component.one("SUMMARY")
    return "" if found is None else found.text.strip()


def _line(entry: CalendarEntry, key: str) -> int:
    """Return the line where a key's value stands, or else that of the entry."""
    properties = map(entry.component.one, _PROPERTIES.get(key, ()))
    found = next((each for each in properties if each is not None), None)
    return entry.component.place.line if found is None else found.place.line
