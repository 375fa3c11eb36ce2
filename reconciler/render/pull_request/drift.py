"""The issue about drift: what was changed in HubSpot."""

from collections.abc import Iterator
from typing import assert_never

from reconciler.change import Change, Create, Delete, FieldChange, Origin, Update, is_orphan
from reconciler.declarations.events.layers import DEFAULTS
from reconciler.declarations.yaml.writing import yaml_lines
from reconciler.errors import ReconcilerError
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render import words
from reconciler.render.dates import Clocks, clocks_of
from reconciler.render.difference import Difference, difference
from reconciler.render.hubspot_page import hubspot_page
from reconciler.render.markdown import brief, link
from reconciler.render.phrases import count
from reconciler.render.pull_request.page import About, Section, fitted, mark
from reconciler.render.pull_request.proposal import Proposal, invitation, unproposed
from reconciler.render.pull_request.review import NOWHERE, Links
from reconciler.render.pull_request.table import in_a_cell, named, reads_by_lines, written_lines
from reconciler.safe_text import visible

ISSUE_LIMIT = 60_000
"""In bytes, well under GitHub's limit for an issue's body: 65,536 characters."""

_LONGEST_NAME = 120
_LONGEST_VALUE = 1_000

_WAYS_OUT = (
    "There are two ways to settle a difference. **Take HubSpot's value over**: replace what the file says by the lines "
    "below. Or **apply again**: merge a pull request whose plan shows the difference; the apply then writes what the "
    "files say over what HubSpot holds.\n\n"
)


def issue_title(plan: Plan, environment: str | None = None) -> str:
    """Return the issue's title as plain text."""
    where = "" if environment is None else f" ({visible(environment[:_LONGEST_NAME])})"
    number = sum(1 for _ in _drifted(plan))
    return f"{count(number, 'marketing event')} changed in HubSpot, not by the files{where}"


_NOT_LOOKED = "> [!WARNING]\n> **The last run could not look**: "


def not_looked(body: str, error: ReconcilerError, reason: str, links: Links = NOWHERE) -> str:
    """Return an issue's text with a warning that the last run failed; the next one that looks writes it anew."""
    marked, _, rest = body.partition("\n")
    if rest.startswith(_NOT_LOOKED):
        rest = rest.partition("\n\n")[2]
    why = f"{brief(error.message, 300)}. What to do now: {links.to_row(reason)}."
    return f"{marked}\n{_NOT_LOOKED}{why} What follows may have changed since.\n\n{rest}"


def issue_body(
    plan: Plan,
    environment: str | None = None,
    links: Links = NOWHERE,
    limit: int = ISSUE_LIMIT,
    proposal: Proposal | None = None,
) -> str:
    """Return the issue's text: field by field what HubSpot holds instead, with the lines that would declare it.

    The plan is made from files that were applied, so every difference is drift unless a base shows it to be new in
    the files.
    """
    drifted = list(_drifted(plan))
    items = (_event(change, fields, plan.portal, links) for change, fields in drifted)
    events = {change.identity for change, _ in drifted}
    others = [change for change in plan.changes if change.identity not in events]
    waiting = sum(any(field.origin is Origin.PENDING for field in change.fields) for change in others)
    return fitted(
        [
            f"{mark(environment, About.DRIFT)}\n{brief(words.head(plan), 300)}\n\n",
            f"**{issue_title(plan)}.**" + "\n\n",
            _WAYS_OUT if drifted else "",
            "" if proposal is None else invitation(proposal, plan, links.repository),
            Section("", len(drifted), items, "event", 0),
            "" if proposal is None else unproposed(proposal),
            _others(waiting, "merged, waiting to be applied"),
            _others(len(others) - waiting, "what the files and the settings ask for"),
            f"{words.summary(plan)}\n{words.digest_line(plan)}\n",
            f"\n{links.footer}\n" if links.footer else "",
        ],
        limit=limit,
    )


def _others(number: int, what: str) -> str:
    return f"{count(number, 'more change')} in the plan: not drift, but {what}.\n\n" if number else ""


def _drifted(plan: Plan) -> Iterator[tuple[Change, tuple[FieldChange, ...]]]:
    """Yield the fields of declared events that differ; what happens to orphans follows from the settings."""
    for change in plan.changes:
        fields = tuple(field for field in change.fields if not field.origin.is_of_files)
        if not is_orphan(change) and fields:
            yield change, fields


def _event(change: Change, fields: tuple[FieldChange, ...], portal: Portal, links: Links) -> str:
    where = "" if change.source is None else f" · {links.place(change.source.file, change.source.line)}"
    identity = link(brief(words.identity(change.identity), _LONGEST_NAME), hubspot_page(portal, change.identity))
    lines = [f"#### {named(words.title(change))}", "", f"{identity}{where}", ""]
    match change:
        case Create():
            return "\n".join([*lines, _GONE, ""])
        case Delete():
            return "\n".join([*lines, _THERE, ""])
        case Update():
            return _updated(lines, change, fields, portal)
        case _:
            assert_never(change)


def _updated(lines: list[str], change: Update, fields: tuple[FieldChange, ...], portal: Portal) -> str:
    return "\n".join([*lines, *_table(fields, clocks_of(change.timezone, portal)), "", *_lines_to_declare(fields), ""])


_GONE = (
    "Deleted in HubSpot. To accept that, delete its declaration; otherwise an apply makes it again, "
    "without its old registrations."
)
_THERE = (
    "Made in HubSpot, although a file declares it absent. To accept that, declare the event; otherwise an apply "
    "deletes it, with its registrations."
)


def _table(fields: tuple[FieldChange, ...], clocks: Clocks) -> Iterator[str]:
    yield from ("| | HubSpot holds | The files say |", "|---|---|---|")
    for field in fields:
        diff = difference(field, clocks)
        live, declared = _cells(diff)
        yield f"| {brief(words.label(field), _LONGEST_NAME)} | {live} | {declared}{diff.note} |"


def _cells(diff: Difference) -> tuple[str, str]:
    """Return two values as two cells; of long texts only the lines that differ."""
    if not reads_by_lines(diff):
        return brief(diff.before, _LONGEST_VALUE), brief(diff.after, _LONGEST_VALUE)
    lines = [*written_lines(diff)]
    live, declared = (in_a_cell(line for sign, line in lines if sign == side) for side in "-+")
    return live, declared


def _lines_to_declare(fields: tuple[FieldChange, ...]) -> Iterator[str]:
    """Yield the lines that declare HubSpot's values, then name the fields whose values no file can declare."""
    declarable = {field.name: field.before for field in fields if _is_declarable(field)}
    others = [brief(words.label(field), _LONGEST_NAME) for field in fields if field.name not in declarable]
    if declarable:
        yield from ("```yaml", *yaml_lines(declarable), "```")
    if others:
        way_out = "To keep HubSpot's value, delete the field's line."
        yield from ("", f"Cannot be declared as HubSpot holds it: {', '.join(others)}. {way_out}")


def _is_declarable(field: FieldChange) -> bool:
    """Return whether the strict reader accepts a file with HubSpot's value of a field."""
    lines = "\n".join(yaml_lines({field.name: field.before}))
    return not DEFAULTS.check_file(lines.encode(errors="replace"), "").problems
