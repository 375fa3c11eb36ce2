"""Tables (CSV), read as the events that their rows declare."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

from reconciler.declarations.events.whole_days import TIMES
from reconciler.declarations.sources.columns import key_of, read_header
from reconciler.declarations.sources.event_ids import UniqueIds, id_from_name
from reconciler.declarations.sources.records import Record, read_records
from reconciler.declarations.sources.sourced import FLAGS, Additions, Cell, Sourced, event_node, in_line_order
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.times import read_time
from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.event import CUSTOM
from reconciler.safe_text import quoted

_FREE_TEXTS = ("eventName", "eventOrganizer", "eventType", "eventDescription")
"""Texts that are kept as they are, like custom properties; around all others a spreadsheet's blanks mean nothing."""
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,12}))?", re.ASCII)
"""A time as spreadsheets count it: the days since 30 December 1899, with a fraction."""
_FAILED = frozenset(
    (
        *("#REF!", "#NAME?", "#VALUE!", "#N/A", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR!"),
        *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA", "#####"),
        *("#BEZUG!", "#WERT!", "#NV", "#ZAHL!", "#ÜBERLAUF!", "#KALK!"),
        *("#NOM?", "#VALEUR!", "#NOMBRE!", "#NUL!", "#PROPAGATION!"),
        *("#¡REF!", "#¿NOMBRE?", "#¡VALOR!", "#N/D", "#¡DIV/0!", "#¡NULO!", "#¡NUM!", "#¡DESBORDAMIENTO!"),
    )
)
"""What Excel, LibreOffice and Google Sheets show where a formula has no result: in English, German, French, Spanish."""
_CORRECT_FORMULA = "correct the formula or empty the cell, and save the table again"
_FAILED_WITH_NUMBER = re.compile(r"(?:Err|Fehler|Erreur):\d{3}", re.ASCII)
"""What LibreOffice shows instead of some of them."""


def read_table(content: bytes, file: str, additions: Additions) -> Sourced:
    """Read the event that each row of a table declares, and everything that is wrong with the rows."""
    try:
        records = list(read_records(content, file, lambda title: key_of(title) is not None))
    except DeclarationsInvalid as invalid:
        return Sourced(file, problems=invalid.diagnostics)
    if not records:
        return Sourced(file, problems=(_no_event("the table is empty", Place(file)),))
    header, *rows = records
    keys, problems = read_header(header.cells, Place(file, header.line))
    if not keys:
        return Sourced(file, problems=tuple(problems))
    if not rows:
        problems.append(_no_event("the table has no row below its header", Place(file, header.line)))
    problems += [problem for row in rows for problem in _problems(row, header, keys, file)]
    cells = {Place(file, row.line): _with_additions(dict(_filled(row, keys)), additions) for row in rows}
    problems += _add_ids(cells)
    return Sourced(file, tuple(_event(place, row) for place, row in cells.items()), in_line_order(problems))


def _no_event(message: str, place: Place) -> Diagnostic:
    return error("no-event", message, place, "save the table again, with a row for each event")


def _problems(row: Record, header: Record, keys: Mapping[int, str], file: str) -> Iterator[Diagnostic]:
    """Find what is wrong with the cells of a row before they are read as an event."""
    place = Place(file, row.line)
    if any(cell.strip() for cell in row.cells[len(header.cells) :]):
        message = f"the row has {len(row.cells)} cells, and the header names {len(header.cells)} columns"
        yield error("too-many-cells", message, place, "put a cell that holds a delimiter in double quotes")
    for index, cell in enumerate(row.cells[: len(header.cells)]):
        if cell.strip() and not header.cells[index].strip():
            yield error("unnamed-column", f"the column {index + 1} has no name", place, "name it, or delete it")
        elif index in keys and _is_failed(cell):
            message = f"{keys[index]}: {quoted(cell.strip())} is what a spreadsheet shows where a formula has no result"
            yield error("failed-formula", message, place, _CORRECT_FORMULA)
        elif found := _as_counted(keys.get(index), cell):
            message = f"{keys[index]}: {found[0]} is the number that a spreadsheet keeps for a time"
            yield error("bad-time", message, place, f"format the column so that it shows {_counted(found)}")


def _is_failed(cell: str) -> bool:
    text = cell.strip()
    return text in _FAILED or _FAILED_WITH_NUMBER.fullmatch(text) is not None


def _as_counted(key: str | None, cell: str) -> re.Match[str] | None:
    """Return the match if a cell holds a time as spreadsheets count it."""
    return _SERIAL.fullmatch(cell.strip()) if key in TIMES else None


def _counted(found: re.Match[str]) -> str:
    """Return the time that a spreadsheet's number stands for, to the minute."""
    days = int(found[1]) + float(f"0.{found[2] or 0}")
    time = datetime(1899, 12, 30) + timedelta(minutes=round(days * 24 * 60))  # noqa: DTZ001  (a local time)
    return time.isoformat(" ", "minutes") if found[2] else time.date().isoformat()


def _add_ids(cells: Mapping[Place, dict[str, str]]) -> list[Diagnostic]:
    """Add the id that is missing in a row, made from name and date; return what is wrong with ids so made."""
    taken = {row["externalEventId"]: place for place, row in cells.items() if "externalEventId" in row}
    ids = UniqueIds("write an externalEventId of its own in each of these rows", taken)
    for place, row in cells.items():
        if row.keys().isdisjoint(("externalEventId", "objectId")):
            row["externalEventId"] = ids.new(id_from_name(row.get("eventName", ""), _day(row)), place)
    return ids.problems


def _event(place: Place, row: Mapping[str, str]) -> Entries:
    """Return the event of a row, as if a file declared it."""
    return event_node(place.line, {key: Cell(text, place.line) for key, text in row.items()})


def _filled(row: Record, keys: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Yield the keys of the cells that hold anything, with their texts; what is told already is left out.

    A text that is told stays: without it, HubSpot's required ones would be told as missing too.
    """
    for index, key in keys.items():
        cell = row.cells[index] if index < len(row.cells) else ""
        is_told = _as_counted(key, cell) or (_is_failed(cell) and key not in _FREE_TEXTS)
        if cell.strip() and not is_told:
            yield key, _text(key, cell)


def _text(key: str, cell: str) -> str:
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    if key in _FREE_TEXTS or key.startswith(CUSTOM):
        return text
    text = text.strip()
    # Spreadsheets turn true into TRUE by themselves.
    return text.lower() if key in FLAGS else text


def _with_additions(row: dict[str, str], additions: Additions) -> dict[str, str]:
    if additions.organizer is not None:
        row.setdefault("eventOrganizer", additions.organizer)
    if additions.event_type is not None:
        row.setdefault("eventType", additions.event_type)
    if additions.hours is not None and any(_is_day(row.get(key, "")) for key in TIMES):
        row.setdefault("hours", additions.hours)
    return row


def _is_day(text: str) -> bool:
    return _read(text) is not None and not isinstance(_read(text), datetime)


def _day(row: Mapping[str, str]) -> date | None:
    """Return the day on which an event begins, as it is written."""
    start = _read(row.get("startDateTime", ""))
    return start.date() if isinstance(start, datetime) else start


def _read(text: str) -> datetime | date | None:
    with suppress(Wrong):
        return read_time(text)
    return None
