"""The proposal to take HubSpot's values over: its branch, its page on GitHub, its part of the issue about drift."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from reconciler.change import Origin, Update
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.planning.plan import Plan
from reconciler.render import phrases, words
from reconciler.render.markdown import brief, link
from reconciler.render.pull_request.page import Section

_BRANCH = "reconciler/drift"
_LONGEST_ADDRESS = 1_600
"""In bytes of the address of a prefilled page; GitHub refuses one of 8 KiB, and an issue must stay short."""
_LONGEST_NAME = 60
_LONGEST_REASON = 600


@dataclass(frozen=True, slots=True)
class Proposal:
    """A branch with HubSpot's values in the files that declare them."""

    branch: str
    """Where the second job of the run pushes them."""
    base: str
    """The branch that the pull request is for."""
    values: int
    files: int
    left: tuple[Diagnostic, ...] = ()
    """Why each difference that is drift is not in it."""
    is_taken: bool = False
    """Whether somebody else has pushed to the branch, so that it is left as it is."""


def drift_branch(environment: str | None) -> str:
    """Return the branch with the values of an environment; raise `ValueError` if its name cannot be in a branch's.

    Git refuses `..` in the name of a branch, and a dot or `.lock` at its end (git-check-ref-format(1)).
    """
    if environment is None:
        return _BRANCH
    if ".." in environment or environment.endswith((".", ".lock")):
        raise ValueError(environment)
    return f"{_BRANCH}-{environment}"


def invitation(proposal: Proposal, plan: Plan, repository: str) -> str:
    """Return how to take HubSpot's values over by a pull request, as Markdown; empty if it would hold nothing."""
    address = prefilled_page(proposal, plan, repository)
    if not (proposal.files and address):
        return ""
    if proposal.is_taken:
        branch = link(brief(proposal.branch, _LONGEST_NAME), f"{repository}/tree/{quote(proposal.branch)}")
        return (
            f"Somebody else has pushed to the branch {branch}, so it is left as it is. Delete it to have these values "
            "proposed there by the next run.\n\n"
        )
    held = f"{phrases.count(proposal.values, 'value')} in {phrases.count(proposal.files, 'file')}"
    return (
        f"**{link('Propose these values as a pull request', address)}**: you will be its author. It takes {held} over, "
        f"from the branch {brief(proposal.branch, _LONGEST_NAME)}; if GitHub shows nothing to compare, the run is "
        "still pushing it.\n\n"
    )


def unproposed(proposal: Proposal) -> Section:
    """Return the reason for each difference that the pull request does not settle."""
    # As an info it is told without its code, which nobody has to look up here.
    reasons = (phrases.diagnostic(replace(each, severity=Severity.INFO)) for each in proposal.left)
    items = (f"- {brief(reason, _LONGEST_REASON)}" for reason in reasons)
    return Section("#### Not in a pull request\n\n", len(proposal.left), items, "difference", 1)


def prefilled_page(proposal: Proposal, plan: Plan, repository: str) -> str:
    """Return the address of GitHub's page for the pull request, with title and text; empty without a repository.

    Only a person can send it, and so is its author.
    """
    if not repository:
        return ""
    title = f"Take over {phrases.count(proposal.values, 'value')} that somebody changed in HubSpot"
    branches = f"{quote(proposal.base, errors='replace')}...{quote(proposal.branch, errors='replace')}"
    page = f"{repository}/compare/{branches}?quick_pull=1&title={_in_query(title)}&body={_in_query(_INTRODUCTION)}"
    return page + "".join(_fitting(map(_in_query, _items(plan)), _LONGEST_ADDRESS - len(page)))


_INTRODUCTION = (
    "Somebody changed these values in HubSpot after they were applied. Merging this takes them over into the files; "
    "nothing is written to HubSpot. To keep what the files say instead, close this.\n\n"
)
_MORE = "- … and more: see the files\n"


def _items(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        labels = [words.label(field) for field in change.fields if field.origin is Origin.HUBSPOT]
        if isinstance(change, Update) and labels:
            yield f"- {brief(words.title(change), _LONGEST_NAME)}: {brief(', '.join(labels), _LONGEST_NAME)}\n"


def _fitting(items: Iterator[str], room: int) -> Iterator[str]:
    """Yield the first items, as many as fit into `room` bytes; say so if there are more."""
    more = _in_query(_MORE)
    for item in items:
        room -= len(item)
        if room < len(more):
            yield more
            return
        yield item


def _in_query(text: str) -> str:
    return quote(text, safe="", errors="replace")
