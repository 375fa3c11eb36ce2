"""Plans and receipts for the terminal."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import assert_never

from reconciler.applying.receipt import Receipt
from reconciler.change import Change, Create, Delete, FieldChange, Update
from reconciler.diagnostics import Diagnostic
from reconciler.planning.orphans import OrphanVerdict
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render import words
from reconciler.render.dates import Clocks, clocks_of
from reconciler.render.difference import difference
from reconciler.render.parts import Part, origin_mark, parts
from reconciler.safe_text import visible

_LABEL_WIDTH = 13
_LONG = 80
"""Characters beyond which a label does not widen the column of labels."""


def plan(plan: Plan) -> str:
    """Write a plan; its last two lines are fixed."""
    return _page(_plan(plan))


def receipt(receipt: Receipt) -> str:
    """Write a receipt; its last two lines are fixed."""
    return _page(_receipt(receipt))


def diagnostics(found: Iterable[Diagnostic]) -> str:
    """Write findings, one a line."""
    return _page(map(words.diagnostic, found))


def _page(lines: Iterable[str]) -> str:
    """Join lines, none of which can hold anything but visible characters."""
    return "".join(f"{visible(line)}\n" for line in lines)


def _plan(plan: Plan) -> Iterator[str]:
    yield words.head(plan)
    yield from _section(words.FIRST, [words.diagnostic(found) for found in words.first(plan)])
    for part in parts(plan.changes):
        yield from _part(part, plan.portal)
    yield from _orphans(plan.orphans)
    yield from _section("", list(words.left_alone(plan)))
    yield from _section("Notes", [words.diagnostic(found) for found in words.notes(plan)])
    yield from _set_aside(plan)
    yield ""
    if plan.is_fulfilled:
        yield words.NO_CHANGES
    yield words.summary(plan)
    yield words.digest_line(plan)


def _part(part: Part, portal: Portal) -> Iterator[str]:
    if part.heading:
        yield ""
        yield part.heading
    for action, group in groupby(part.changes, key=lambda change: change.action):
        changes = list(group)
        yield ""
        yield words.heading(action, len(changes))
        for change in changes:
            yield ""
            yield from _change(change, portal)


def _change(change: Change, portal: Portal) -> Iterator[str]:
    yield f"  {words.sign(change)} {' · '.join([words.title(change), *words.remarks(change)])}"
    yield f"    {words.identity(change.identity)} · {words.where(change)}"
    match change:
        case Update():
            width, clocks = _width(map(words.label, change.fields)), clocks_of(change.timezone, portal)
            for field in change.fields:
                yield from _changed(field, origin_mark(change, field), clocks, width)
        case Create() | Delete():
            record = list(words.record(change, portal))
            width = _width(label for label, _ in record)
            for label, value in record:
                yield from _held(label, value, width)
        case _:
            assert_never(change)


def _width(labels: Iterable[str]) -> int:
    """Give the width of the column of labels; one that is absurdly long stands out of it."""
    return max([_LABEL_WIDTH, *(len(label) for label in labels if len(label) <= _LONG)])


def _held(label: str, value: str, width: int) -> Iterator[str]:
    """Give a value whole: whoever says yes to it is to have seen it."""
    if "\n" not in value:
        yield f"      {label.ljust(width)} {value}"
        return
    yield f"      {label}"
    yield from (f"        {line}".rstrip() for line in value.split("\n"))


def _changed(field: FieldChange, remark: str, clocks: Clocks, width: int) -> Iterator[str]:
    label, remark = words.label(field), f" · {remark}" if remark else ""
    told = difference(field, clocks)
    if not told.is_long:
        yield f"      {label.ljust(width)} {' → '.join(told.steps)}{told.note}{remark}"
        return
    yield f"      {label}{told.note}{remark}"
    yield from (f"        {line}" for line in told.lines())


def _orphans(orphans: Iterable[OrphanVerdict]) -> Iterator[str]:
    yield from _section(words.ORPHANS, [words.orphan(orphan) for orphan in words.spared(orphans)])


def _set_aside(plan: Plan) -> Iterator[str]:
    events = [f"! {words.aside(aside)}" for aside in plan.set_aside]
    yield from _section(words.SET_ASIDE, [*events, *map(words.diagnostic, words.reasons(plan))])


def _section(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
    if lines and heading:
        yield heading
    yield from (f"  {line}" if heading else line for line in lines)


def _receipt(receipt: Receipt) -> Iterator[str]:
    for result in words.notable(receipt):
        yield f"  {words.sign(result.change)} {words.title(result.change)} · {words.outcome(result)}"
        yield f"    {words.identity(result.change.identity)} · {words.where(result.change)}"
    for aside in receipt.set_aside:
        yield f"  ! {words.aside(aside)}"
        yield f"    set aside: {aside.why}"
    yield from words.shortfall(receipt)
    yield from words.overruled(receipt)
    yield words.applied(receipt)
    yield words.verified(receipt)
