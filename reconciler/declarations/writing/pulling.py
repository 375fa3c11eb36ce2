"""HubSpot's values written into the lines that declare them."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import DEFAULTS_FILE, Rewritten, SourceFile
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.events.whole_days import TIMES
from reconciler.declarations.writing.pulled_values import Pull, ToWrite, left, value_in_words, values_to_write
from reconciler.declarations.yaml.characters import decode, encode_like
from reconciler.declarations.yaml.editing import CannotEdit, Editor, Override, Splice, edited, position
from reconciler.declarations.yaml.series_editing import added_to_date, written_for_date
from reconciler.declarations.yaml.source import OddlyWritten
from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.event import CUSTOM, DeclaredEvent, Identity, Value


class Pulled(NamedTuple):
    """The files with HubSpot's values in them, how many values these are, and why others are not written."""

    files: tuple[Rewritten, ...]
    values: int
    left: tuple[Diagnostic, ...]


class _Change(NamedTuple):
    """The edits of one event, with what its fields are to mean after them."""

    event: DeclaredEvent
    edits: tuple[Splice, ...]
    means: dict[str, Value]

    @property
    def names(self) -> list[str]:
        """The fields that are to mean something else than before; others are only written with them."""
        return [name for name, value in self.means.items() if value != self.event.fields.get(name)]


def pull_into(files: Sequence[SourceFile | Diagnostic], terms: Terms, pulls: Iterable[Pull]) -> Pulled:
    """Return the files of the events with HubSpot's values; `files` are those that the events were read from.

    A value that is inherited becomes a key of the event, with a comment. Raises `ReconcilerError` if a file would not
    mean exactly what is intended.
    """
    puller = _Puller([file for file in files if isinstance(file, SourceFile)], terms)
    by_file: dict[str, list[_Change]] = {}
    for pull in pulls:
        by_file.setdefault(pull.event.place.file, []).extend(puller.changes(pull))
    done = [(file, puller.possible(file, changes)) for file, changes in by_file.items()]
    return Pulled(
        tuple(puller.changed(file, changes) for file, changes in done if changes),
        sum(len(change.names) for _, changes in done for change in changes),
        tuple(puller.left),
    )


