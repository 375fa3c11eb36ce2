"""Plans and receipts as text for the terminal."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import assert_never

from reconciler.applying.receipt import Receipt
from reconciler.change import Change, Create, Delete, FieldChange, Update
from reconciler.diagnostics import Diagnostic
from reconciler.planning.orphans import OrphanVerdict
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render import phrases, words
from reconciler.render.dates import Clocks, clocks_of
from reconciler.render.difference import difference
from reconciler.render.groups import ChangeGroup, grouped
from reconciler.render.occurrences import RepeatedEvent
from reconciler.render.parts import Part, origin_mark, parts
from reconciler.render.timing import shown_whole
from reconciler.safe_text import visible

_LABEL_WIDTH = 13
_LONG = 80
"""Characters beyond which a label does not widen the column of labels."""
_LONGEST_WHEN = 40
"""Characters beyond which a time does not widen the column of times: a move is long enough."""


def plan(plan: Plan) -> str:
    """Return a plan as text; the wording of its last two lines is fixed."""
    return _page(_plan(plan))


def receipt(receipt: Receipt) -> str:
    """Return a receipt as text; the wording of its last two lines is fixed."""
    return _page(_receipt(receipt))


def diagnostics(diagnostics: Iterable[Diagnostic]) -> str:
    """Return diagnostics as text, one a line."""
    return _page(map(phrases.diagnostic, diagnostics))


def _page(lines: Iterable[str]) -> str:
    """Join lines, with every invisible character escaped."""
    return "".join(f"{visible(line)}\n" for line in lines)


def _plan(plan: Plan) -> Iterator[str]:
    yield words.head(plan)
    yield from _section(words.FIRST, list(map(phrases.diagnostic, words.first(plan))))
    for part in parts(plan.changes):
        yield from _part(part, plan)
    yield from _orphans(plan.orphans)
    yield from _section("", list(words.left_alone(plan)))
    yield from _section("Notes", list(map(phrases.diagnostic, words.notes(plan))))
    yield from _set_aside(plan)
    yield ""
    if plan.is_fulfilled:
        yield words.NO_CHANGES
    yield words.summary(plan)
    yield words.digest_line(plan)


def _part(part: Part, plan: Plan) -> Iterator[str]:
    if part.heading:
        yield ""
        yield part.heading
    groups, singles = grouped(map(shown_whole, part.changes), plan)
    if groups:
        yield ""
        yield words.REPEATED_EVENTS
    for group in groups:
        yield ""
        yield from _group(group, plan.portal)
    in_groups = {change.action for group in groups for change in group.changes}
    for action, some in groupby((single.change for single in singles), key=lambda change: change.action):
        changes = list(some)
        yield ""
        yield words.heading(action, len(changes), others=action in in_groups)
        for change in changes:
            yield ""
            yield from _change(change, plan.portal)


def _group(group: ChangeGroup, portal: Portal) -> Iterator[str]:
    yield f"  {group.name}: {group.counts}"
    if shared := " · ".join(filter(None, (group.ids, str(group.site)))):
        yield f"    {shared}"
    for heading, part in group.headings():
        if heading:
            yield ""
            yield f"    {heading}"
        yield from _fields(part.sample, part.fields, portal)
        width = max([0, *(len(member.when) for member in part.members if len(member.when) <= _LONGEST_WHEN)])
        for member in part.members:
            yield from _occurrence(member, width, portal)


def _occurrence(member: RepeatedEvent, width: int, portal: Portal) -> Iterator[str]:
    rest = [text for text in (*member.notes, member.ids, member.place) if text]
    when = [member.when.ljust(width if rest else 0)] if member.when else []
    yield f"    {words.sign(member.change)} {' · '.join([*when, *rest])}"
    yield from (f"  {line}" for line in _fields(member.change, member.fields, portal))


def _change(change: Change, portal: Portal) -> Iterator[str]:
    yield f"  {words.sign(change)} {' · '.join([words.title(change), *words.remarks(change)])}"
    yield f"    {words.identity(change.identity)} · {words.where(change)}"
    yield from _fields(change, change.fields, portal)


def _fields(change: Change, fields: tuple[FieldChange, ...], portal: Portal) -> Iterator[str]:
    match change:
        case Update():
            width, clocks = _width(map(words.label, fields)), clocks_of(change.timezone, portal)
            for field in fields:
                yield from _changed_field(field, origin_mark(change, field), clocks, width)
        case Create() | Delete():
            record = list(words.record(replace(change, fields=fields), portal))
            width = _width(label for label, _ in record)
            for label, value in record:
                yield from _whole_field(label, value, width)
        case _:
            assert_never(change)


def _width(labels: Iterable[str]) -> int:
    """Return the width of the column of labels; an absurdly long label does not widen it."""
    return max([_LABEL_WIDTH, *(len(label) for label in labels if len(label) <= _LONG)])


def _whole_field(label: str, value: str, width: int) -> Iterator[str]:
    """Yield a value in full: whoever approves it must have seen it."""
    if "\n" not in value:
        yield f"      {label.ljust(width)} {value}"
        return
    yield f"      {label}"
    yield from (f"        {line}".rstrip() for line in value.split("\n"))


def _changed_field(field: FieldChange, remark: str, clocks: Clocks, width: int) -> Iterator[str]:
    label, remark = words.label(field), f" · {remark}" if remark else ""
    diff = difference(field, clocks)
    if not diff.is_long:
        yield f"      {label.ljust(width)} {' → '.join(diff.steps)}{diff.note}{remark}"
        return
    yield f"      {label}{diff.note}{remark}"
    yield from (f"        {line}" for line in diff.lines())


def _orphans(orphans: Iterable[OrphanVerdict]) -> Iterator[str]:
    yield from _section(words.ORPHANS, [words.orphan(orphan) for orphan in words.spared(orphans)])


def _set_aside(plan: Plan) -> Iterator[str]:
    events = [f"! {words.aside(event)}" for event in plan.set_aside]
    yield from _section(words.SET_ASIDE, [*events, *map(phrases.diagnostic, words.reasons(plan))])


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
    for event in receipt.set_aside:
        yield f"  ! {words.aside(event)}"
        yield f"    set aside: {event.why}"
    yield from words.shortfall(receipt)
    yield from words.overruled(receipt)
    yield words.applied(receipt)
    yield words.verified(receipt)
