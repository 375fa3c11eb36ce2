"""Whose the branch is that proposes HubSpot's values."""

from reconciler.github.client import GitHub
from reconciler.github.records import BranchTip

_BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
_LAST_LINE = "Made-By: reconciler drift"
"""How a commit of `.github/actions/propose` ends, which knows its own by the whole message and the parent too."""


def is_of_somebody_else(github: GitHub, branch: str) -> bool:
    """Return whether somebody but our workflow has pushed the last commit of a branch. Raise what `GitHub` raises."""
    tip = github.branch_tip(branch)
    return tip is not None and not _is_ours(tip)


def _is_ours(tip: BranchTip) -> bool:
    return (tip.author, tip.committer) == (_BOT, _BOT) and tip.message.rstrip().endswith(f"\n{_LAST_LINE}")
