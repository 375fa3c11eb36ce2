"""A stretch of commits, as GitHub compares its two ends."""

from dataclasses import dataclass

from reconciler.github.client import GitHub
from reconciler.github.records import Ancestry, Comparison

_STANDS_ON = (Ancestry.AHEAD, Ancestry.IDENTICAL)
"""How a commit stands to another that is part of its history."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What leads from one commit to another."""

    since: str
    until: str
    compared: Comparison | None
    """None where GitHub lacks one of them, or a common root."""

    @property
    def base(self) -> str | None:
        """The commit that it begins after, unless the branch was moved away from that."""
        return self.since if self.compared is not None and self.compared.ancestry in _STANDS_ON else None

    @property
    def leads_back(self) -> bool:
        """Tell whether its end is part of the history of its beginning."""
        return self.compared is not None and self.compared.ancestry is Ancestry.BEHIND

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits in it, the oldest first, as far as GitHub lists them."""
        return () if self.compared is None else self.compared.commits

    @property
    def gap(self) -> str:
        """Why it is not known which commits are in it; empty where it is."""
        if self.compared is None:
            return f"GitHub cannot tell how commit {self.since[:10]} leads to {self.until[:10]}"
        if not self.compared.complete:
            listed = f"{len(self.commits)} of the {self.compared.total} commits"
            return f"GitHub lists {listed} since {self.since[:10]}, not all"
        return ""


def between(github: GitHub, since: str, until: str) -> Stretch:
    """Ask GitHub what leads from one commit to another."""
    return Stretch(since, until, github.compare(since, until))
