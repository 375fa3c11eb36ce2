"""The one comment on a pull request, and the one issue about drift, that are ours for an environment."""

from dataclasses import replace

from reconciler.github.client import GitHub
from reconciler.github.records import Author, Issue
from reconciler.render.pull_request.page import About, is_marked

ACTIONS = Author("github-actions[bot]", "Bot")
"""Who writes with the token of a job."""


def keep_comment(github: GitHub, number: int, environment: str | None, body: str) -> None:
    """Make a text the comment of a pull request: the one that is there gets it, else a new one.

    A comment is ours by its author and by its very start; anybody can write the mark. Raises what `GitHub` raises.
    """
    before = github.comments(number)
    ours = next((one for one in before if one.author == ACTIONS and is_marked(one.body, environment)), None)
    if ours is None or (ours.body != body and github.update_comment(ours.id, body) is None):
        github.create_comment(number, body, before)


LABEL = "reconciler-drift"


def keep_issue(github: GitHub, environment: str | None, title: str, body: str) -> None:
    """Let the issue say this: the open one gets the text where it is another, else a new one is opened.

    Raises what `GitHub` raises.
    """
    before = github.open_issues(LABEL)
    ours = next((one for one in before if _is_ours(one, environment)), None)
    if ours is None or not _says(github, ours, title, body):
        github.create_issue(title, body, LABEL, before)


def _says(github: GitHub, issue: Issue, title: str, body: str) -> bool:
    """Let an issue say this; tell whether it is still there."""
    if (issue.title, _plain(issue.body)) == (title, _plain(body)):
        return True
    return github.update_issue(replace(issue, title=title, body=body)) is not None


def close_issue(github: GitHub, environment: str | None, word: str) -> None:
    """Close the issue with a word, where one is open; raises what `GitHub` raises."""
    for issue in github.open_issues(LABEL):
        if _is_ours(issue, environment):
            github.create_comment(issue.number, word, github.comments(issue.number))
            github.update_issue(replace(issue, state="closed"))


def _is_ours(issue: Issue, environment: str | None) -> bool:
    return issue.author == ACTIONS and is_marked(issue.body, environment, About.DRIFT)


def _plain(body: str) -> str:
    """Give a text as GitHub may have kept it."""
    return body.replace("\r\n", "\n").strip()
