"""The one comment of ours on a pull request for an environment."""

from reconciler.github.client import GitHub
from reconciler.github.records import Author
from reconciler.render.pull_request.mark import is_marked

ACTIONS = Author("github-actions[bot]", "Bot")
"""Who writes with the token of a job."""


def stick(github: GitHub, number: int, environment: str | None, body: str) -> None:
    """Make a text the comment of a pull request: the one that is there gets it, else a new one.

    A comment is ours by its author and by its very start; anybody can write the mark. Raises what `GitHub` raises.
    """
    before = github.comments(number)
    ours = next((one for one in before if one.author == ACTIONS and is_marked(one.body, environment)), None)
    if ours is None or (ours.body != body and github.update_comment(ours.id, body) is None):
        github.create_comment(number, body, before)
