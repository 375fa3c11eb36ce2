"""Plans and receipts as Markdown."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import assert_never
from urllib.parse import quote

from reconciler.applying.receipt import Receipt
from reconciler.change import Change, Create, Delete, FieldChange, Update
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render import phrases, words
from reconciler.render.dates import clocks_of
from reconciler.render.difference import Difference, difference
from reconciler.render.groups import ChangeGroup, grouped
from reconciler.render.hubspot_page import hubspot_page
from reconciler.render.occurrences import RepeatedEvent
from reconciler.render.parts import Part, origin_mark, parts
from reconciler.render.timing import shown_whole
from reconciler.safe_text import inert_line, visible

# Every character that could become markup, a link, a mention, a reference or a command in a page or a log. Some act
# only at the start of a line and are escaped only there; white space at either end would break lists or bold text.
_ACTIVE = re.compile(r"[&<>\[\]|`*_~@#:.$\\]|^[\s+=-]|^\d(?=\d*\))|\s$|(?<=[gG][hH])-(?=\d)")


def plan(plan: Plan) -> str:
    """Return a plan as Markdown; the wording of its last two lines is fixed."""
    return _page(_plan(plan))


def receipt(receipt: Receipt) -> str:
    """Return a receipt as Markdown; the wording of its last two lines is fixed."""
    return _page(_receipt(receipt))


def escaped(text: str) -> str:
    """Escape a text so that Markdown shows it as it is; line breaks are kept."""
    return "<br>".join(_inert(line) for line in text.split("\n"))


def brief(text: str, most: int) -> str:
    """Escape a text like `escaped`, cut to at most `most` bytes of Markdown."""
    # Each character takes a byte or more, so no more than `most` of them fit; a text may be very long.
    whole = escaped(text[: most + 1])
    if size(whole) <= most:
        return whole
    lengths = range(most, 0, -1)
    first = bisect_left(lengths, x=True, key=lambda length: size(_cut(text, length)) <= most)
    # White space takes more bytes at the very end, so only the next shorter cut may fit.
    return next((cut for length in lengths[first:] if size(cut := _cut(text, length)) <= most), "")


def _cut(text: str, length: int) -> str:
    return f"{escaped(text[:length])}…"


def size(page: str) -> int:
    """Return the length of a page in bytes, which is never less than GitHub counts."""
    return len(page.encode())


def link(text: str, address: str) -> str:
    """Return Markdown as a link to an address of ours, or without a link if the address is empty."""
    return f"[{text}](<{quote(address, safe=_ADDRESS, errors='replace')}>)" if address else text


_ADDRESS = ":/?#=&%@+,;~"
"""Characters that stay in an address; all others are percent-encoded, so that nothing can end the link."""


def _inert(line: str) -> str:
    return _ACTIVE.sub(_entity, visible(line))


def _entity(match: re.Match[str]) -> str:
    """Return a character as a numeric entity.

    GitHub looks for mentions, references and mail addresses after it has decoded entities
    (github/cmark-gfm issue 181), but never across an HTML comment.
    """
    refers = match[0] in "@#" or (match[0] == "-" and match.start() > 0)  # GH-1 is a reference like #1
    return f"&#{ord(match[0])};{'<!-- -->' if refers else ''}"


def _page(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _plan(plan: Plan) -> Iterator[str]:
    yield f"### {escaped(words.head(plan))}"
    yield ""
    yield from _list(f"#### {words.FIRST}", map(phrases.diagnostic, words.first(plan)))
    for part in parts(plan.changes):
        yield from _part(part, plan)
    yield from _orphans(plan)
    yield from (part for line in words.left_alone(plan) for part in (escaped(line), ""))
    yield from _list("#### Notes", map(phrases.diagnostic, words.notes(plan)))
    events = (f"⏸️ {words.aside(aside)}" for aside in plan.set_aside)
    yield from _list(f"#### {words.SET_ASIDE}", (*events, *map(phrases.diagnostic, words.reasons(plan))))
    if plan.is_fulfilled:
        yield words.NO_CHANGES
        yield ""
    yield words.summary(plan)
    yield words.digest_line(plan)


def _part(part: Part, plan: Plan) -> Iterator[str]:
    if part.heading:
        yield f"#### {part.heading}"
        yield ""
    level = "#####" if part.heading else "####"
    groups, singles = grouped(map(shown_whole, part.changes), plan)
    if groups:
        yield f"{level} {words.REPEATED_EVENTS}"
        yield ""
    for group in groups:
        yield from _group(group, plan.portal)
    in_groups = {change.action for group in groups for change in group.changes}
    for action, some in groupby((single.change for single in singles), key=lambda change: change.action):
        changes = list(some)
        yield f"{level} {words.heading(action, len(changes), others=action in in_groups)}"
        yield ""
        for change in changes:
            yield from _change(change, plan.portal)


def _group(group: ChangeGroup, portal: Portal) -> Iterator[str]:
    shared = " · ".join(escaped(text) for text in (group.ids, str(group.site)) if text)
    yield f"**{escaped(group.name)}: {group.counts}**{f'<br>{shared}' if shared else ''}"
    yield ""
    for heading, part in group.headings():
        if heading:
            yield f"{_SIGNS[words.sign(part.sample)]} {escaped(heading)}"
            yield ""
        yield from _table(part.sample, part.fields, portal)
        yield from (_occurrence(member, portal) for member in part.members)
        yield ""


def _occurrence(member: RepeatedEvent, portal: Portal) -> str:
    texts = filter(None, (member.when, *member.notes, member.ids, member.place))
    lines = (f"{escaped(label)}: {escaped(value)}" for label, value in _values(member, portal))
    head = f"{' · '.join(map(escaped, texts))}{in_hubspot(portal, member.change.identity)}"
    return f"- {'<br>'.join([head, *lines])}"


def _values(member: RepeatedEvent, portal: Portal) -> Iterator[tuple[str, str]]:
    """Yield label and value of each field that stands below one change; of an update, both values."""
    match member.change:
        case Update() as change:
            for field in member.fields:
                diff = difference(field, clocks_of(change.timezone, portal))
                short = f"{' → '.join(diff.steps)}{diff.note}"
                yield _label(change, field), "\n".join([diff.note, *diff.lines()]) if diff.is_long else short
        case Create() | Delete() as change:
            yield from words.record(replace(change, fields=member.fields), portal)
        case _:
            assert_never(member.change)


def _change(change: Change, portal: Portal) -> Iterator[str]:
    title = f"{_SIGNS[words.sign(change)]} **{escaped(words.title(change))}**"
    identity = link(escaped(words.identity(change.identity)), hubspot_page(portal, change.identity))
    where = [identity, escaped(words.where(change))]
    yield " · ".join([title, *map(escaped, words.remarks(change))]) + "<br>" + " · ".join(where)
    yield ""
    yield from _table(change, change.fields, portal)


# At the start of a line the bare signs would begin a list.
_SIGNS = {"+": "🆕", "~": "✏️", "-": "🗑️"}


def _table(change: Change, fields: Sequence[FieldChange], portal: Portal) -> Iterator[str]:
    match change:
        case Update():
            clocks = clocks_of(change.timezone, portal)
            rows = [(_label(change, field), difference(field, clocks)) for field in fields]
            yield from _side_by_side([(label, diff) for label, diff in rows if not diff.is_long])
            for label, diff in rows:
                yield from _line_by_line(label, diff) if diff.is_long else ()
        case Create() | Delete():
            yield from _record(words.record(replace(change, fields=tuple(fields)), portal))
        case _:
            assert_never(change)


def _record(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [f"| {escaped(label)} | {escaped(value)} |" for label, value in rows]
    if lines:
        yield from ("| | |", "|---|---|", *lines, "")


def _label(change: Change, field: FieldChange) -> str:
    return " · ".join(filter(None, [words.label(field), origin_mark(change, field)]))


def _side_by_side(rows: Sequence[tuple[str, Difference]]) -> Iterator[str]:
    if rows:
        yield from ("| | Before | After |", "|---|---|---|")
        for label, diff in rows:
            yield f"| {escaped(label)} | {escaped(diff.before)} | {escaped(f'{diff.after}{diff.note}')} |"
        yield ""


def _line_by_line(label: str, diff: Difference) -> Iterator[str]:
    """Yield the lines of a long text that differ; each begins with its sign, so none can end the code block."""
    yield from (_inert(f"{label}{diff.note}"), "", "```diff", *map(inert_line, diff.lines()), "```", "")


def _orphans(plan: Plan) -> Iterator[str]:
    orphans = words.spared(plan.orphans)
    lines = (f"{escaped(words.orphan(each))}{in_hubspot(plan.portal, each.identity)}" for each in orphans)
    yield from _items(f"#### {words.ORPHANS}", lines)


def in_hubspot(portal: Portal, identity: Identity) -> str:
    """Return a link to an event's page in HubSpot, to stand behind a text; empty if the page is not known."""
    page = hubspot_page(portal, identity)
    return f" · {link('in HubSpot', page)}" if page else ""


def _list(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield from _items(heading, map(escaped, lines))


def _items(heading: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield Markdown as a list below a heading; nothing without an item."""
    items = [f"- {text}" for text in texts]
    if not items:
        return
    yield heading
    yield ""
    yield from items
    yield ""


def _receipt(receipt: Receipt) -> Iterator[str]:
    yield from _list(
        "#### What needs attention",
        (
            f"{words.title(result.change)} ({words.identity(result.change.identity)}): {words.outcome(result)}"
            for result in words.notable(receipt)
        ),
    )
    aside = (f"{words.aside(aside)}: {aside.why}" for aside in receipt.set_aside)
    yield from _list("#### What was set aside", aside)
    for line in (*words.shortfall(receipt), *words.overruled(receipt, escaped)):
        yield from (line, "")
    yield words.applied(receipt)
    yield words.verified(receipt, escaped)
