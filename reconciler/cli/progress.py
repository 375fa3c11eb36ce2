"""The progress of an apply, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

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

    bar = rich.progress.Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("Applying", total=total)
    bar.start()
    try:
        yield lambda applied: bar.update(task, completed=_through(applied))
    finally:
        with suppress(OSError):  # a terminal that has gone must not take the outcome along
            bar.stop()


def _through(applied: Applied) -> int:
    return sum(result.outcome is not Outcome.NOT_ATTEMPTED for result in applied.results)
