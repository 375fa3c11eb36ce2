"""Edits of what is different on one date of a series, which leave every other character as it is."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.declarations.yaml.canonical import ORDER, key_rank
from reconciler.declarations.yaml.editing import CannotEdit, Editor, Override, Splice, override_lines, position
from reconciler.declarations.yaml.source import Pair, Pairs, Piece
from reconciler.event import PROPERTIES

_REPEAT, _OVERRIDES = "repeat", "overrides"
_STEP = "  "
_BEHIND_ALL_KEYS = len(ORDER) + 1
"""The rank of a new date: what is added to the date before it may end at the same place."""


def written_for_date(editor: Editor, line: int, column: int, day: str) -> Piece | None:
    """Return what is written for a date under `overrides` of the series that begins at a position; None if nothing."""
    found: Piece | None = editor.blocks.get((line, column))
    for key in (_REPEAT, _OVERRIDES, day):
        pair = _pair(found, key)
        found = None if pair is None else pair.value
    return found


def added_to_date(
    editor: Editor, line: int, column: int, day: str, fields: Iterable[Override], properties: Sequence[Override]
) -> Iterator[Splice]:
    """Yield the edits that add keys to a date under `overrides` of the series that begins at a position.

    Edits of several dates, or of one date in several steps, may have lines in common: `edited` writes them once.
    Raises `CannotEdit` if there is no place for a key.
    """
    repeat = _block(_value(editor.block(line, column), _REPEAT), _REPEAT)
    overrides = _value(repeat, _OVERRIDES)
    if overrides is None:
        indent = " " * repeat.begin.column
        yield editor.behind(repeat.pairs[-1], repeat, [f"{indent}{_OVERRIDES}:"])._replace(rank=_rank(""))
        for rank, lines in _lines_of_date(indent + _STEP, day, fields, properties):
            yield editor.behind(repeat.pairs[-1], repeat, lines)._replace(rank=_rank(day, *rank))
        return
    block = _block(overrides, _OVERRIDES)
    if (own := _value(block, day)) is not None:
        yield from editor.added(*position(_block(own, day).begin), fields, properties)
        return
    earlier = [pair for pair in block.pairs if _text(pair) < day]
    for rank, lines in _lines_of_date(" " * block.begin.column, day, fields, properties):
        edit = editor.behind(max(earlier, key=_text), block, lines) if earlier else editor.on_top(block, lines)
        yield edit._replace(rank=_rank(day, *rank))


def _rank(day: str, *key: int) -> tuple[int | str, ...]:
    return (_BEHIND_ALL_KEYS, day, *key)


def _lines_of_date(
    indent: str, day: str, fields: Iterable[Override], properties: Sequence[Override]
) -> Iterator[tuple[tuple[int, ...], list[str]]]:
    """Yield the lines of a date that is not there yet, with the rank of each key."""
    yield (), [f"{indent}{day}:"]
    indent += _STEP
    for field in fields:
        yield (key_rank(field.name),), override_lines(field, indent)
    if properties:
        lines = [line for each in properties for line in override_lines(each, indent + _STEP)]
        yield (key_rank(PROPERTIES),), [f"{indent}{PROPERTIES}:", *lines]


def _block(piece: Piece | None, key: str) -> Pairs:
    if not isinstance(piece, Pairs):
        raise CannotEdit(f"what stands under {key} is written in brackets, or refers to another value")
    if piece.anchored:
        raise CannotEdit(f"other values refer to what stands under {key}")
    return piece


def _value(block: Pairs, key: str) -> Piece | None:
    pair = _pair(block, key)
    return None if pair is None else pair.value


def _pair(piece: Piece | None, key: str) -> Pair | None:
    return next((pair for pair in getattr(piece, "pairs", ()) if _text(pair) == key), None)


def _text(pair: Pair) -> str:
    return pair.key.text or ""