class _Puller:
    """Edits files; `left` holds the reason for each value that is not written."""

    def __init__(self, files: Sequence[SourceFile], terms: Terms) -> None:
        self.files = {file.shown: file for file in files}
        self.defaults = [file for file in files if file.name == DEFAULTS_FILE]
        self.terms = terms
        self.editors: dict[str, Editor | None] = {}
        self.left: list[Diagnostic] = []

    def editor(self, file: str) -> Editor | None:
        """Return the editor of a file; None if it is written in a way that is too rare."""
        if file not in self.editors:
            try:
                self.editors[file] = Editor(self.text(file))
            except OddlyWritten:
                self.editors[file] = None
        return self.editors[file]

    def text(self, file: str) -> str:
        return decode(self.files[file].content, file)

    def written(self, place: Place) -> str:
        """Return the text of the value whose key is at a place; empty where that cannot be told."""
        editor = self.editor(place.file)
        return "" if editor is None else editor.written(place.line, place.column)

    def changes(self, pull: Pull) -> Iterator[_Change]:
        """Yield the changes of an event that do not depend on each other."""
        event = pull.event
        wanted, problems = values_to_write(pull, lambda name: self.written(event.places[name]))
        self.left += problems
        own = self.own_names(event)
        for group in _groups(own, wanted):
            try:
                means = {name: each.means for name, each in group.items()}
                yield _Change(event, tuple(self.edits(event, own, group)), means)
            except CannotEdit as reason:
                self.left += [
                    left(event, name, str(reason), f"HubSpot holds {value_in_words(each.text)}: edit it by hand")
                    for name, each in group.items()
                    if each.means != event.fields.get(name)
                ]

    def own_names(self, event: DeclaredEvent) -> frozenset[str]:
        """Return the fields that stand in lines of the event alone: for an occurrence, below its date."""
        editor = self.editor(event.place.file)
        if event.date is None or editor is None:
            return frozenset(event.lines)
        written = written_for_date(editor, event.place.line, event.place.column, event.date)
        if written is None:
            return frozenset()
        begin, end = position(written.begin), position(written.end)
        places = {name: event.places[name] for name in event.lines}
        return frozenset(name for name, place in places.items() if begin <= (place.line, place.column) <= end)

    def edits(self, event: DeclaredEvent, own: Collection[str], group: Mapping[str, ToWrite]) -> Iterator[Splice]:
        """Yield the edits for some fields; raise `CannotEdit` if there is no place for one of them."""
        editor = self.editor(event.place.file)
        if editor is None:
            raise CannotEdit("its file is written in a way that is too rare")
        fields: list[Override] = []
        properties: list[Override] = []
        for name, each in group.items():
            place = event.places[name]
            if name in own:
                yield editor.replaced(place.line, place.column, each.text)
                continue
            below = "the series' own" if name in event.lines else f"the default in {place.file}"
            note = f"HubSpot's value, in place of {below}"
            holder = properties if name.startswith(CUSTOM) else fields
            holder.append(Override(name.removeprefix(CUSTOM), each.text, note))
        if not (fields or properties):
            return
        place = event.place
        if event.date is None:
            yield from editor.added(place.line, place.column, fields, properties)
        else:
            yield from added_to_date(editor, place.line, place.column, event.date, fields, properties)

    def possible(self, file: str, changes: list[_Change]) -> list[_Change]:
        """Return the changes after which the file has no problem; what the others would change is left as it is."""
        while self.problem_after(file, changes) is not None:
            number, problem = self.first_wrong(file, changes)
            wrong = changes[number]
            self.left += [left(wrong.event, name, problem.message, problem.hint) for name in wrong.names]
            changes = changes[:number] + changes[number + 1 :]
        return changes

    def first_wrong(self, file: str, changes: list[_Change]) -> tuple[int, Diagnostic]:
        """Return the number of the first change after which the file has a problem, and the problem."""
        after = partial(self.problem_after, file)
        number = bisect_left(range(len(changes)), x=True, key=lambda number: after(changes[: number + 1]) is not None)
        return number, cast("Diagnostic", after(changes[: number + 1]))

    def problem_after(self, file: str, changes: list[_Change]) -> Diagnostic | None:
        """Return the first problem of the file after the changes; raise `ReconcilerError` if it means anything else."""
        before = self.files[file]
        try:
            events = self.events(replace(before, content=self.changed(file, changes).after))
        except DeclarationsInvalid as invalid:
            return next(each for each in invalid.diagnostics if each.severity is Severity.ERROR)
        means: dict[Identity, dict[str, Value]] = {}
        for change in changes:
            means.setdefault(change.event.identity, {}).update(change.means)
        intended = [_essence(event, means.get(event.identity, {})) for event in self.events(before)]
        if [_essence(event, {}) for event in events] != intended:
            raise ReconcilerError(
                f"{file} would not mean what HubSpot holds, so nothing was written",
                hint="this is a mistake in reconciler: please report it with the file",
            )
        return None

    def events(self, source: SourceFile) -> tuple[DeclaredEvent, ...]:
        above = [each for each in self.defaults if not each.folder or source.path.startswith(f"{each.folder}/")]
        return read_all([*above, source], self.terms).events

    def changed(self, file: str, changes: Iterable[_Change]) -> Rewritten:
        source = self.files[file]
        text = edited(self.text(file), (edit for change in changes for edit in change.edits))
        return Rewritten(source, encode_like(source.content, text))


def _groups(own: Collection[str], wanted: Mapping[str, ToWrite]) -> Iterator[dict[str, ToWrite]]:
    """Yield the fields that are written together: start and end; what is not the event's own; each that is."""
    times = {name: each for name, each in wanted.items() if name in TIMES}
    others = {name: each for name, each in wanted.items() if name not in TIMES}
    inherited = {name: each for name, each in others.items() if name not in own}
    single = ({name: each} for name, each in others.items() if name in own)
    yield from filter(None, (times, inherited, *single))


def _essence(event: DeclaredEvent, means: Mapping[str, Value]) -> tuple[object, ...]:
    fields = {**event.fields, **means}
    return event.identity, fields, event.initial, event.absent, event.protect, event.timezone, event.series
