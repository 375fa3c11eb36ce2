"""The files that declare the events of a calendar or a table."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from reconciler.declarations.events.collisions import collisions
from reconciler.declarations.events.declaring import Terms, declare
from reconciler.declarations.events.environments import ENVIRONMENTS
from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.layers import EVENT
from reconciler.declarations.events.whole_days import TIMES
from reconciler.declarations.keys.schema_line import line_for_declarations
from reconciler.declarations.sources.sourced import Cell, Sourced, in_line_order, plain_values, with_cell, with_texts
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.times import read_time
from reconciler.declarations.values.zones import load_zone
from reconciler.declarations.writing.new_files import NewNames
from reconciler.declarations.writing.read_back import check_meaning, read_back
from reconciler.declarations.yaml.canonical import Undeclarable, event_text
from reconciler.declarations.yaml.characters import deceptive_character
from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Diagnostic, Place, Severity, error
from reconciler.event import Declared, DeclaredEvent, day_of
from reconciler.safe_text import FORBIDDEN

_HINTS = (
    ("missing-key", "eventOrganizer", "give --organizer NAME, or set eventOrganizer in _defaults.yaml"),
    ("missing-key", "eventName", "give the event a name there, or set eventName in _defaults.yaml"),
    ("bad-time", "the time of day is missing", "write it, as in 2027-04-15 17:00; or give --hours 09:00-17:00"),
    ("no-timezone", "", "set timezone in reconciler.yaml or in _defaults.yaml; a table can have a column for it"),
    ("no-account", "", "set externalAccountId in reconciler.yaml or in _defaults.yaml"),
    ("not-a-boolean", "", "write true or false in this cell, in English"),
    ("account-beside-object", "", "leave one of the two cells empty"),
    ("completed-beside-object", "", "leave the cell eventCompleted empty"),
)
"""By code and a part of the message, hints for those who see no YAML."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the files of a run go, and what holds for events there."""

    terms: Terms
    inherited: Callable[[str], Inheritance]
    """Returns what the events of a folder below the root inherit."""
    names: NewNames
    largest: int
    """The most bytes of a file."""
    below: str = ""
    """The folder to write to, below the root, with `/` at its end; empty for the root."""
    settings: str = ""
    """The text of the settings, which may name a schema to editors."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event with the file that declares it."""

    event: DeclaredEvent
    path: str
    """Below the root, with `/`."""
    text: str


@dataclass(frozen=True, slots=True)
class NewEvents:
    """What becomes of the events of a calendar or a table; with a problem, nothing may be written."""

    events: tuple[NewEvent, ...]
    problems: tuple[Diagnostic, ...] = ()
    known: int = 0
    """Events that are declared already."""
    unwanted: int = 0
    """Events that were not asked for."""


def new_events(
    sourced: Sourced,
    declared: Declared,
    destination: Destination,
    is_wanted: Callable[[DeclaredEvent], bool],
) -> NewEvents:
    """Return the files for the wanted events that are not declared yet, and every problem, in the order of lines."""
    ids = {event.identity for event in declared.events} | {skipped.identity for skipped in declared.skipped}
    unwanted = 0
    known: list[DeclaredEvent] = []
    drafts: list[_Draft] = []
    for own in sourced.events:
        draft = _Draft(own, sourced, destination)
        if draft.event is not None and draft.event.identity in ids:
            known.append(draft.event)
        elif draft.event is not None and not is_wanted(draft.event):
            unwanted += 1
        else:
            drafts.append(draft)
    problems = [*sourced.problems, *_problems(drafts, declared), *_equal_ids(known)]
    events: list[NewEvent] = []
    for draft in () if problems else drafts:
        try:
            events.append(draft.written())
        except Wrong as wrong:
            problems.append(error(wrong.code, wrong.message, draft.layer.place, wrong.hint))
    return NewEvents(() if problems else tuple(events), in_line_order(problems), len(known), unwanted)


def _problems(drafts: list["_Draft"], declared: Declared) -> Iterator[Diagnostic]:
    for draft in drafts:
        yield from draft.problems
    yield from _equal_ids((*declared.events, *(draft.event for draft in drafts if draft.event is not None)))


def _equal_ids(events: Iterable[DeclaredEvent]) -> Iterator[Diagnostic]:
    return (each for each in collisions(events) if each.severity is Severity.ERROR)


