"""How long the rest of some work takes: told from its own pace, and only once that is known."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.progress import Progress

from reconciler.cli.bars import Bar, columns
from reconciler.cli.pace import time_left
from reconciler.cli.progress import RunProgress


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "said"),
    [
        (20, 380, 760, "about 20 s left"),
        (20, 1, 2, "about 20 s left"),
        (20, 399, 400, "about 5 s left"),
        (11, 100, 195, "about 15 s left"),
        (30, 10, 28, "about 55 s left"),
        (30, 10, 29, "about 1 min left"),
        (60, 100, 201, "about 2 min left"),
        (60, 1, 60, "about 59 min left"),
        (60, 1, 61, "about 1 hour left"),
        (60, 1, 151, "about 2 hours 30 min left"),
    ],
)
def test_the_rest_takes_as_long_as_the_pace_says(elapsed: float, done: int, total: int, said: str) -> None:
    assert time_left(elapsed, done, total) == said


@pytest.mark.parametrize(
    ("elapsed", "done", "total"),
    [(9.9, 190, 400), (60, 0, 400), (60, 400, 400), (60, 401, 400), (60, 100, None), (0, 0, None)],
)
def test_nothing_is_said_of_what_is_not_known(elapsed: float, done: int, total: int | None) -> None:
    assert time_left(elapsed, done, total) == ""


@given(st.floats(10, 10_000), st.integers(1, 9_999), st.integers(1, 9_999))
def test_the_rest_is_never_said_to_take_less_than_its_pace_says(elapsed: float, done: int, more: int) -> None:
    words = time_left(elapsed, done, done + more).removeprefix("about ").removesuffix(" left").split()
    units = {"s": 1, "min": 60, "hour": 3600, "hours": 3600}
    said = sum(int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True))
    assert 0 <= said - elapsed / done * more < 61


class _Screen:
    """A terminal whose clock a test moves."""

    def __init__(self, width: int = 80) -> None:
        self.now = 0.0
        self._out = io.StringIO()
        console = Console(file=self._out, width=width, force_terminal=True, color_system=None)
        self._progress = Progress(*columns(width), console=console, get_time=lambda: self.now, auto_refresh=False)
        self.bar = Bar(self._progress)

    @property
    def line(self) -> str:
        """What the bar shows now, without its drawing."""
        console = Console(file=io.StringIO(), width=80)
        with console.capture() as captured:
            console.print(self._progress.get_renderable())
        return " ".join(word for word in captured.get().split() if word[0].isascii())


def test_a_step_shows_its_count_and_then_the_time_that_is_left() -> None:
    screen = _Screen()
    screen.bar.show("Applying", "Applying", 0, 400)
    assert screen.line == "Applying 0/400"
    screen.now = 9
    screen.bar.show("Applying", "Applying", 100, 400)
    assert screen.line == "Applying 100/400"
    screen.now = 10
    assert screen.line == "Applying 100/400 about 30 s left"
    screen.now = 20  # nothing has come since then, so the pace is half of what it was
    assert screen.line == "Applying 100/400 about 1 min left"


def test_the_pace_of_one_step_says_nothing_of_the_next() -> None:
    screen = _Screen()
    screen.bar.show("one", "Checking events", 0, 400)
    screen.now = 20
    screen.bar.show("one", "Checking events", 200, 400)
    assert screen.line == "Checking events 200/400 about 20 s left"
    screen.bar.show("two", "Checking events", 10, 50)
    assert screen.line == "Checking events 10/50"
    screen.bar.show("three", "Reading HubSpot: 3 pages, 300 events")
    assert screen.line == "Reading HubSpot: 3 pages, 300 events"


def test_without_a_terminal_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    progress = RunProgress(quiet=False)
    with progress.shown():
        progress.answered()
        progress.listed(1, 100)
        progress.checked(1, 2)
    with progress.while_applying(3):
        progress.answered()
    assert capfd.readouterr() == ("", "")
