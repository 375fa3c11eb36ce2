"""GETs in flight together, each of them sent in its turn."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from reconciler.errors import Interrupted, ReconcilerError, Unavailable
from reconciler.hubspot.pacing import Pacer
from reconciler.transport.background import Start
from reconciler.transport.exchange import Exchange, Response
from reconciler.transport.surroundings import Clock, Deadline, Watch

TOGETHER = 8
"""Maximum number of reads in flight.

With answers after 0.15 s, eight send 50 requests a second; the largest limit that HubSpot sells is 25 (usage
guidelines).
"""


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


class InFlight:
    """The turns of a client's requests, and its GETs in flight; only the sending itself happens in other threads."""

    def __init__(
        self, exchange: Exchange, pacer: Pacer, deadline: Deadline, *, clock: Clock, watch: Watch, start: Start
    ) -> None:
        """Take what sends, what limits, what watches; `start` starts the sending of a GET in the background."""
        self.sent = 0
        """The number of GETs sent so far."""
        self._futures: set[Future[Arrival]] = set()
        self._returned = 0
        self._interrupted: Interrupted | None = None  # since then nothing is sent
        self._abandoned = False
        self._exchange = exchange
        self._pacer = pacer
        self._deadline = deadline
        self._clock = clock
        self._watch = watch
        self._start = start

    def wait_for_turn(self, more: int = 1) -> None:
        """Wait until so many more requests fit into the rate limit; raise if the run may send no more."""
        if self._interrupted is not None:
            raise self._interrupted
        self._watch.check_stop()
        pause = self._pacer.pause(len(self._futures), more)
        self._deadline.check(needed=pause)
        if pause:
            self._clock.sleep(pause)
        self._watch.check_stop()

    def together(self, gets: Sequence[Get], then: int) -> Iterator[Arrival | None]:
        """Send GETs ahead of what is asked for; yield the arrival of each, in order.

        Where `then` other requests are to follow the last of them without a pause, all of these wait for room together.
        Yield None for each that was not sent: one by itself gains nothing, and a run that is out of time may send no
        more.
        """
        room = len(gets) + then if then else 1
        if len(gets) == 1:
            if then:
                self.wait_for_turn(room)
            yield None
            return
        self.finish()
        waiting, futures = deque(gets), deque[Future[Arrival] | None]()
        for _ in gets:
            while waiting and len(futures) < min(TOGETHER, self._pacer.most):
                futures.append(self._send_ahead(waiting.popleft(), room))
                room = 1
            future = futures.popleft()
            yield None if future is None else self._arrived(future)

    def finish(self) -> bool:
        """Wait for the GETs in flight that nobody took, unless they are abandoned; return whether none is left.

        A generator cannot do this when it is closed: garbage collection may close it in any thread.
        """
        for future in [*self._futures]:
            self._arrived(future)
        return self._returned == self.sent

    def abandon(self, interrupted: Interrupted) -> None:
        """Wait for no GET any more, and send none, because the run is to end at once."""
        self._interrupted = interrupted
        self._abandoned = True

    def _send_ahead(self, get: Get, room: int) -> "Future[Arrival] | None":
        try:
            self.wait_for_turn(room)
        except Interrupted as interrupted:  # a signal may raise it only once, so whoever asks for the answer gets it
            self._interrupted = interrupted
            return self._never_sent(interrupted)
        except Unavailable:  # whoever asks for the answer meets it again
            return None
        self.sent += 1
        future = self._start(partial(self._sent_now, get))
        self._futures.add(future)
        return future

    def _never_sent(self, interrupted: Interrupted) -> "Future[Arrival]":
        future: Future[Arrival] = Future()
        future.set_result(Arrival(interrupted, self._clock.now()))
        return future

    def _sent_now(self, get: Get) -> Arrival:
        try:
            outcome: Response | ReconcilerError = self._exchange.send("GET", get.path, get.query)
        except ReconcilerError as error:
            outcome = error
        return Arrival(outcome, self._clock.now())

    def _arrived(self, future: "Future[Arrival]") -> Arrival:
        if self._abandoned and self._interrupted is not None:
            return Arrival(self._interrupted, self._clock.now())
        try:
            with self._watch.interruptible():
                arrival = future.result()
        except Interrupted as interrupted:
            self.abandon(interrupted)
            return Arrival(interrupted, self._clock.now())
        if future in self._futures:
            self._futures.remove(future)
            self._returned += 1
            self._pacer.count(arrival.at)
        return arrival
