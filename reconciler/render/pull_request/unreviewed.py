"""Notes on a pull request about changes that were not reviewed."""

from collections.abc import Iterator, Sequence

from reconciler.applying.approval import NOT_REVIEWED
from reconciler.applying.receipt import Result
from reconciler.render import words
from reconciler.render.markdown import brief
from reconciler.render.phrases import count

_NAMED = 5
_LONGEST_REASON = 300
_LONGEST_NAME = 80
_WAY_OUT = (
    "Nothing is lost: the plan of a later pull request shows what was not made, and its merge makes it. "
    "Or read it below, then run the workflow by hand and allow what was not reviewed."
)

ANOTHER_PLAN = "a plan made after the merge shows something else, and only what was shown before the merge counts"
"""The reason given when a later plan of the same commit has another digest."""


def note(why: str, left: Sequence[Result], commits: Sequence[str], tense: str = "not made") -> str:
    """Return why a pull request's plan did not count, what was not made, and which commits no pull request brought.

    `tense` says what was not or will not be done with what is left.
    """
    return "".join(f"> {line}\n" for line in _lines(why, left, commits, tense))


def why_left(left: Sequence[Result]) -> str:
    """Return why changes were left, in words that go on after a comma."""
    reasons = {result.why or NOT_REVIEWED for result in left}
    if reasons == {NOT_REVIEWED}:
        return f"because no merged plan shows {'it' if len(left) == 1 else 'them'}"
    return f"because {' or '.join(sorted(reasons))}"


def another_plan() -> str:
    """Return a warning that the review was of another plan than the last one made."""
    return f"> [!WARNING]\n> **The review was of another plan**: {ANOTHER_PLAN}.\n"


def moved_note(what: str) -> str:
    """Return a warning that people reviewed another plan."""
    return f"> [!WARNING]\n> **{brief(what, 3 * _LONGEST_REASON)}**\n"


def _lines(why: str, left: Sequence[Result], commits: Sequence[str], tense: str) -> Iterator[str]:
    if not (why or left):
        return
    yield "[!WARNING]"
    if why:
        yield f"**This pull request's plan does not count**: {brief(why, _LONGEST_REASON)}."
    if left:
        names = ", ".join(brief(words.title(result.change), _LONGEST_NAME) for result in left[:_NAMED])
        more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        yield f"**{count(len(left), 'change')} {tense}, {brief(why_left(left), _LONGEST_REASON)}**: {names}{more}."
        if commits:
            yield f"Commits without a pull request: {_names(commits)}."
        yield _WAY_OUT


def _names(commits: Sequence[str]) -> str:
    more = f" and {len(commits) - _NAMED} more" if len(commits) > _NAMED else ""
    return f"{', '.join(commit[:10] for commit in commits[:_NAMED])}{more}"
