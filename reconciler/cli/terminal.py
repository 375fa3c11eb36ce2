"""Questions at a terminal."""

import sys

import click

from reconciler.errors import Refused
from reconciler.render import phrases


def confirm(changes: int, portal: int) -> None:
    """Prompt for approval; raise `Refused` if the answer is not yes, or if there is no terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused(
            "this plan is not approved, and there is no terminal to ask at",
            hint="give --expect DIGEST or --plan FILE for what was reviewed, or --yes",
        )
    question = f"Type yes to apply {phrases.count(changes, 'change')} to portal {portal}"
    if (_answer(question) or "").casefold() != "yes":
        raise Refused("not approved: nothing was written")


def ask_for(question: str, proposed: str) -> str | None:
    """Prompt for a text, and return the proposed one for Enter alone, or where there is no terminal.

    Returns None if the terminal's input ends: somebody was asked, and chose nothing.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        return proposed
    answer = _answer(f"{question} [{proposed}]")
    return proposed if answer == "" else answer


def _answer(question: str) -> str | None:
    try:
        answer: str = click.prompt(question, default="", show_default=False, err=True)
    except click.Abort:
        # The input has ended; a signal would raise `Interrupted`.
        return None
    return answer
