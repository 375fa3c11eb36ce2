"""Figures of waiting: HubSpot's latency and its rate limit, beside the least time that the requests can take."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import window
from tests.bench.figure import Found
from tests.bench.processes import Program, Run, other, product
from tests.bench.sandbox import HUBSPOT, LATENCY, REQUESTS, SECONDS, Sandbox, sandbox
from tests.bench.workloads import Ids, add_lists, declare_lists, foreign, live, older, scattered, seed

LONGEST = "7200"
"""Seconds that a run may take here: what is too slow for the default time limit is measured too."""
IN_FLIGHT = 4
"""Requests in flight together that a first load is measured against."""
KEPT = 10
"""Declared events that stay, where others are deleted: a run that declares nothing deletes nothing."""

Contents = Iterable[Mapping[str, object]]
"""The events that a portal holds at first."""


def bound(requests: int) -> float:
    """Return the least seconds in which HubSpot takes so many requests: those of one window at once, then the next."""
    return (requests - 1) // REQUESTS * SECONDS


def bound_in_flight(requests: int) -> float:
    """Return the least seconds of so many requests with some in flight together, within HubSpot's limit."""
    return max(bound(requests), math.ceil(requests / IN_FLIGHT) * LATENCY / 1000)


@contextmanager
def slow(contents: Contents) -> Iterator[tuple[Path, Sandbox]]:
    """Yield a folder to declare in, and a portal that is as slow as HubSpot and has its rate limit."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with sandbox(seed(folder / "seed.json", contents), latency=LATENCY, rate=HUBSPOT) as portal:
            yield folder / "events", portal


def apply(folder: Path, portal: Sandbox, proof: str, *options: str) -> Run:
    """Apply without asking; the receipt must say what the proof says."""
    waiting = ("--timeout", LONGEST)
    return product("apply", folder, "--yes", *waiting, *options, base_url=portal.base_url, proof=proof).run()


def against(least: Callable[[int], float], run: Run, portal: Sandbox) -> Found:
    """Return how many times the bound a run took, with its requests."""
    requests, refused = portal.requests()
    values = {"times the bound": run.wall / least(requests), "requests": requests, "answers 429": refused}
    return Found(values, f"{run.wall:.1f} s, bound {least(requests):.1f} s; {_one_run(portal)}")


def _one_run(portal: Sandbox) -> str:
    return f"one run; a page of the list took the sandbox {portal.slower:.0f} ms beside its latency"


def creates(count: int, ids: Ids, *options: str, least: Callable[[int], float] = bound) -> Found:
    """Measure an apply that creates all events."""
    with slow([]) as (folder, portal):
        declare_lists(folder, range(count), ids)
        run = apply(folder, portal, f"Applied: {count} created, 0 updated, 0 deleted.", *options)
        return against(least, run, portal)


def updates(count: int, ids: Ids) -> Found:
    """Measure an apply that changes all events."""
    with slow(older(number, ids) for number in range(count)) as (folder, portal):
        declare_lists(folder, range(count), ids)
        run = apply(folder, portal, f"Applied: 0 created, {count} updated, 0 deleted.")
        return against(bound, run, portal)


def deletes(count: int, ids: Ids) -> Found:
    """Measure an apply that deletes orphans."""
    with slow(live(number, ids) for number in range(count + KEPT)) as (folder, portal):
        declare_lists(folder, range(KEPT), ids, orphans="delete")
        proof = f"Applied: 0 created, 0 updated, {count} deleted."
        run = apply(folder, portal, proof, "--max-deletes", str(count))
        return against(bound, run, portal)


def trusting_creates(count: int) -> Found:
    """Measure a first load that trusts the list, where requests are so few that their latency counts too."""
    return creates(count, scattered, "--trust-list", least=bound_in_flight)


def all_differ(count: int) -> Found:
    """Measure a plan in which each event differs."""
    with slow(older(number, scattered) for number in range(count)) as (folder, portal):
        declare_lists(folder, range(count), scattered)
        proof = f"Plan: 0 to create, {count} to update, 0 to delete;"
        run = product("plan", folder, "--timeout", LONGEST, base_url=portal.base_url, proof=proof).run()
        requests, refused = portal.requests()
        return Found({"requests": requests, "answers 429": refused}, f"{run.wall:.1f} s; {_one_run(portal)}")


FEW, SOME, LARGE = 200, 1_000, 50_000
"""The events of a small plan, of all declarations, of the portal."""
CHANGED = 10
"""How many events of the small plan differ."""


def small_plan(*, narrowed: bool = False, orphans: str = "report") -> Found:
    """Measure a plan of few events in a large portal; a narrowed one leaves the rest of the declarations out."""
    ours = SOME if narrowed else FEW
    mine = (older(number, scattered) if number < CHANGED else live(number, scattered) for number in range(ours))
    with slow(chain(mine, map(foreign, range(LARGE - ours)))) as (folder, portal):
        declare_lists(folder, range(FEW, ours), scattered, orphans=orphans)
        (folder / ".git").mkdir()  # up to here, as in a clone, the settings of a part are looked for
        part = add_lists(folder / "part", range(FEW), scattered)
        proof = f"Plan: 0 to create, {CHANGED} to update, 0 to delete;"
        run = product("plan", part if narrowed else folder, base_url=portal.base_url, proof=proof).run()
        requests, refused = portal.requests()
        return Found({"requests": requests, "s": run.wall, "answers 429": refused}, _one_run(portal))


SCRIPTED = 100
"""The events that the straightforward script creates."""


def beside_script() -> Found:
    """Measure the creation of some events beside the straightforward script on HubSpot's own client."""
    with slow([]) as (folder, portal):
        declare_lists(folder, range(SCRIPTED), scattered)
        words = ("tests/bench/straightforward.py", folder, portal.base_url)
        script = Program([other("python"), *words], f"{SCRIPTED} created").run()
        script_requests, _ = portal.requests()
    with slow([]) as (folder, portal):
        declare_lists(folder, range(SCRIPTED), scattered)
        run = apply(folder, portal, f"Applied: {SCRIPTED} created,")
        requests, _ = portal.requests()
    values = {"times the script": run.wall / script.wall, "times its CPU": run.cpu / script.cpu}
    walls, cpus = f"{run.wall:.1f} s and {script.wall:.1f} s", f"CPU {run.cpu:.2f} s and {script.cpu:.2f} s"
    return Found(values, f"{walls}; {cpus}; {requests} and {script_requests} requests; one run of each")


MILLISECONDS = 50
"""The latency that the window is measured with, here as in docs/hubspot.md."""


def windows() -> Found:
    """Measure, for each kind of write, the longest time from a fresh read to the write that relies on it."""
    found = {what: window.measured(MILLISECONDS, what) for what in ("create", "update", "delete")}
    values = {f"s ({what})": max(times) for what, (_, times) in found.items()}
    requests = ", ".join(f"{number}" for number, _ in found.values())
    return Found(values, f"{window.COUNT} events each, {MILLISECONDS} ms; {requests} requests; one run of each")
