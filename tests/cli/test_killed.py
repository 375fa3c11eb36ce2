"""A run that is killed at any moment leaves a true receipt, and the next run does the rest."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.server import Options, running
from tests.aside import aside, ended, kill
from tests.command_line import declare
from tests.hubspot.connecting import NO_TLS
from tests.hubspot.forwarding import Fate, Passing, forwarding
from tests.story.world import LATER, OTHERS, PORTAL, Held, live_json

OLD, NEW = "https://old.example", "https://new.example"
CREATES = [f"e-new-{number:03}" for number in range(101)]
UPDATES = [f"e-old-{number:02}" for number in range(21)]
COMPLETED = ["e-past-0", "e-past-1"]
"""The second is changed too."""
ORPHANS = [f"e-orphan-{number:02}" for number in range(21)]
HELD = [
    *(live_json(name, eventUrl=OLD, eventDescription="theirs") for name in UPDATES),
    *(
        live_json(name, eventUrl=url, startDateTime=LATER, endDateTime=LATER)
        for name, url in zip(COMPLETED, (NEW, OLD), strict=True)
    ),
    *(live_json(name, startDateTime=LATER, endDateTime=LATER) for name in ORPHANS),
]
FOREIGN = [
    live_json("e-new-001", app=OTHERS, eventUrl=OLD),
    live_json("e-old-01", account="other", eventUrl=OLD),
    live_json("e-orphan-01", account="other", endDateTime=LATER),
    live_json(None, account=None, app=None),
]
APPLY = ("apply", "--yes", "--trust-list", "--max-deletes", "21", "--receipt", "receipt.json")
WRITES = 2 + 2 + 2 + 2


@dataclass
class Moments:
    """Passes every request of a run on until the one at which the run is killed."""

    hubspot: str
    last: int = -1
    fate: Fate = Fate.REQUEST_LOST
    """What becomes of that request."""
    process: BaseProcess | None = None
    seen: list[str] = field(default_factory=list)

    def decide(self, passing: Passing) -> Fate:
        self.seen.append(f"{passing.method} {passing.target}")
        if len(self.seen) - 1 != self.last:
            return Fate.PASSED_ON
        if self.fate is Fate.ANSWER_LOST:
            headers = {"Authorization": "Bearer sandbox-1001", "Content-Type": "application/json"}
            with httpx.Client(headers=headers, trust_env=False, verify=NO_TLS) as client:
                client.request(passing.method, self.hubspot + passing.target, content=passing.body)
        assert self.process is not None
        kill(self.process)
        return Fate.REQUEST_LOST


class World:
    """A portal, and a folder that declares what it is to hold."""

    def __init__(self, portal: str, folder: Path) -> None:
        self.portal = portal
        self.folder = folder

    def held(self) -> list[Held]:
        answer = httpx.get(f"{self.portal}/_sandbox/events", trust_env=False, verify=NO_TLS)
        events: list[Held] = answer.json()["events"]
        return events

    def apply(self) -> int:
        return ended(aside(*APPLY, folder=self.folder, portal=self.portal))

    def killed(self, moments: Moments) -> int:
        with forwarding(self.portal, moments.decide) as way:
            moments.process = aside(*APPLY, folder=self.folder, portal=way.base_url)
            return ended(moments.process)


OpenWorld = Callable[[], Any]


@pytest.fixture
def open_world(tmp_path: Path) -> OpenWorld:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"portal": {"id": PORTAL}, "properties": [], "events": [*HELD, *FOREIGN]}))
    events = [
        *(event(name) for name in CREATES),
        *(event(name, eventUrl=NEW) for name in UPDATES),
        *(event(name, eventUrl=NEW, eventCompleted=True) for name in COMPLETED),
    ]
    settings = f"portal: {PORTAL}\nexternalAccountId: acme\norphans: delete\nbesides: [other, {OTHERS}]\n"
    declare(tmp_path / "events", reconciler=settings, all=json.dumps({"events": events}))

    @contextmanager
    def opened() -> Iterator[World]:
        (tmp_path / "receipt.json").unlink(missing_ok=True)
        with running(Options(seed=seed, rate="1000000/1")) as sandbox:
            yield World(sandbox.base_url, tmp_path)

    return opened


def event(name: str, **fields: Any) -> Mapping[str, Any]:
    return {"externalEventId": name, "eventName": name, "eventOrganizer": "Acme", **fields}


def ours(held: list[Held]) -> dict[str, Held]:
    """Return the events that the run may touch, by event id; two of one id are a failure."""
    found = [one for one in held if one["externalAccountId"] == "acme" and one["appInfo"]["id"] == "1001"]
    assert len({one["externalEventId"] for one in found}) == len(found)
    return {one["externalEventId"]: one for one in found}


def foreign(held: list[Held]) -> list[Held]:
    mine = {one["objectId"] for one in ours(held).values()}
    return [one for one in held if one["objectId"] not in mine]


def is_done(name: str, held: Held | None) -> bool:
    if name in ORPHANS:
        return held is None
    if held is None:
        return False
    changed = name in CREATES or held["eventUrl"] == NEW
    return changed and (name not in COMPLETED or held["eventCompleted"])


def check_receipt(receipt: Any, before: dict[str, Held], after: dict[str, Held]) -> None:
    for result in receipt["results"]:
        name = result["identity"]["external_event_id"]
        match result["outcome"]:
            case "done":
                assert is_done(name, after.get(name)), result
            case "not_attempted":
                assert after.get(name) == before.get(name), result
            case "failed":
                assert result["why"] == "only the first of its two requests was sent"
                assert (after[name]["eventUrl"], after[name]["eventCompleted"]) == (NEW, False)
            case outcome:
                assert outcome == "unsure", result


def check_moment(world: World, moments: Moments) -> None:
    start = world.held()
    assert world.killed(moments) == -9
    middle, file = world.held(), world.folder / "receipt.json"
    if file.exists():
        check_receipt(json.loads(file.read_text()), ours(start), ours(middle))
    else:
        assert middle == start
    assert foreign(middle) == foreign(start)
    assert world.apply() == 0
    end = world.held()
    assert foreign(end) == foreign(start)
    assert ours(end).keys() == {*CREATES, *UPDATES, *COMPLETED}
    assert all(is_done(name, held) for name, held in ours(end).items())
    assert {ours(end)[name]["eventDescription"] for name in UPDATES} == {"theirs"}
    receipt = json.loads(file.read_text())
    assert receipt["verified"] == {"differences": 0, "changes": []}


def is_write(request: str) -> bool:
    return not request.startswith("GET") and "/oauth/" not in request


def moments_of(requests: list[str], *, every: bool) -> list[int]:
    """Choose the moments to kill a run at: each write, and of the other requests all or some."""
    return [number for number, request in enumerate(requests) if every or is_write(request) or number % 10 == 5]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("fate", [Fate.REQUEST_LOST, Fate.ANSWER_LOST], ids=lambda fate: fate.value)
def test_whenever_a_run_is_killed_its_receipt_is_true_and_the_next_run_converges(
    open_world: OpenWorld, request: pytest.FixtureRequest, fate: Fate
) -> None:
    with ExitStack() as stack:
        world = stack.enter_context(open_world())
        whole = Moments(world.portal)
        assert world.killed(whole) == 0
    assert sum(map(is_write, whole.seen)) == WRITES
    for last in moments_of(whole.seen, every=request.config.getoption("--every-moment")):
        with open_world() as world:
            moments = Moments(world.portal, last, fate)
            try:
                check_moment(world, moments)
            except AssertionError as error:
                error.add_note(f"killed at request {last} of {len(whole.seen)}: {whole.seen[last]}")
                raise
