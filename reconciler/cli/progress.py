"""How far a run has come, shown at a terminal: reading, applying, verifying."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from reconciler.applying.apply import Progress
from reconciler.applying.ledger import Applied
from reconciler.applying.receipt import Outcome
from reconciler.render.phrases import count

if TYPE_CHECKING:
    from reconciler.cli.bars import Bar


class RunProgress:
    """What a run says of how far it has come; it is shown only inside the blocks, and only at a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._reading: _Reading | None = None

    def answered(self) -> None:
        """Take note that HubSpot has answered once more."""
        if self._reading is not None:
            self._reading.answered()

    def listed(self, pages: int, events: int) -> None:
        """Take note that so many pages of HubSpot's list have been read, with so many events."""
        if self._reading is not None:
            self._reading.listed(pages, events)

    def checked(self, done: int, total: int) -> None:
        """Take note that so many of so many events have been read one by one."""
        if self._reading is not None:
            self._reading.checked(done, total)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show how far reading has come inside the block."""
        if not self._is_watched():
            yield
            return
        with _bar() as bar:
            self._reading = _Reading(bar, "Reading HubSpot", "Checking events")
            try:
                yield
            finally:
                self._reading = None

    @contextmanager
    def while_applying(self, total: int) -> Iterator[Progress]:
        """Show how many of `total` changes are done, and after the last one how far the verification has come."""
        if not total or not self._is_watched():
            yield lambda _: None
            return
        with _bar() as bar:

            def show(applied: Applied) -> None:
                done = _through(applied)
                bar.show("Applying", "Applying", done, total)
                # Until then reading is a part of applying.
                self._reading = _Reading(bar, "Verifying", "Verifying events") if done == total else None

            bar.show("Applying", "Applying", 0, total)
            try:
                yield show
            finally:
                self._reading = None

    def _is_watched(self) -> bool:
        return not self._quiet and sys.stderr.isatty()


class _Reading:
    """How far a reading has come: its length is unknown, but for the events that are read one by one."""

    def __init__(self, bar: "Bar", name: str, one_by_one: str) -> None:
        self._bar = bar
        self._name = name
        self._one_by_one = one_by_one
        self._answers = 0
        self._batches = 0
        self._is_one_by_one = False

    def answered(self) -> None:
        self._answers += 1
        if not self._is_one_by_one:
            self._bar.show(self._name, f"{self._name}: {count(self._answers, 'answer')}")

    def listed(self, pages: int, events: int) -> None:
        self._is_one_by_one = False
        self._bar.show(self._name, f"{self._name}: {count(pages, 'page')}, {count(events, 'event')}")

    def checked(self, done: int, total: int) -> None:
        if total < 2:
            return  # no step of its own
        self._batches += done == 0
        self._is_one_by_one = done < total
        self._bar.show(f"batch {self._batches}", self._one_by_one, done, total)


def _bar() -> AbstractContextManager["Bar"]:
    from reconciler.cli.bars import bar  # noqa: PLC0415  (only a person at a terminal waits for it to load)

    return bar()


def _through(applied: Applied) -> int:
    return sum(result.outcome is not Outcome.NOT_ATTEMPTED for result in applied.results)
