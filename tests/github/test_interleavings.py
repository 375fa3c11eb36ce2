"""Three pull requests merged into the default branch in every order, with everything that may happen in between.

Each story is drawn from a seed, so it is the same in every run. A run may only write what a merged plan shows, and
everything that a merged plan shows is written in the end, or the job says that it was not.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.workshop import Step, Workshop, event
from tests.hubspot.forwarding import Fate, Instead, Passing, Treatment, forwarding
from tests.story.world import live_json

SEEDS = range(40)
PULLS = range(3)
FIELDS = ("eventType", "eventUrl", "eventDescription")
"""The field that each pull request changes in the event that they share."""
SHARED = {
    "eventName": "Fair",
    "eventOrganizer": "Acme",
    "eventType": "FAIR",
    "eventUrl": "https://acme.example/",
    "eventDescription": "A fair",
}
COMPARED = tuple(SHARED)

Move = tuple[str, int]
Key = tuple[str, str]
"""An event's id and a field's name."""
Approval = tuple[Key, Any, Any]
"""An approved change of a field from one value to another."""


def story(seed: int) -> list[Move]:
    """Draw what happens, until all three are merged."""
    draw = Random(seed)  # noqa: S311  (nothing secret depends on it)
    stages = dict.fromkeys(PULLS, "new")
    moves: list[Move] = []
    while unmerged := [number for number in PULLS if stages[number] != "merged"]:
        number = draw.choice(unmerged)
        move = "open" if stages[number] == "new" else draw.choices(*zip(*_MOVES_OF_A_PULL.items(), strict=True))[0]
        moves.append((move, number))
        stages[number] = "merged" if move in {"merge", "squash"} else "open"
        if move in {"merge", "squash"} or draw.random() < 0.2:
            moves.append((draw.choice(_IN_BETWEEN), draw.choice([number, *PULLS])))
    return [*moves, ("apply", 0)]


_MOVES_OF_A_PULL = {"plan": 5, "push": 2, "merge": 2, "squash": 2}
_IN_BETWEEN = (*["apply"] * 2, "again", *["late"] * 3, "replaced", "denied", "half", "edit", "touch", *["nothing"] * 4)


@dataclass
class Telling:
    """A story in progress, with what an observer knows of it."""

    shop: Workshop
    numbers: dict[int, int] = field(default_factory=dict)
    versions: Counter[int] = field(default_factory=Counter)
    plans: dict[str, list[Approval]] = field(default_factory=dict)
    """The plans, by the head commit that they were made for."""
    merged: dict[int, str] = field(default_factory=dict)
    """The last commit of each merged pull request."""
    edited: set[Key] = field(default_factory=set)
    edits: Iterator[int] = field(default_factory=count)

    def happen(self, move: str, number: int) -> None:
        getattr(self, move)(number)

    def open(self, number: int) -> None:
        self.shop.repository.git("checkout", "--quiet", "main")
        self.numbers[number] = self.shop.propose(f"topic-{number}", **self.files(number))

    def push(self, number: int) -> None:
        self.shop.repository.git("checkout", "--quiet", f"topic-{number}")
        self.shop.push_again(self.numbers[number], **self.files(number))

    def files(self, number: int) -> dict[str, str]:
        """Return the next version of a pull request's declarations: its own event, and a field of the shared one."""
        self.versions[number] += 1
        value = f"https://acme.example/p{number}v{self.versions[number]}"
        shared = read(self.shop.repository.folder / "events/fair.yaml")
        own = event(f"own-{number}", eventUrl=value)
        return {"fair": event("fair", **{**shared, FIELDS[number]: value}), f"own-{number}": own}

    def merge(self, number: int) -> None:
        self.merged[number] = self.shop.github.pulls[self.numbers[number]].head_sha
        self.shop.merge(self.numbers[number])

    def squash(self, number: int) -> None:
        self.merged[number] = self.shop.github.pulls[self.numbers[number]].head_sha
        self.shop.squash(self.numbers[number])

    def replaced(self, _: int) -> None:
        self.shop.replaced_apply()

    def denied(self, _: int) -> None:
        assert self.run(HUBSPOT_ACCESS_TOKEN="wrong").reason == "access-denied"

    def half(self, _: int) -> None:
        way = self.shop.portal.through(forwarding(self.shop.portal.base_url, _no_updates))
        self.run(HUBSPOT_BASE_URL=way.base_url)

    def edit(self, number: int) -> None:
        self._change(FIELDS[number], f"https://edited.example/{next(self.edits)}")

    def touch(self, _: int) -> None:
        self._change("eventOrganizer", "Somebody")

    def _change(self, name: str, value: str) -> None:
        self.shop.portal.edit(self.shop.held("fair"), **{name: value})
        self.edited.add(("fair", name))

    def nothing(self, _: int) -> None:
        """Do nothing."""

    def apply(self, _: int) -> None:
        self.run()

    def plan(self, number: int) -> None:
        pull = self.numbers[number]
        self.seen(pull, self.shop.plan(pull))

    def again(self, number: int) -> None:
        """Run a plan again: before the merge it replaces what people read, after it nobody reads it."""
        pull = self.numbers.get(number)
        if pull in self.shop.planned:
            step = self.shop.plan_again(pull)
            if number not in self.merged:
                self.seen(pull, step)

    def late(self, number: int) -> None:
        """Edit what a pull request changes, and run its plan again, which now shows that the edit would be lost."""
        self.edit(number)
        self.again(number)

    def seen(self, pull: int, step: Step) -> None:
        """Record what a plan shows to those who may merge."""
        assert step.code == 0, step.printed
        assert len(self.shop.comments(pull)) == 1
        plan = json.loads(Path(step.outputs["plan_path"]).read_text())
        head = self.shop.github.runs[self.shop.planned[pull].run_id].head_sha
        self.plans[head] = [
            ((change["identity"]["external_event_id"], one["name"]), one["before"], one["after"])
            for change in plan["changes"]
            for one in change["fields"]
        ]

    def run(self, **environ: str) -> Step:
        """Apply, and check that it did everything it had to and nothing it may not."""
        before = self.held()
        step = self.shop.apply(**environ)
        after = self.held()
        written = {(key, before.get(key), after[key]) for key in after if after[key] != before.get(key)}
        assert written <= self.approved, "something ran that no merged plan shows"
        assert len(after) >= len(before), "something is gone"
        if step.code == 0:
            self.check_nothing_is_lost()
        return step

    @property
    def approved(self) -> set[Approval]:
        """The changes shown by the merged pull requests' plans, each for its last commit."""
        return {one for head in self.merged.values() for one in self.plans.get(head, [])}

    @property
    def is_reviewed(self) -> bool:
        return all(head in self.plans for head in self.merged.values())

    def held(self) -> dict[Key, Any]:
        return {(one["externalEventId"], name): one[name] for one in self.shop.portal.held() for name in COMPARED}

    def declared(self) -> dict[Key, str]:
        self.shop.repository.git("checkout", "--quiet", "main")
        files = (self.shop.repository.folder / "events").glob("[!r]*.yaml")
        return {(file.stem, name): value for file in files for name, value in read(file).items()}

    def check_nothing_is_lost(self) -> None:
        """Check that after a successful run HubSpot holds all that was approved, except later edits there."""
        held, declared = self.held(), self.declared()
        lost = {
            key
            for key, _, after in self.approved
            if declared.get(key) == after and held.get(key) != after and key not in self.edited
        }
        assert not lost, "something that was approved was not done, and the run ended well"

    def end(self) -> None:
        """Check the end: all that is left was reported, and nothing is left if nothing interfered."""
        step = self.run()
        left = {key for key, value in self.declared().items() if self.held().get(key) != value}
        if self.is_reviewed and not self.edited:
            assert (step.code, left) == (0, set()), step.printed
        if step.code:
            assert step.reason in {"plan-moved", "not-reviewed"}, step.printed
            assert step.annotations("error")
            assert left
        elif left:
            assert left <= self.edited
            assert self.shop.drift().code == 0
            assert len(self.shop.github.issues) == 1


