"""The question whether a plan is to be applied."""

import sys

import click

from reconciler.errors import Refused
from reconciler.render import words


def confirm(changes: int, portal: int) -> None:
    """Ask at the terminal; `Refused` where the answer is not yes or nobody can be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused(
            "nobody has approved this plan, and there is no terminal to ask at",
            hint="give --expect DIGEST or --plan FILE for what was reviewed, or --yes",
        )
    question = f"Type yes to apply {words.count(changes, 'change')} to portal {portal}"
    if _answer(question) != "yes":
        raise Refused("not approved: nothing was written")


def _answer(question: str) -> str:
    try:
        answer: str = click.prompt(question, default="", show_default=False, err=True)
    except click.Abort:
        # The input has ended; a signal would not come this way.
        return ""
    return answer
