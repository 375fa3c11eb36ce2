"""Two applies at once, with somebody editing, interleaved at every boundary of their requests.

Each history is drawn from a seed, so it is the same in every run; `--every-fault` plays ten thousand of them. HubSpot
has no conditional write, so in the last window, between a fresh read and its write, a run can overwrite the other one.
The result may be a mix: if two runs send different fields of one event, each field has the value of the last run that
sent it. It is never silent: the run that wrote last reads everything again after its last write, and reports every
declared field that differs.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from reconciler.applying.receipt import Outcome, Receipt
from reconciler.change import is_orphan
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.event import DeclaredEvent
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.paths import Paths
from reconciler.hubspot.writer import PortalWriter
from reconciler.policy import Orphans, Policy
from reconciler.sandbox.server import Options, running
from reconciler.transport.surroundings import Watch
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper, at_once
from tests.story.turns import Gate, Turn, play
from tests.story.world import BESIDES, LATER, OTHERS, POLICY, PORTAL, TOKEN, Held, World, declaration, live_json

SEEDS = range(40)
MANY = range(10_000)
NAMES = ("e-a", "e-b", "e-c", "e-d", "e-e", "e-f")
VALUES = ("x", "y", "z")
DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
FOREIGN = (
    live_json("e-a", objectId="901", app=OTHERS, **DATES),
    live_json("e-b", objectId="902", account="other", **DATES),
    live_json(None, objectId="903", account=None, app=None),
)

LIST = Paths("2026-03").events
EDITOR = 2

Ended = Receipt | ReconcilerError


@dataclass(frozen=True)
class History:
    """Events, the declarations of each run, and the edits; all drawn from a seed."""

    seed: int
    held: tuple[Held, ...]
    sides: tuple[tuple[DeclaredEvent, ...], ...]
    orphans: Orphans
    upsert: str
    edits: tuple[tuple[int, str, str], ...]
    """The move before which it happens, the event, and what is done to it."""

    @property
    def is_of_one_mind(self) -> bool:
        return self.sides[0] == self.sides[1] and not self.edits

    def order(self) -> Iterator[int]:
        """Draw which run moves next; sometimes one of them makes many moves in a row."""
        draw = Random(self.seed)  # noqa: S311  (nothing secret depends on it)
        while True:
            yield from [draw.randrange(2)] * draw.choice((1, 1, 1, 2, 4, 8, 16))


def history(seed: int) -> History:
    draw = Random(seed)  # noqa: S311  (nothing secret depends on it)
    held = [
        live_json(name, objectId=str(number), **DATES, **_some(draw, cancels=False))
        for number, name in enumerate(NAMES, start=1)
        if draw.random() < 0.6
    ]
    one = _declares(draw)
    of_one_mind = draw.random() < 0.25
    deeds = ("edit", "edit", "edit", "touch", "remove", "make")
    edits = [
        (draw.randrange(32), draw.choice(NAMES), draw.choice(deeds))
        for _ in range(0 if of_one_mind else draw.choice((0, 1, 2, 4)))
    ]
    orphans = draw.choice((Orphans.REPORT, Orphans.DELETE, Orphans.CANCEL))
    return History(
        seed,
        (*held, *FOREIGN),
        (one, one if of_one_mind else _declares(draw)),
        orphans,
        draw.choice(("replace", "keep")),
        tuple(edits),
    )


def _declares(draw: Random) -> tuple[DeclaredEvent, ...]:
    names = [name for name in NAMES if draw.random() < 0.75] or [NAMES[0]]
    return tuple(declaration(name, **_some(draw, cancels=True), **_completion(draw)) for name in names)


def _some(draw: Random, *, cancels: bool) -> dict[str, Any]:
    texts = {name: draw.choice(VALUES) for name in ("eventUrl", "eventType") if draw.random() < 0.7}
    return texts | ({"eventCancelled": draw.random() < 0.5} if cancels and draw.random() < 0.3 else {})


def _completion(draw: Random) -> dict[str, Any]:
    return {**DATES, "eventCompleted": True} if draw.random() < 0.15 else {}


# Who does what


class Telling:
    """A history in progress."""

    def __init__(self, world: World, story: History) -> None:
        self.world = world
        self.story = story
        self.moves = 0
        self.trace: list[tuple[int, str]] = []
        """Each request with the run that sent it, in order."""
        self.planned: dict[int, int] = {}
        """The place in the trace at which each run had its plan."""
        self.edited: dict[str, tuple[int, str]] = {}
        """For each event, when somebody last set its link, as a place in the trace, and to what."""

    def play(self) -> tuple[Ended, Ended]:
        turns = [Turn(partial(self.run, side)) for side in (0, 1)]
        play(turns, self.story.order(), self.between)
        one, other = (turn.result() for turn in turns)
        return one, other

    def run(self, side: int, gate: Gate) -> Ended:
        watch = Watch(check_stop=gate, log=lambda line: self.trace.append((side, line)))
        connection = connecting.to(self.world.base_url, token=TOKEN)
        with HttpWriter(connection, timeout=1800, clock=Sleeper().clock, watch=watch, start=at_once) as http:
            portal = PortalWriter(http, "2026-03")
            try:
                planned = self.world.plan(*self.story.sides[side], portal=portal)
                self.planned[side] = len(self.trace)
                return self.world.run(planned, portal=portal)
            except DeclarationsInvalid as error:
                return error

    @property
    def theirs(self) -> str:
        """The value that an editor writes next; no two are equal, since a run may overwrite the value that it saw."""
        return f"theirs, {self.moves}"

    def between(self) -> None:
        for when, name, deed in self.story.edits:
            if when == self.moves:
                self.edit(name, deed)
        self.moves += 1

    def edit(self, name: str, deed: str) -> None:
        found = [one for one in ours(self.world.held()).values() if one["externalEventId"] == name]
        match deed:
            case "make" if not found:
                self.world.make(name, eventUrl=self.theirs)
            case "edit" if found:
                self.world.edit(found[0], eventUrl=self.theirs)
            case "touch" if found:
                self.world.edit(found[0], eventDescription=self.theirs)
            case "remove" if found:
                self.world.remove(found[0])
            case _:
                return
        self.trace.append((EDITOR, f"POST {deed} {name}"))
        if deed in {"make", "edit"}:
            self.edited[name] = (len(self.trace) - 1, self.theirs)
        elif deed == "remove":
            self.edited.pop(name, None)

    def was_alone_at_the_end(self, side: int) -> bool:
        """Return whether nobody else wrote after this run began to read everything again."""
        mine = [place for place, (who, line) in enumerate(self.trace) if who == side]
        wrote = [place for place in mine if is_write(self.trace[place][1])]
        last = wrote[-1] if wrote else mine[0]
        began = next((place for place in mine if place > last), len(self.trace))
        return not any(who != side and is_write(line) for who, line in self.trace[began:])

    def may_write_over(self, side: int, name: str) -> bool:
        """Return whether a run planned after an edit, or was in its last window when the edit came."""
        edited, _ = self.edited[name]
        mine = [place for place, (who, _) in enumerate(self.trace) if who == side]
        shown = [place for place in mine if self.trace[place][1].startswith((f"GET {LIST}:", f"GET {_read(name)}:"))]
        read = [place for place in shown if self.trace[place][1].startswith(f"GET {_read(name)}:")]
        wrote = [place for place in mine if is_write(self.trace[place][1]) and place > edited]
        planned = any(edited < place < self.planned.get(side, len(self.trace)) for place in shown)
        return planned or any(max([0, *(one for one in read if one < place)]) < edited for place in wrote)


def _read(name: str) -> str:
    return f"{LIST}/events/{name}"


def is_write(line: str) -> bool:
    return not line.startswith("GET") and "/oauth/" not in line


def ours(held: list[Held]) -> dict[str, Held]:
    """Return our events by event id; two of one id are a failure."""
    found = [one for one in held if one["externalAccountId"] == "acme" and one["appInfo"]["id"] == "1001"]
    assert len({one["externalEventId"] for one in found}) == len(found)
    return {one["externalEventId"]: one for one in found}


def foreign(held: list[Held]) -> list[Held]:
    return [one for one in held if one["objectId"] in {"901", "902", "903"}]


def is_as(event: DeclaredEvent | None, held: Held | None, orphans: Orphans) -> bool:
    """Return whether an event is as one side wants it; a side that does not declare it may want it gone."""
    if event is not None:
        return held is not None and all(held[name] == value for name, value in event.fields.items())
    match orphans:
        case Orphans.DELETE:
            return held is None
        case Orphans.CANCEL:
            return held is None or bool(held["eventCancelled"])
        case _:
            return True


# The laws


def check_receipt(telling: Telling, side: int, receipt: Receipt) -> None:
    """Check a receipt against the end, if nobody wrote after its run's second reading; only then may it be a 0."""
    after, story = ours(telling.world.held()), telling.story
    wanted = {str(one.identity.external_event_id): one for one in story.sides[side]}
    assert receipt.exit_code in {0, 6}
    assert receipt.verified is not None
    differing = {str(change.identity.external_event_id) for change in receipt.verified}
    assert (receipt.exit_code == 0) <= (not differing)
    if not telling.was_alone_at_the_end(side):
        return
    for result in receipt.results:
        name = str(result.change.identity.external_event_id)
        fits = is_as(wanted.get(name), after.get(name), story.orphans)
        if result.outcome is Outcome.REFUSED:
            assert receipt.exit_code == 6
        elif is_orphan(result.change) and name in after and after[name]["objectId"] != result.change.identity.object_id:
            assert result.outcome is Outcome.DONE  # its ids belong to another event by now
        else:
            assert (name in differing) == (not fits), (result, after.get(name))
    if receipt.exit_code == 0:
        ran = {str(result.change.identity.external_event_id) for result in receipt.results}
        assert all(is_as(wanted[name], after.get(name), story.orphans) for name in ran & wanted.keys())


