"""The progress of an apply, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.ledger import Applied
from reconciler.receipt import Outcome

Progress = Callable[[Applied], None]


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Progress]:
    """Show how many of `total` changes are through; nothing where nobody watches."""
    if quiet or not total or not sys.stderr.isatty():
        yield lambda _: None
        return
    # Only a person at a terminal waits for the terminal library to load.
    import rich.progress  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415

    with rich.progress.Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Applying", total=total)
        yield lambda applied: bar.update(task, completed=_through(applied))


def _through(applied: Applied) -> int:
    return sum(result.outcome is not Outcome.NOT_ATTEMPTED for result in applied.results)
