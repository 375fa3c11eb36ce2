"""GETs in flight together, each of them sent in its turn."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from reconciler.errors import Interrupted, ReconcilerError
from reconciler.hubspot.pacing import Pacer
from reconciler.transport.background import Start
from reconciler.transport.exchange import Exchange, Response
from reconciler.transport.surroundings import Clock, Deadline, Watch

TOGETHER = 8
"""Maximum number of reads in flight.

With answers after 0.15 s, eight send 50 requests a second; the largest limit that HubSpot sells is 25 (usage
guidelines).
"""

_SHORT = 4
"""A batch is short if so many of them fit into the rate limit: waiting for room then wastes little of it."""


@dataclass(frozen=True, slots=True)
class Get:
    """A GET to send."""

    path: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of a GET that was sent, and when, in monotonic seconds."""

    outcome: Response | ReconcilerError
    at: float


class Flights:
    """The turns of a client's requests, and its GETs in flight; only the sending itself happens in other threads."""

    def __init__(
        self, exchange: Exchange, pacer: Pacer, deadline: Deadline, *, clock: Clock, watch: Watch, start: Start
    ) -> None:
        """Take what sends, what limits, what watches; `start` starts the sending of a GET in the background."""
        self.sent = 0
        """The number of GETs sent so far."""
        self._in_flight: set[Future[Arrival]] = set()
        self._abandoned = False
        self._exchange = exchange
        self._pacer = pacer
        self._deadline = deadline
        self._clock = clock
        self._watch = watch
        self._start = start

    def wait_for_turn(self, more: int = 1) -> None:
        """Wait until so many more requests fit into the rate limit; raise if the run may send no more."""
        self._watch.check_stop()
        pause = self._pacer.pause(len(self._in_flight), more)
        self._deadline.check(needed=pause)
        if pause:
            self._clock.sleep(pause)
        self._watch.check_stop()

    def together(self, gets: Sequence[Get]) -> Iterator[Arrival | None]:
        """Send GETs ahead of what is asked for; yield the arrival of each, in order.

        Yield None for each that was not sent: one by itself gains nothing, and a run that has been stopped, or is out
        of time, may send no more.
        """
        waiting, flights = deque(gets if len(gets) > 1 else ()), deque[Future[Arrival] | None]()
        if waiting:
            self.finish()
        more = self._unbroken(len(gets))
        for _ in gets:
            while waiting and len(flights) < min(TOGETHER, self._pacer.most):
                flights.append(self._depart(waiting.popleft(), more))
                more = 1
            flight = flights.popleft() if flights else None
            yield None if flight is None else self._arrived(flight)

    def finish(self) -> bool:
        """Wait for the GETs in flight that nobody took, unless they are abandoned; return whether none is left.

        A generator cannot do this when it is closed: garbage collection may close it in any thread.
        """
        for flight in [*self._in_flight]:
            if not self._abandoned:
                self._arrived(flight)
        return not self._in_flight

    def abandon(self) -> None:
        """Wait for no GET any more, because the run is to end at once."""
        self._abandoned = True

    def _unbroken(self, number: int) -> int:
        """Return how many requests the first of so many GETs has to leave room for.

        A short batch and the write that it is read for go without a pause between them: in it somebody could edit.
        """
        return number + 1 if number < self._pacer.most // _SHORT else 1

    def _depart(self, get: Get, more: int) -> "Future[Arrival] | None":
        try:
            self.wait_for_turn(more)
        except ReconcilerError:  # whoever asks for the answer meets it again
            return None
        self.sent += 1
        flight = self._start(partial(self._fly, get))
        self._in_flight.add(flight)
        return flight

    def _fly(self, get: Get) -> Arrival:
        try:
            outcome: Response | ReconcilerError = self._exchange.send("GET", get.path, get.query)
        except ReconcilerError as error:
            outcome = error
        return Arrival(outcome, self._clock.now())

    def _arrived(self, flight: "Future[Arrival]") -> Arrival:
        try:
            with self._watch.interruptible():
                arrival = flight.result()
        except Interrupted as interrupted:
            self.abandon()
            return Arrival(interrupted, self._clock.now())
        if flight in self._in_flight:
            self._in_flight.remove(flight)
            self._pacer.count(arrival.at)
        return arrival
