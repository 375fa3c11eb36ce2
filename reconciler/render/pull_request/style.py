"""How a paragraph writes names and times."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.change import Change
from reconciler.planning.series import SeriesKey
from reconciler.portal import Portal
from reconciler.render import dates, words
from reconciler.render.difference import times
from reconciler.safe_text import visible

_DETAILED = 2
"""How many events of one kind get a sentence each; more share one."""

_LONGEST_NAME = 60
_QUOTES = re.compile("[“”]")


def quoted_name(name: str) -> str:
    """Return an event's name in quotation marks, without any of its own that could close them."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME].rstrip()}…"
    bare = visible(_QUOTES.sub("'", short))
    return f"“{bare}”"


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph writes names and times."""

    portal: Portal
    write: Callable[[str], str]
    """Makes a name safe."""
    most: int
    """How many names a list holds at most; 0: no names are wanted."""
    series: Mapping[SeriesKey, str] = field(default_factory=dict)
    """The names of series."""

    def name(self, change: Change) -> str:
        """Return the name of a changed event."""
        return self.write(words.title(change))

    def describes_each(self, changes: Sequence[Change]) -> bool:
        """Return whether there are few enough changes for a sentence each."""
        return len(changes) <= min(_DETAILED, self.most)

    def listed(self, changes: Sequence[Change]) -> str:
        """Return the first names after a colon, and the number of the others; empty if no names are wanted."""
        if not self.most:
            return ""
        alike: dict[str, list[Change]] = {}
        for change in changes:
            alike.setdefault(self._common_name(change), []).append(change)
        first = [*alike.items()][: self.most]
        named = [self._counted(name, some) for name, some in first]
        rest = len(changes) - sum(len(some) for _, some in first)
        return f": {joined([*named, *([f'{rest} more'] if rest else [])])}"

    def clocks(self, change: Change) -> dates.Clocks:
        """Return the clocks that the times of an event are shown on."""
        return dates.clocks_of(change.timezone, self.portal)

    def start(self, change: Change) -> datetime | None:
        """Return the start of an event after a change, or None if the change has none."""
        start = change.field("startDateTime")
        return None if start is None or not isinstance(start.after, str) else self._local(start.after, change)

    def moved(self, change: Change, name: str) -> tuple[datetime, datetime] | None:
        """Return the old and the new time of a field, or None if it does not change from one time to another."""
        field = change.field(name)
        move = None if field is None else times(field, self.clocks(change))
        return move if move is not None and move[0] != move[1] else None

    def _local(self, text: str, change: Change) -> datetime | None:
        return dates.local(text, self.clocks(change))

    def _common_name(self, change: Change) -> str:
        """Return the name of the event's series, or its own if it is of none."""
        key = change.identity.external_account_id, change.series or ""
        return self.series.get(key) or words.title(change)

    def _counted(self, name: str, changes: Sequence[Change]) -> str:
        return self.name(changes[0]) if len(changes) == 1 else f"{self.write(name)} ({len(changes)} times)"


def joined(items: Sequence[str]) -> str:
    """Return items as a list in a sentence."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