def read(file: Path) -> dict[str, str]:
    pairs = (line.partition(": ") for line in file.read_text().splitlines() if line)
    return {name: value for name, _, value in pairs if name in COMPARED}


def _no_updates(passing: Passing) -> Treatment:
    refused = Instead(400, b'{"message": "not today"}')
    return refused if passing.path.endswith("/batch/update") or passing.method == "PATCH" else Fate.PASSED_ON


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_unapproved_runs_and_nothing_approved_is_lost(open_workshop: OpenWorkshop, seed: int) -> None:
    shop = open_workshop(live_json("fair") | SHARED, fair=event("fair", **SHARED))
    telling = Telling(shop)
    for move, number in story(seed):
        telling.happen(move, number)
    telling.end()


def test_the_stories_hold_everything_that_may_happen() -> None:
    stories = [story(seed) for seed in SEEDS]
    assert {move for told in stories for move, _ in told} == {*_MOVES_OF_A_PULL, *_IN_BETWEEN, "open"}
    orders = {tuple(n for move, n in told if move in {"merge", "squash"}) for told in stories}
    assert len(orders) == 6
    stale = [told for told in stories if any(_is_stale(told, number) for number in PULLS)]
    calm = [told for told in stories if not any(move in {"edit", "late", "touch"} for move, _ in told)]
    assert 5 <= len(stale) < len(stories)
    assert len(calm) >= 5
    late = [told for told in stories if any(_is_late(told, number) for number in PULLS if not _is_stale(told, number))]
    assert len(late) >= 3


def _is_late(told: list[Move], number: int) -> bool:
    """Return whether a pull request is edited and planned again after its merge."""
    merged = next(index for index, one in enumerate(told) if one in {("merge", number), ("squash", number)})
    return ("late", number) in told[merged:]


def _is_stale(told: list[Move], number: int) -> bool:
    """Return whether a pull request is merged without a plan of its last commit."""
    own = [move for move, n in told if n == number and move in {"open", "push", "plan"}]
    return own[-1] != "plan"