class _Draft:
    """One event, read as if a file in its folder declared it."""

    def __init__(self, own: Entries, sourced: Sourced, destination: Destination) -> None:
        self.destination = destination
        own = _for_environment(own, destination.terms)
        below, names = destination.below, destination.names
        anywhere = declare(destination.inherited(below.rstrip("/")), EVENT.check(own, sourced.file), destination.terms)
        self.folder = below + names.folder(_day(anywhere.event, destination.terms))
        self.inherited = destination.inherited(self.folder)
        self.own = _in_zone(own, sourced.timezone, self.inherited, destination.terms)
        self.layer = EVENT.check(self.own, sourced.file)
        self.declaration = declare(self.inherited, self.layer, destination.terms)

    @property
    def event(self) -> DeclaredEvent | None:
        """The event; None if it has no id, or is not for the chosen environment."""
        return self.declaration.event

    @property
    def problems(self) -> Iterator[Diagnostic]:
        """What is wrong with it."""
        yield from _hidden_characters(self.own, self.layer.file)
        found = (*self.layer.problems, *self.declaration.diagnostics)
        yield from (_as_problem(each) for each in found if each.severity is Severity.ERROR or self.event is None)
        if self.event is None and not found:
            message = "what it inherits leaves it out of the chosen environment"
            yield error("skipped-environment", message, self.layer.place, "choose another one with --env")

    def written(self) -> NewEvent:
        """Return the event with its file; raise `Wrong` if no file can declare it."""
        meant = cast("DeclaredEvent", self.event)  # without one there are problems
        try:
            text = event_text(plain_values(self.own))
        except Undeclarable as reason:
            raise Wrong("undeclarable", reason.message, reason.hint) from reason
        schema = line_for_declarations(self.destination.settings, self.folder)
        text = text if schema is None else f"{schema}\n{text}"
        if len(text.encode()) > self.destination.largest:
            message = f"it takes more than the {self.destination.largest:,} bytes that a file may have"
            raise Wrong("too-large", message, "shorten its description")
        check_meaning(meant, read_back(text, self.inherited, self.destination.terms))
        below = self.destination.below
        name = self.destination.names.new(self.folder.removeprefix(below), meant.identity, str(meant.name))
        return NewEvent(meant, f"{self.folder}/{name}", text)


def _as_problem(diagnostic: Diagnostic) -> Diagnostic:
    """Return a diagnostic as an error, with a hint that fits a calendar and a table."""
    hints = (hint for code, part, hint in _HINTS if diagnostic.code == code and part in diagnostic.message)
    return replace(diagnostic, severity=Severity.ERROR, hint=next(hints, diagnostic.hint))


def _day(event: DeclaredEvent | None, terms: Terms) -> date | None:
    """Return the day on which an event begins, or else ends, in the settings' zone."""
    zone = load_zone(terms.timezone or "UTC")
    days = (None if event is None else day_of(event.fields, key, zone) for key in TIMES)
    return next((day for day in days if day is not None), None)


def _for_environment(own: Entries, terms: Terms) -> Entries:
    """Return an event, declared in the chosen environment alone: it is read with the settings of that environment."""
    if terms.environment is None or "externalEventId" not in own.values:
        return own
    return with_texts(own, ENVIRONMENTS, [Cell(terms.environment, own.line)])


def _in_zone(own: Entries, zone: str | None, inherited: Inheritance, terms: Terms) -> Entries:
    """Return an event with the zone that its local times are meant in, where it would inherit another one."""
    is_right = zone in (None, inherited.values.get("timezone", terms.timezone))
    if is_right or "timezone" in own.values or not any(map(_is_local, _times(own))):
        return own
    return with_cell(own, "timezone", Cell(str(zone), own.line))


def _times(own: Entries) -> Iterator[str]:
    return (node.text for key, node in own.values.items() if key in TIMES and isinstance(node, Scalar))


def _is_local(text: str) -> bool:
    read = read_time(text)
    return not isinstance(read, datetime) or read.tzinfo is None


def _hidden_characters(own: Entries, file: str) -> Iterator[Diagnostic]:
    """Find characters that no file may have, in values and in the names of custom properties."""
    for node in own.values.values():
        inner = (*node.keys.values(), *node.values.values()) if isinstance(node, Entries) else (node,)
        for scalar in inner:
            found = FORBIDDEN.search(scalar.text) if isinstance(scalar, Scalar) else None
            if found is not None:
                yield deceptive_character(found[0], Place(file, scalar.line))