def check(telling: Telling) -> Counter[str]:
    world, story = telling.world, telling.story
    start = world.held()
    ended = telling.play()
    end = world.held()
    after = ours(end)
    assert foreign(end) == foreign(start)
    assert len(end) - len(after) == len(FOREIGN)
    for side, one in enumerate(ended):
        if isinstance(one, Receipt):
            check_receipt(telling, side, one)
    for name, (_, theirs) in telling.edited.items():
        if not any(telling.may_write_over(side, name) for side in (0, 1)):
            assert name in after, name
            assert after[name]["eventUrl"] == theirs, name
    if story.is_of_one_mind:
        assert [one.exit_code for one in ended] == [0, 0]
        assert all(
            is_as(event, after.get(str(event.identity.external_event_id)), Orphans.REPORT) for event in story.sides[0]
        )
    figures = Counter({"histories": 1, "requests": len(telling.trace), "of one mind": story.is_of_one_mind})
    figures["mixes, all told"] = sum(check_mix(telling, name, after.get(name), ended) for name in NAMES)
    figures["runs that fell short"] = sum(one.exit_code == 6 for one in ended)
    check_convergence(world, story, start)
    return figures


def check_mix(telling: Telling, name: str, held: Held | None, ended: tuple[Ended, Ended]) -> bool:
    """Check that a mix that neither side wants, and nobody edited, is reported by the last run to read again."""
    story = telling.story
    sides = [{one.identity.external_event_id: one for one in side}.get(name) for side in story.sides]
    if any(is_as(side, held, story.orphans) for side in sides) or any(name == one for _, one, _ in story.edits):
        return False
    told = [_speaks_of(one, name) for one in ended]
    assert any(told), name
    return True


