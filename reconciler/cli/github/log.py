"""The log of a step, which the runner looks through for commands."""

import click

from reconciler.cli.output import say
from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused
from reconciler.github.commands import defused
from reconciler.render import words


def show(text: str) -> None:
    """Write a text with nothing left in it that the runner could take for a command."""
    click.echo(defused(text), nl=False)


def command(line: str) -> None:
    """Write a line that is meant for the runner."""
    click.echo(line)


def note(line: str) -> None:
    """Write a line to standard error, in which the runner looks for commands too."""
    say(defused(words.visible(line)))


def complain(error: ReconcilerError) -> None:
    """Write an error with everything that belongs to it: what, where, what to do."""
    match error:
        case DeclarationsInvalid(diagnostics=findings) | Refused(reasons=findings):
            for finding in findings:
                note(words.diagnostic(finding))
        case _:
            pass
    note(f"Error: {error.message}" + ("" if error.hint is None else f" ({error.hint})"))
