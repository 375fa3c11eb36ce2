"""The hidden first line by which a text of ours is found again."""

from enum import StrEnum
from urllib.parse import quote


class About(StrEnum):
    """What a text is: a pull request has one comment for an environment, a repository one issue."""

    COMMENT = "comment"
    DRIFT = "drift"


def mark(environment: str | None, about: About = About.COMMENT) -> str:
    """Give the first line of a text of ours."""
    # Nothing that is left of a name after this could end the line, or the hidden part of it.
    name = quote(environment or "", safe="", errors="replace")
    return f"<!-- reconciler:{about}:1 environment={name} -->"


def is_marked(body: str, environment: str | None, about: About = About.COMMENT) -> bool:
    """Tell whether a text is ours for the environment: only by its very start, where no data can stand."""
    return body.startswith(mark(environment, about))
