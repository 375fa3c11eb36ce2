"""The bar that shows progress; this module loads `rich`, so only a run at a terminal imports it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from reconciler.cli.pace import time_left

_NARROW = 60
"""Columns below which there is no room for the bar beside what it says."""


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Return how much of how much is done; empty if nobody knows how much there is."""
        return Text("" if task.total is None else f"{int(task.completed)}/{int(task.total)}")


class _TimeLeft(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Return how long the rest takes, as soon as that is known."""
        return Text(time_left(task.elapsed or 0.0, task.completed, task.total))


class Bar:
    """One line at the terminal that shows one step after another."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = ""
        self._task = progress.add_task("", visible=False)

    def show(self, step: str, text: str, done: int = 0, total: int | None = None) -> None:
        """Show how far a step has come; the time of another step than before counts from now."""
        if step != self._step:
            self._step = step
            self._progress.remove_task(self._task)
            self._task = self._progress.add_task(text, total=total)
        self._progress.update(self._task, description=text, completed=done)


def columns(width: int) -> list[ProgressColumn]:
    """Return what the line is made of at a terminal of so many columns."""
    text = TextColumn("{task.description}", markup=False)
    counts = [kind(Column(no_wrap=True)) for kind in (_Count, _TimeLeft)]
    return [text, *counts] if width < _NARROW else [text, BarColumn(bar_width=20), *counts]


@contextmanager
def bar() -> Iterator[Bar]:
    """Show a bar on standard error until the block ends, then remove it."""
    console = Console(stderr=True)
    progress = Progress(*columns(console.width), console=console, transient=True)
    progress.start()
    try:
        yield Bar(progress)
    finally:
        with suppress(OSError):  # a closed terminal must not hide the outcome
            progress.stop()
