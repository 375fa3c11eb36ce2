"""The columns of a table, by the names in its header."""

import re
from collections.abc import Iterator, Mapping

from reconciler.declarations.keys.synonyms import advice_on, meant_by
from reconciler.declarations.values.corrections import did_you_mean
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.event import CUSTOM, custom_field
from reconciler.safe_text import quoted

COLUMNS = (
    *("externalEventId", "externalAccountId", "objectId"),
    *("eventName", "eventOrganizer", "eventType", "eventDescription", "eventUrl"),
    *("startDateTime", "endDateTime", "timezone", "hours"),
    *("eventCancelled", "eventCompleted", "protect"),
)
"""The keys that a column can be named like; beside them there are custom properties."""

_BY_NAME: Mapping[str, str] = {key.casefold(): key for key in COLUMNS}
_PROPERTY = re.compile(rf"{CUSTOM.rstrip('.')}\.(.+)", re.IGNORECASE)
_OWN_PROPERTY = re.compile(r"[a-z][a-z0-9_]*_[a-z0-9_]*")
"""The form of most names of a portal's own properties."""
_EXAMPLE = "name the columns in the first line, as in eventName,startDateTime,endDateTime"


def key_of(title: str) -> str | None:
    """Return the key that a column's title names, in any case and with or without blanks; None for any other title."""
    name = "".join(title.split())
    if found := _PROPERTY.fullmatch(name):
        return custom_field(found[1])
    return _BY_NAME.get(name.casefold())


def read_header(titles: list[str], place: Place) -> tuple[dict[int, str], list[Diagnostic]]:
    """Return the key of each column by its place in the row, and every problem with the others."""
    keys = {index: key for index, title in enumerate(titles) if (key := key_of(title)) is not None}
    if not keys:
        message = "this is not a table of events: none of its columns is named like a field"
        return {}, [error("not-a-table", message, place, _EXAMPLE)]
    return keys, [*_unknown(titles, keys, place), *_twice(titles, keys, place)]


def _unknown(titles: list[str], keys: Mapping[int, str], place: Place) -> Iterator[Diagnostic]:
    for index, title in enumerate(map(str.strip, titles)):
        if title and index not in keys:
            yield error("unknown-column", f"unknown column {quoted(title)}", place, _hint(title))


def _hint(title: str) -> str:
    name = "".join(title.split())
    meant = meant_by(name)
    if meant in COLUMNS:
        return f"did you mean {meant}?"
    if advice := advice_on(name):
        return advice.replace("line", "column")
    if _OWN_PROPERTY.fullmatch(name):
        return f"your own properties are columns such as {custom_field(name)}"
    return did_you_mean(name, COLUMNS) or "name it like a field, or delete the column"


def _twice(titles: list[str], keys: Mapping[int, str], place: Place) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for index, key in keys.items():
        if first.setdefault(key, index) != index:
            message = f"the columns {first[key] + 1} and {index + 1} are both {quoted(titles[index].strip())}"
            yield error("duplicate-column", message, place, "delete one of the two")
