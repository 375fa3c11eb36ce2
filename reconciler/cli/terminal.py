"""Progress bars and the confirmation prompt at a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from reconciler.applying.apply import Progress
from reconciler.applying.ledger import Applied
from reconciler.applying.receipt import Outcome
from reconciler.errors import Refused
from reconciler.render import phrases
from reconciler.render.phrases import count

if TYPE_CHECKING:
    from rich.progress import Progress as Display


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Progress]:
    """Show how many of `total` changes are done, if standard error is a terminal."""
    if not total or not _is_watched(quiet=quiet):
        yield lambda _: None
        return
    with _display() as bar:
        task = bar.add_task("Applying", total=total)
        yield lambda applied: bar.update(task, completed=_through(applied))


class ReadingProgress:
    """Progress of a read whose length is unknown: the number of requests that HubSpot has answered."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._count: Callable[[], None] = lambda: None

    def answered(self) -> None:
        """Count one more answer, if the progress is shown."""
        self._count()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the progress inside the block, if standard error is a terminal."""
        if not _is_watched(quiet=self._quiet):
            yield
            return
        with _display() as bar:
            self._count = _counting(bar)
            try:
                yield
            finally:
                self._count = lambda: None


def _counting(bar: "Display") -> Callable[[], None]:
    """Add a task of unknown length, and return the function that counts one more answer."""
    task = bar.add_task(_READING, total=None)

    def answered() -> None:
        bar.advance(task)
        number = int(bar.tasks[task].completed)
        bar.update(task, description=f"{_READING}: {count(number, 'answer')}")

    return answered


_READING = "Reading HubSpot"


def _is_watched(*, quiet: bool) -> bool:
    return not quiet and sys.stderr.isatty()


@contextmanager
def _display() -> "Iterator[Display]":
    import rich.progress  # noqa: PLC0415  (only a person at a terminal waits for it to load)
    from rich.console import Console  # noqa: PLC0415  (only a person at a terminal waits for it to load)

    bar = rich.progress.Progress(console=Console(stderr=True), transient=True)
    bar.start()
    try:
        yield bar
    finally:
        with suppress(OSError):  # a closed terminal must not hide the outcome
            bar.stop()


def _through(applied: Applied) -> int:
    return sum(result.outcome is not Outcome.NOT_ATTEMPTED for result in applied.results)


def confirm(changes: int, portal: int) -> None:
    """Prompt for approval; raise `Refused` if the answer is not yes, or if there is no terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused(
            "this plan is not approved, and there is no terminal to ask at",
            hint="give --expect DIGEST or --plan FILE for what was reviewed, or --yes",
        )
    question = f"Type yes to apply {phrases.count(changes, 'change')} to portal {portal}"
    if _answer(question) != "yes":
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
