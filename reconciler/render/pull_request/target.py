"""A note on a pull request whose merge applies nothing."""

from reconciler.render.markdown import brief

_LONGEST_BRANCH = 100


def applies_nothing(branch: str, applied: str) -> str:
    """Return a note on a pull request that goes into another branch than the one that is applied."""
    target, default = brief(branch, _LONGEST_BRANCH), brief(applied, _LONGEST_BRANCH)
    return f"> [!NOTE]\n> **Its merge applies nothing**: it goes into {target}, and only {default} is applied.\n"
