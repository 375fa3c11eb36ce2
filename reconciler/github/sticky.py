"""The comment or drift issue that is kept up to date for an environment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from reconciler.errors import Interrupted, ReconcilerError
from reconciler.github.client import GitHub
from reconciler.github.records import Author, Comment, Issue
from reconciler.render.pull_request.listed_runs import runs_in
from reconciler.render.pull_request.page import About, is_marked
from reconciler.render.pull_request.runs import RunEntry, Runs

ACTIONS = Author("github-actions[bot]", "Bot")
"""The author of what is written with a job's token."""


class OldText(ReconcilerError):
    """A comment of ours still holds its old text, which people would take for the present one."""

    def __init__(self, cause: ReconcilerError) -> None:
        super().__init__(f"the comment still holds an older text: {cause.message}", hint=cause.hint)
        self.exit_code = cause.exit_code
        self.cause = cause


@dataclass(frozen=True, slots=True)
class CommentText:
    """The text of our comment on a pull request, with the run to add to the list at its end."""

    text: str
    run: RunEntry | None = None


def keep_comment(
    github: GitHub, number: int, environment: str | None, content: CommentText, repository: str = ""
) -> None:
    """Update our comment on a pull request, or create it; the list of runs at its end only grows.

    `repository` is the address of its page, for the links in that list. A comment is ours if Actions wrote it and it
    begins with our mark, which anybody can write. Raise what `GitHub` raises, and `OldText` if only the edit failed.
    """
    before = github.comments(number)
    ours = next((each for each in before if each.author == ACTIONS and is_marked(each.body, environment)), None)
    body = content.text + _runs(ours, content.run).markdown(repository)
    if ours is None or (ours.body != body and _replaced(github, ours, body) is None):
        github.create_comment(number, body, before)


def _replaced(github: GitHub, ours: Comment, body: str) -> Comment | None:
    """Replace our comment; return None if it is gone, and raise `OldText` if its old text stays."""
    try:
        return github.update_comment(ours.id, body)
    except Interrupted:
        raise
    except ReconcilerError as error:
        raise OldText(error) from error


def _runs(ours: Comment | None, run: RunEntry | None) -> Runs:
    runs = Runs() if ours is None else runs_in(ours.body)
    return runs if run is None else runs.with_entry(run)


LABEL = "reconciler-drift"


def keep_issue(github: GitHub, environment: str | None, title: str, body: str) -> None:
    """Update our open issue if it differs, or open one if there is none.

    Raise what `GitHub` raises.
    """
    before = github.open_issues(LABEL)
    ours = next(_ours(github, environment), None)
    if ours is None or not _updated(github, ours, title, body):
        github.create_issue(title, body, LABEL, before)


def amend_issue(github: GitHub, environment: str | None, amend: Callable[[str], str]) -> None:
    """Change the text of our open issue; do nothing if there is none. Raise what `GitHub` raises."""
    for issue in _ours(github, environment):
        _updated(github, issue, issue.title, amend(_plain(issue.body)))


def _updated(github: GitHub, issue: Issue, title: str, body: str) -> bool:
    """Update an issue if it differs; return whether it is still there."""
    if (issue.title, _plain(issue.body)) == (title, _plain(body)):
        return True
    return github.update_issue(replace(issue, title=title, body=body)) is not None


def close_issue(github: GitHub, environment: str | None, word: str) -> None:
    """Close our open issue with a comment; do nothing if there is none. Raise what `GitHub` raises."""
    for issue in _ours(github, environment):
        github.create_comment(issue.number, word, github.comments(issue.number))
        github.update_issue(replace(issue, state="closed"))


def _ours(github: GitHub, environment: str | None) -> Iterator[Issue]:
    """Find our open issues by their mark: among those with the label, or, if somebody took it away, among all."""
    labelled = [issue for issue in github.open_issues(LABEL) if _is_ours(issue, environment)]
    yield from labelled or (issue for issue in github.open_issues() if _is_ours(issue, environment))


def _is_ours(issue: Issue, environment: str | None) -> bool:
    return issue.author == ACTIONS and is_marked(issue.body, environment, About.DRIFT)


def _plain(body: str) -> str:
    """Return a text as GitHub may have stored it."""
    return body.replace("\r\n", "\n").strip()