def _speaks_of(one: Ended, name: str) -> bool:
    if not isinstance(one, Receipt):
        return True
    differing = {change.identity.external_event_id for change in one.verified or ()}
    short = {result.change.identity.external_event_id for result in one.results if result.outcome is not Outcome.DONE}
    return name in differing | short and one.exit_code == 6


def check_convergence(world: World, story: History, start: list[Held]) -> None:
    """Check that a run by itself does the rest, whichever of the two it is."""
    side = story.sides[story.seed % 2]
    try:
        assert world.apply(*side).exit_code == 0
    except DeclarationsInvalid:
        return
    after = ours(world.held())
    assert all(is_as(event, after.get(str(event.identity.external_event_id)), Orphans.REPORT) for event in side)
    assert not world.plan(*side).plan.changes
    assert foreign(world.held()) == foreign(start)


def opened(story: History, folder: Path) -> Options:
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"portal": {"id": PORTAL}, "events": story.held, "properties": []}))
    return Options(seed=seed, rate="1000000/1", behaviours=[f"upsert={story.upsert}"])


def policy_of(story: History) -> Policy:
    return replace(POLICY, orphans=story.orphans, besides=BESIDES)


@pytest.mark.timeout(7200)
def test_two_applies_at_once_tell_the_truth_and_leave_what_one_of_them_wants(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    total: Counter[str] = Counter()
    for seed in MANY if request.config.getoption("--every-fault") else SEEDS:
        story = history(seed)
        try:
            with running(opened(story, tmp_path)) as sandbox, World(sandbox.base_url, policy=policy_of(story)) as world:
                total += check(Telling(world, story))
        except (AssertionError, ReconcilerError) as error:
            error.add_note(f"in the history of seed {seed}")
            raise
    record_property("two applies at once", ", ".join(f"{number} {name}" for name, number in total.items()))
