"""The events of libyaml's parser, with its syntax errors in plain words."""

from collections.abc import Iterator
from typing import Any, cast

import yaml

from reconciler.declarations.yaml.complaints import Complaint, Position, explain
from reconciler.declarations.yaml.escapes import may_hold_pairs, with_pairs_blanked, with_pairs_hidden
from reconciler.declarations.yaml.mistakes import Mistake, recognise
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid, Interrupted


def readable(text: str) -> str:
    """Prepare a text for libyaml, which does not accept surrogate pairs."""
    if not may_hold_pairs(text):
        return text
    quotes: list[tuple[int, int]] = []
    try:
        for event in yaml.parse(with_pairs_blanked(text), Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent) and event.style == '"':
                begin, end = cast("yaml.Mark", event.start_mark), cast("yaml.Mark", event.end_mark)
                quotes.append((begin.index, end.index))
    except yaml.MarkedYAMLError as reason:  # the error is reported when the text itself is read
        if reason.context_mark is not None and "quoted scalar" in (reason.context or ""):
            quotes.append((reason.context_mark.index, len(text)))
    return with_pairs_hidden(text, quotes)


def events_of(text: str, file: str) -> Iterator[yaml.Event]:
    """Parse a text; raise `DeclarationsInvalid` at the first syntax error, and for any other error of PyYAML."""
    last: yaml.Event | None = None
    begun: list[yaml.Event] = []
    try:
        for last in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(last, yaml.DocumentStartEvent):
                begun.append(last)
            yield last
    except Interrupted:
        raise
    except Exception as reason:  # odd input has made PyYAML raise built-in exceptions besides YAMLError
        raise DeclarationsInvalid((_explained(_complaint(reason, last, begun, text), file),)) from reason


def _explained(complaint: Complaint, file: str) -> Diagnostic:
    mistake = recognise(complaint)
    return explain(complaint, file) if mistake is None else as_diagnostic(mistake, file)


def as_diagnostic(mistake: Mistake, file: str) -> Diagnostic:
    """Return the diagnostic for a mistake."""
    return error(mistake.code, mistake.message, Place(file, *mistake.position), mistake.hint)


def _complaint(reason: Exception, last: yaml.Event | None, begun: list[yaml.Event], text: str) -> Complaint:
    mark = getattr(reason, "problem_mark", None)
    end = Position(text.count("\n") + 1, len(text) - text.rfind("\n"))  # libyaml may report the line after the last
    at = min(_position(mark) or Position(1, 1), end)
    return Complaint(
        problem=str(getattr(reason, "problem", reason)),
        context=str(getattr(reason, "context", None)),
        character="" if mark is None else text[mark.index : mark.index + 1],
        after=_ending_on(at.line, last),
        at=at,
        since=_position(getattr(reason, "context_mark", None)) or at,
        before=_position(last and last.start_mark) or at,
        plain_end=_position(last.end_mark) if isinstance(last, yaml.ScalarEvent) and not last.style else None,
        document=len(begun),
        begun=position_of(begun[-1]) if begun else Position(1, 1),
        lines=tuple(text.split("\n")),
    )


def _ending_on(line: int, last: yaml.Event | None) -> str:
    """Return the kind of value that ends on the line, because what follows it may be the problem."""
    end = _position(last and last.end_mark)
    if end is None or end.line != line:
        return "nothing"
    match last:
        case yaml.AliasEvent():
            return "alias"
        case yaml.ScalarEvent(style='"' | "'"):
            return "quoted"
        case yaml.CollectionEndEvent() if end != position_of(last):
            return "bracket"
        case _:
            return "other"


def position_of(event: yaml.Event) -> Position:
    """Return where an event begins."""
    mark = cast("yaml.Mark", event.start_mark)  # libyaml marks every event
    return Position(mark.line + 1, mark.column + 1)


def _position(mark: Any) -> Position | None:
    return None if mark is None else Position(mark.line + 1, mark.column + 1)
