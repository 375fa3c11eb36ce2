"""The list of runs at the end of the comment on a pull request, which no later run shortens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from reconciler.applying.receipt import Outcome, Receipt
from reconciler.render.markdown import link
from reconciler.render.phrases import count
from reconciler.render.pull_request.review import Applying, Awaiting, Declined, Ended
from reconciler.render.pull_request.share import RunState
from reconciler.render.words import applied

TITLE_OF_RUNS = "**Runs of `apply`:**"
"""What stands above the list, by which it is found again."""
_SHOWN = 20
"""The most runs in a list; with them a comment stays below GitHub's limit."""
TIME_OF_A_RUN = "%Y-%m-%d %H:%M"
"""How the list writes times, which are in UTC."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """What one attempt of a run did to what a pull request brings."""

    when: datetime
    run: int
    attempt: int
    did: str
    """In plain words: small letters and digits."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs that a comment lists, oldest first."""

    entries: tuple[RunEntry, ...] = ()
    earlier: int = 0
    """The number of runs before these, which are no longer listed one by one."""

    def with_entry(self, entry: RunEntry) -> "Runs":
        """Return the list with one more run, or with what a listed one has done since."""
        others = [each for each in self.entries if (each.run, each.attempt) != (entry.run, entry.attempt)]
        kept = [*others, entry][-_SHOWN:]
        return Runs(tuple(kept), self.earlier + len(others) + 1 - len(kept))

    def markdown(self, repository: str) -> str:
        """Return the list as Markdown; `repository` is the address of its page, empty if it is unknown."""
        return f"\n{TITLE_OF_RUNS}\n\n{''.join(self._lines(repository))}" if self.entries else ""

    def _lines(self, repository: str) -> Iterator[str]:
        if self.earlier:
            yield f"- {count(self.earlier, 'earlier run')}\n"
        for each in self.entries:
            address = f"{repository}/actions/runs/{each.run}/attempts/{each.attempt}" if repository else ""
            run = link(f"run {each.run}, attempt {each.attempt}", address)
            yield f"- {each.when.astimezone(UTC):{TIME_OF_A_RUN}} UTC, {run}: {each.did}\n"


def what_it_did(state: RunState) -> str:
    """Return what a run does or did, in the words of the list."""
    match state:
        case Awaiting():
            return "planned again; nothing written yet"
        case Applying():
            return "began to write"
        case Declined():
            return "refused, nothing was written"
        case Ended(receipt):
            return _ended(receipt)
        case _:
            assert_never(state)


def _ended(receipt: Receipt) -> str:
    done, total = receipt.count(Outcome.DONE), len(receipt.results) + len(receipt.set_aside)
    proof = "verified" if receipt.verified == () else "not verified"
    if not total:
        return f"nothing was left to do; {proof}" if receipt.cause is None else "the run ended before it"
    if done == total:
        return f"{applied(receipt).lower().removesuffix('.')}; {proof}"
    if unsure := receipt.count(Outcome.UNSURE):
        return f"{done} of {count(total, 'change')} applied, {unsure} unsure; {proof}"
    return f"applied in part: {done} of {count(total, 'change')}; {proof}" if done else "nothing was applied"
