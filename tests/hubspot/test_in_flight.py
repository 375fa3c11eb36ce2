"""Reads in flight together: how many, in which order, and what becomes of those that fail or are not waited for."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Condition, Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Unavailable
from reconciler.hubspot.http import HttpReader
from reconciler.hubspot.in_flight import TOGETHER, Get
from reconciler.hubspot.pacing import Pacer
from reconciler.json_values import Json
from reconciler.portal import RateLimit
from reconciler.sandbox.limits import Limiter, Rate
from reconciler.transport.surroundings import Clock, Watch
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper, at_once

UNWATCHED = Watch()
PATIENCE = 30
"""Seconds after which a test that waits for another thread fails, in place of waiting for ever."""


@dataclass
class Answers:
    """How a server answers each path; an answer may wait for other requests."""

    status: Callable[[int], int] = lambda _: 200
    """Returns the status for the number at the end of a path."""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    """The numbers of the requests, as they came."""


@contextmanager
def server(answers: Answers) -> Iterator[str]:
    """Run a server that answers several requests at a time."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = int(self.path.rpartition("/")[2])
            answers.asked.append(number)
            status = answers.status(number)
            body = json.dumps({"number": number} if status == 200 else {"category": "X", "message": "no"}).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **answers.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Stay silent: a client may break a connection off."""

    with Quiet(("127.0.0.1", 0), Handler) as running_server:
        thread = Thread(target=running_server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running_server.server_address[1]}"
        running_server.shutdown()
        thread.join()


@pytest.fixture
def reading() -> Iterator[Callable[..., HttpReader]]:
    """Open clients of a server, each of which waits for nothing but answers."""
    with ExitStack() as stack:

        def open_one(answers: Answers, *, watch: Watch = UNWATCHED, timeout: float = 60, **more: Any) -> HttpReader:
            base_url = stack.enter_context(server(answers))
            clock = more.pop("clock", None) or Sleeper().clock
            http = HttpReader(connecting.to(base_url), timeout=timeout, clock=clock, watch=watch, **more)
            return stack.enter_context(http)

        yield open_one


Reading = Callable[..., HttpReader]


def gets(number: int) -> list[Get]:
    return [Get(f"/read/{each}", {}) for each in range(number)]


def taken(http: HttpReader, number: int) -> list[Json]:
    return [take() for take in http.get_each(gets(number))]


def numbered(number: int) -> list[Json]:
    return [{"number": each} for each in range(number)]


def test_eight_reads_are_in_flight_together(reading: Reading) -> None:
    together = Barrier(TOGETHER, timeout=PATIENCE)

    def after_all_have_come(_: int) -> int:
        together.wait()
        return 200

    assert taken(reading(Answers(after_all_have_come)), 3 * TOGETHER) == numbered(3 * TOGETHER)


def test_there_are_never_more_than_eight(reading: Reading) -> None:
    present: list[int] = []
    most: list[int] = []

    def crowded(number: int) -> int:
        present.append(number)
        time.sleep(0.005)
        most.append(len(present))
        present.remove(number)
        return 200

    taken(reading(Answers(crowded)), 60)
    assert max(most) <= TOGETHER


def test_a_limit_below_eight_bounds_the_reads_in_flight(reading: Reading) -> None:
    http = reading(Answers(headers={"X-HubSpot-RateLimit-Max": "3"}), start=at_once)
    http.get("/read/0", {})
    finds = http.get_each(gets(20))
    next(finds)()
    assert http.requests == 1 + 3


def test_what_is_told_keeps_the_order_of_the_reads_whatever_that_of_the_answers(reading: Reading) -> None:
    answered = Condition()
    done: list[int] = []

    def backwards(number: int) -> int:
        with answered:
            assert answered.wait_for(lambda: len(done) == TOGETHER - 1 - number, timeout=PATIENCE)
            done.append(number)
            answered.notify_all()
        return 200

    lines: list[str] = []
    http = reading(Answers(backwards), watch=Watch(log=lines.append))
    assert taken(http, TOGETHER) == numbered(TOGETHER)
    assert done == [*reversed(range(TOGETHER))]
    assert lines == [f"GET /read/{number}: 200" for number in range(TOGETHER)]


def test_a_read_by_itself_takes_no_thread(reading: Reading) -> None:
    def start(_: object, /) -> Any:
        raise AssertionError("started")

    assert taken(reading(Answers(), start=start), 1) == numbered(1)


def test_an_absent_event_among_others_is_none(reading: Reading) -> None:
    http = reading(Answers(lambda number: 404 if number == 1 else 200))
    assert taken(http, 3) == [{"number": 0}, None, {"number": 2}]


def test_a_read_that_fails_for_a_moment_is_repeated_alone_where_it_is_taken(reading: Reading) -> None:
    failures = iter([503, 503])
    answers = Answers(lambda number: next(failures, 200) if number == 1 else 200)
    lines: list[str] = []
    http = reading(answers, watch=Watch(log=lines.append))
    assert taken(http, 4) == numbered(4)
    assert sorted(answers.asked) == [0, 1, 1, 1, 2, 3]
    assert [line.partition("/read/")[2] for line in lines] == [
        "0: 200",
        "1: 503",
        "1: 503",
        "1: 200",
        "2: 200",
        "3: 200",
    ]
    assert http.requests == 4


def test_reads_that_are_told_to_wait_wait_together(reading: Reading) -> None:
    """HubSpot refuses all of them for the same ten seconds."""
    statuses = iter([429] * 4)
    sleeper = Sleeper()
    http = reading(Answers(lambda _: next(statuses, 200), {"Retry-After": "10"}), clock=sleeper.clock, start=at_once)
    assert taken(http, 4) == numbered(4)
    assert 10 <= sleeper.now < 10 + 1 + 4


@pytest.mark.parametrize(("status", "error"), [(401, AccessDenied), (400, ReconcilerError), (501, Unavailable)])
def test_a_refusal_is_raised_where_its_answer_is_taken(
    reading: Reading, status: int, error: type[ReconcilerError]
) -> None:
    http = reading(Answers(lambda number: status if number == 1 else 200))
    takes = http.get_each(gets(3))
    assert next(takes)() == {"number": 0}
    refused = next(takes)
    with pytest.raises(error):
        refused()
    assert next(takes)() == {"number": 2}


def test_reads_go_only_a_little_way_ahead_of_what_is_taken(reading: Reading) -> None:
    answers = Answers(lambda _: 401)
    http = reading(answers)
    with pytest.raises(AccessDenied):
        taken(http, 1000)
    assert http.requests == TOGETHER


class Stopped:
    """Ends a run before its request of some number."""

    def __init__(self, after: int) -> None:
        self.left = after

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Interrupted(2)


def test_a_run_that_is_stopped_takes_what_is_in_flight_and_sends_no_more(reading: Reading) -> None:
    answers = Answers()
    stop = Stopped(2 * 3)  # two looks before each request
    http = reading(answers, watch=Watch(check_stop=stop.check))
    takes = http.get_each(gets(20))
    assert [next(takes)() for _ in range(3)] == numbered(3)
    unsent = next(takes)
    with pytest.raises(Interrupted):
        unsent()
    assert sorted(answers.asked) == [0, 1, 2]


def test_a_signal_that_comes_once_while_waiting_for_the_rate_limit_ends_the_run(reading: Reading) -> None:
    """While a run plans, its handler raises `Interrupted` where the run is, and ignores all later signals."""
    sleeper = Sleeper()
    signals = iter([Interrupted(2)])

    def sleep(seconds: float) -> None:
        sleeper.sleep(seconds)
        for interrupted in signals:
            raise interrupted

    answers = Answers(headers={"X-HubSpot-RateLimit-Max": "3"})
    http = reading(answers, clock=Clock(lambda: sleeper.now, sleep), start=at_once)
    http.get("/read/0", {})
    with pytest.raises(Interrupted):
        taken(http, 20)
    assert len(answers.asked) == 3


def test_a_signal_while_waiting_for_reads_that_nobody_took_ends_the_run(reading: Reading) -> None:
    signals = iter([Interrupted(2)])

    @contextmanager
    def interrupted() -> Iterator[None]:
        for signal in signals:
            raise signal
        yield

    answers = Answers()
    http = reading(answers, watch=Watch(interruptible=interrupted), start=at_once)
    next(http.get_each(gets(2)))
    with pytest.raises(Interrupted):
        taken(http, 2)
    assert http.requests == 2
    http._exchange.close()  # as the end of the process does


def test_a_run_that_is_out_of_time_sends_no_more(reading: Reading) -> None:
    sleeper = Sleeper()
    answers = Answers()
    http = reading(answers, clock=sleeper.clock, timeout=5, start=at_once)
    takes = http.get_each(gets(20))
    next(takes)()
    sleeper.now = 6
    kept = [next(takes)() for _ in range(TOGETHER - 1)]
    assert kept == numbered(TOGETHER)[1:]
    with pytest.raises(Unavailable, match="timed out"):
        next(takes)()
    assert len(answers.asked) == TOGETHER


def test_a_second_signal_ends_the_wait_and_leaves_the_reads_to_the_process() -> None:
    held, came = Event(), Event()

    def hold(_: int) -> int:
        came.set()
        held.wait(PATIENCE)
        return 200

    class Impatient:
        """Interrupts the only wait for an answer."""

        waited = False

        def __enter__(self) -> None:
            assert came.wait(PATIENCE)
            assert not Impatient.waited
            Impatient.waited = True
            raise Interrupted(2)

        def __exit__(self, *_: object) -> None:
            """Never reached."""

    with (
        server(Answers(hold)) as base_url,
        HttpReader(
            connecting.to(base_url), timeout=60, clock=Sleeper().clock, watch=Watch(interruptible=Impatient)
        ) as http,
    ):
        takes = http.get_each(gets(3))
        for interrupted in takes:
            with pytest.raises(Interrupted):
                interrupted()
        with http:
            """Leaving does not wait for the reads, and closes no connection under a thread that uses it."""
        held.set()
    http._exchange.close()  # as the end of the process does


def test_a_client_that_a_signal_ends_does_not_wait_for_what_is_in_flight() -> None:
    held = Event()

    def hold(number: int) -> int:
        if number:
            held.wait(PATIENCE)
        return 200

    with server(Answers(hold)) as base_url:
        http = HttpReader(connecting.to(base_url), timeout=60, clock=Sleeper().clock)
        next(http.get_each(gets(3)))()
        http.__exit__(Interrupted, Interrupted(2), None)
        held.set()
    http._exchange.close()  # as the end of the process does


def test_what_nobody_takes_is_waited_for_before_other_reads_and_at_the_end(reading: Reading) -> None:
    waits: list[str] = []

    def waiting() -> AbstractContextManager[None]:
        waits.append("waited")
        return nullcontext()

    watch = Watch(interruptible=waiting)
    with server(Answers()) as base_url:
        with HttpReader(connecting.to(base_url), timeout=60, clock=Sleeper().clock, watch=watch) as http:
            left = http.get_each(gets(3))
            next(left)()
            more = http.get_each(gets(2))
            next(more)()
            assert waits == ["waited"] * (1 + 2 + 1)
            assert next(left)() == {"number": 1}
            waits.pop()
        assert waits == ["waited"] * (1 + 2 + 2)


# The pace


@given(
    most=st.integers(1, 30),
    lengths=st.lists(st.floats(0.01, 3), min_size=1, max_size=8),
    batch=st.integers(1, 40),
)
def test_reads_in_flight_are_never_too_many_for_the_limit(most: int, lengths: list[float], batch: int) -> None:
    """Each of them takes its own time; HubSpot counts it at any moment in between."""
    sleeper = Sleeper()
    limiter = Limiter(Rate(most, 10), sleeper.clock.now)
    pacer = Pacer(sleeper.clock.now)
    pacer.learn(RateLimit(limit=most))
    flying: list[float] = []
    for number in range(3 * batch):
        while len(flying) >= min(TOGETHER, most):
            sleeper.now = max(sleeper.now, flying[0])
            pacer.count(flying.pop(0))
        sleeper.sleep(pacer.pause(len(flying), batch if number % batch == 0 else 1))
        assert limiter.admit(1001)
        flying.append(sleeper.now + lengths[number % len(lengths)])


@pytest.mark.parametrize(("number", "then", "fits"), [(1, 1, 98), (20, 1, 79), (20, 0, 92)])
def test_reads_before_a_write_wait_for_room_for_all_of_them_and_the_write(
    reading: Reading, number: int, then: int, fits: int
) -> None:
    for sent, waits in ((fits, False), (fits + 1, True)):
        sleeper = Sleeper()
        headers = {"X-HubSpot-RateLimit-Max": "100", "X-HubSpot-RateLimit-Remaining": str(100 - sent)}
        http = reading(Answers(headers=headers), clock=sleeper.clock, start=at_once)
        http.get("/read/0", {})
        next(http.get_each(gets(number), then=then))
        assert bool(sleeper.slept) == waits


def test_a_batch_waits_for_room_for_itself_and_the_write_after_it() -> None:
    sleeper = Sleeper()
    pacer = Pacer(sleeper.clock.now, most=100)
    for _ in range(85):
        pacer.count(0.0)
    assert pacer.pause(more=15) == 0
    assert pacer.pause(more=16) > 0
    assert pacer.pause(in_flight=5, more=11) > 0
