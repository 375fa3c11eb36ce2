"""Several runs of the product in one world, which take turns in a drawn order: only one moves at a time."""

from collections.abc import Callable, Iterator
from threading import Semaphore, Thread
from typing import Generic, TypeVar

_T = TypeVar("_T")

Gate = Callable[[], None]


class Turn(Generic[_T]):
    """One run in a thread of its own, which moves only when it is told to, up to its next request."""

    def __init__(self, run: Callable[[Gate], _T]) -> None:
        self.over = False
        self._run = run
        self._result: _T | None = None
        self._failure: BaseException | None = None
        self._looks = 0
        self._go = Semaphore(0)
        self._back = Semaphore(0)
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def step(self) -> None:
        """Make the run send one request and process its answer."""
        self._go.release()
        self._back.acquire()

    def result(self) -> _T:
        """Return the result of a run that is over."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        assert self._result is not None
        return self._result

    def _gate(self) -> None:
        """Wait right before a request: a client checks twice, before it waits for its pace and after."""
        self._looks += 1
        if self._looks % 2 == 0:
            self._back.release()
            self._go.acquire()

    def _work(self) -> None:
        self._go.acquire()
        try:
            self._result = self._run(self._gate)
        except BaseException as failure:  # noqa: BLE001  (`result` raises it)
            self._failure = failure
        finally:
            self.over = True
            self._back.release()


def play(turns: list[Turn[_T]], order: Iterator[int], between: Callable[[], None]) -> None:
    """Move the runs in this order until all are over; `between` is called before each move."""
    while moving := [turn for turn in turns if not turn.over]:
        between()
        moving[next(order) % len(moving)].step()
