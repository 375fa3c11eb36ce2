"""Every fault at every place under every behaviour: the run reports the truth, and the next run does the rest.

`--every-fault` tries all combinations, which takes about twenty minutes on one core; without it, the tests draw a
sample with every fault, every place and every behaviour. The run prints how many were tried.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from reconciler.applying.receipt import Outcome, Receipt
from reconciler.errors import ReconcilerError
from reconciler.event import CUSTOM, DeclaredEvent, Identity, Value
from reconciler.hubspot.writer import PortalWriter
from reconciler.policy import Orphans
from reconciler.sandbox.server import Options, running
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper, at_once
from tests.story.faulty import EMPTY, VANISH, WRITES, Case, Nature, Phase, every_case
from tests.story.world import (
    BESIDES,
    LATER,
    NEW,
    OLD,
    OTHERS,
    POLICY,
    PORTAL,
    TOKEN,
    Held,
    SmallPages,
    World,
    adoption,
    custom,
    declaration,
    live_json,
)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
EMPTIED, ADOPTED = "e-emptied", "905"
ORPHANS = ("e-orphan-1", "e-orphan-2")
HELD = (
    live_json(None, objectId="2", account=None, app=None),
    live_json(
        "e-updated", objectId="11", eventUrl=OLD, eventDescription="theirs", customProperties=custom(kept="theirs")
    ),
    live_json(EMPTIED, objectId="12", eventUrl=OLD),
    live_json("e-completed", objectId="13", **DATES),
    live_json("e-both", objectId="14", eventUrl=OLD, eventCancelled=True, **DATES),
    live_json("e-cancelled", objectId="15"),
    live_json("e-kept", objectId="16", eventUrl=NEW),
    *(live_json(name, objectId=f"2{number}", **DATES) for number, name in enumerate(ORPHANS)),
    live_json("e-updated", objectId="901", app=OTHERS, eventUrl=OLD),
    live_json("e-new-1", objectId="902", app=OTHERS, eventUrl=OLD),
    live_json("e-orphan-1", objectId="903", account="other", **DATES),
    live_json(None, objectId="904", account=None, app=None, eventUrl=OLD),
    live_json("zoom", objectId=ADOPTED, account="zoom", app=OTHERS, eventUrl=OLD, eventDescription="theirs"),
)
DECLARED = (
    declaration("e-new-1", eventDescription="  padded "),
    declaration("e-new-2", eventCancelled=True, **{f"{CUSTOM}region": "EMEA"}),
    declaration("e-updated", eventUrl=NEW, **{f"{CUSTOM}region": "EMEA"}),
    declaration(EMPTIED, eventUrl=None),
    declaration("e-completed", eventCompleted=True),
    declaration("e-both", eventUrl=NEW, eventCompleted=True),
    declaration("e-cancelled", eventCancelled=True),
    declaration("e-kept", eventUrl=NEW),
    adoption(ADOPTED, eventUrl=NEW),
)
CHANGES = 8 + len(ORPHANS)
DELETES = replace(POLICY, orphans=Orphans.DELETE, besides=BESIDES)


# The world


class Faulty(World):
    """A world with a clock of its own, which moves only during a sleep."""

    def __init__(self, base_url: str, case: Case, sleeper: Sleeper) -> None:
        super().__init__(base_url, version=case.version, policy=DELETES)
        self.case = case
        self.sleeper = sleeper

    def fresh_portal(self) -> PortalWriter:
        """Return the client that a new run of the product starts with."""
        http = SmallPages(
            connecting.to(self.base_url, token=TOKEN), timeout=1800, clock=self.sleeper.clock, start=at_once
        )
        return PortalWriter(self._open.enter_context(http), self.version)

    def disturb(self) -> None:
        self.fails(*self.case.rules())

    def calm(self) -> None:
        self._outside.delete("/_sandbox/faults").raise_for_status()
        self.sleeper.sleep(self.case.lag + 1)

    def log(self) -> list[Mapping[str, Any]]:
        requests: list[Mapping[str, Any]] = self._outside.get("/_sandbox/requests").json()["requests"]
        return requests


@contextmanager
def world_of(case: Case, folder: Path) -> Iterator[Faulty]:
    seed = folder / "seed.json"
    properties = [{"name": "region"}, {"name": "kept"}]
    seed.write_text(json.dumps({"portal": {"id": PORTAL}, "events": HELD, "properties": properties}))
    sleeper = Sleeper()
    options = Options(
        seed=seed,
        rate="1000000/1",
        behaviours=case.behaviours,
        clock=lambda: 1_793_500_000_000 + int(sleeper.now * 1000),
    )
    with running(options) as sandbox, Faulty(sandbox.base_url, case, sleeper) as world:
        sleeper.sleep(case.lag)  # the list has caught up with the seed
        yield world


# What is true


def ours(held: list[Held]) -> dict[str, Held]:
    """Return the events that the run may touch, by event id; two of one id are a failure."""
    found = [one for one in held if one["externalAccountId"] == "acme" and one["appInfo"]["id"] == "1001"]
    assert len({one["externalEventId"] for one in found}) == len(found)
    (adoptee,) = [one for one in held if one["objectId"] == ADOPTED]
    return {**{one["externalEventId"]: one for one in found}, ADOPTED: adoptee}


def foreign(held: list[Held], case: Case) -> list[Held]:
    """Return the events that the run must leave alone, except those that the fault itself makes or removes."""
    mine = {one["objectId"] for one in ours(held).values()}
    moving = {"1", "2"} if "shift" in case.kind.fault else set()
    return [one for one in held if one["objectId"] not in mine | moving]


def key_of(identity: Identity) -> str:
    return identity.key[-1]


def is_as_declared(event: DeclaredEvent, held: Held | None) -> bool:
    return held is not None and all(_holds(held, name, value) for name, value in event.fields.items())


def _holds(held: Held, name: str, value: Value) -> bool:
    if name.startswith(CUSTOM):
        return custom(**{name.removeprefix(CUSTOM): str(value)})[0] in held["customProperties"]
    return bool(_bare(held[name]) == _bare(value))


def _bare(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


WANTED = {key_of(event.identity): event for event in DECLARED}


def missing(held: dict[str, Held]) -> set[str]:
    """Return the declared events that HubSpot does not hold as declared, and the orphans that are still there."""
    short = {key for key, event in WANTED.items() if not is_as_declared(event, held.get(key))}
    return short | {name for name in ORPHANS if name in held}


def check_receipt(receipt: Receipt, before: dict[str, Held], after: dict[str, Held]) -> None:
    told = len(receipt.results)
    assert CHANGES - len(ORPHANS) <= told <= CHANGES  # a list that leaves something out shows fewer orphans
    # Only a second reading shows what HubSpot confirmed but did not keep; without one, the receipt says so.
    unseen = {EMPTIED} if receipt.verified is None else set()
    for result in receipt.results:
        name = key_of(result.change.identity)
        if result.outcome is Outcome.DONE:
            assert name not in missing(after) - unseen, result
        elif result.outcome in {Outcome.REFUSED, Outcome.NOT_ATTEMPTED}:
            assert after.get(name) == before.get(name), result
    assert {key_of(change.identity) for change in receipt.verified or ()} <= missing(after)


def check_nothing_is_lost(case: Case, start: list[Held], now: list[Held]) -> None:
    """Check that events of others, and undeclared ones of ours, are unchanged unless HubSpot denied that they exist."""
    assert foreign(now, case) == foreign(start, case)
    before, after = ours(start), ours(now)
    assert before.keys() - after.keys() <= set(ORPHANS)
    assert after.keys() - before.keys() <= WANTED.keys()
    for name in () if denies_events(case) else before.keys() & after.keys() & WANTED.keys():
        managed = {*WANTED[name].fields, "updatedAt", "eventStatus", "eventStatusV2", "customProperties"}
        assert {key for key in after[name] if after[name][key] != before[name][key]} <= managed
        assert custom(kept="theirs")[0] in after["e-updated"]["customProperties"]


# What is expected


def codes(case: Case) -> set[int]:
    """Return the exit codes that the contract allows if the fault was met."""
    usual = 0 if case.empties else 6
    match case.kind.nature:
        case Nature.HARMLESS:
            return {usual}
        case Nature.LIE:
            return {usual, 6, 3} if case.place.phase is Phase.PLAN else {usual, 6}
        case _ if case.place.name == "whose token":
            return {usual}
        case Nature.PASSING | Nature.WAITING if not case.lasting:
            return {usual}
        case Nature.PASSING if case.place in WRITES:
            return {usual} if case.kind.done else {6}
        case Nature.REJECTED:
            return _codes_where_rejected(case, usual)
        case nature:
            return {_early(nature) if _is_before_any_write(case) else 6}


def _early(nature: Nature) -> int:
    return 4 if nature is Nature.DENIED else 7


def _is_before_any_write(case: Case) -> bool:
    return case.place.phase is Phase.PLAN or case.place.name in {"fresh read", "create"}


def _codes_where_rejected(case: Case, usual: int) -> set[int]:
    about_the_content = case.kind.status != 404
    match case.place.name:
        case "definitions":
            return {7} if case.lasting else {usual}
        case "fresh read" if about_the_content:
            return {1} if case.lasting else {6}
        case "question" if about_the_content:
            return {1}
        case "question" if case.lasting and {"token-details=missing", "search=exact"} <= set(case.behaviours):
            return {5}  # nothing shows which app the token belongs to
        case "question" | "fresh read":
            return {usual, 6}
        case "create" | "update" if about_the_content:
            return {usual}
        case "delete" if about_the_content and not case.lasting:
            return {usual}
        case _:
            return {1} if case.place.phase is Phase.PLAN else {6}


def denies_events(case: Case) -> bool:
    """Return whether HubSpot itself denies events that exist, which is the one lie that has to be believed.

    Their ids are free then, and an orphan with their ids belongs to somebody else.
    """
    return case.kind.status == 404 and case.place.name in {"question", "fresh read"}


def hides_orphans(case: Case) -> bool:
    """A list that leaves something out hides orphans, which nothing else can show."""
    return case.kind in (EMPTY, VANISH) or denies_events(case)


# The law


@dataclass
class Figures:
    combinations: int = 0
    met: int = 0
    requests: int = 0


def apply_once(world: Faulty, disturb: Callable[[Phase], None]) -> tuple[int, Receipt | None]:
    portal = world.fresh_portal()
    disturb(Phase.PLAN)
    try:
        planned = world.plan(*DECLARED, portal=portal)
        disturb(Phase.APPLY)
        receipt = world.run(planned, portal=portal)
    except ReconcilerError as error:
        return error.exit_code, None
    return receipt.exit_code, receipt


def check(case: Case, world: Faulty) -> Figures:
    start = world.held()
    code, receipt = apply_once(world, lambda phase: world.disturb() if phase is case.place.phase else None)
    log, middle = world.log(), world.held()
    met = any(one["fault"] not in (None, "delay") for one in log)
    wrote = any(one["method"] != "GET" and not one["path"].startswith("/oauth/") for one in log)
    check_nothing_is_lost(case, start, middle)
    assert code in (codes(case) if met else {0 if case.empties else 6}) or case.kind.contradicts_itself
    if receipt is None:
        assert not wrote
    elif not (case.kind.contradicts_itself or denies_events(case)):
        check_receipt(receipt, ours(start), ours(middle))
    if code not in {0, 6} and not case.kind.contradicts_itself:
        assert ours(middle) == ours(start)
    if code == 6:
        assert wrote
    if code == 0:
        assert missing(ours(middle)) <= (set(ORPHANS) if hides_orphans(case) else set())
        assert receipt is not None
        assert receipt.verified == ()
    world.calm()
    check_convergence(case, world, start)
    return Figures(1, met, len(world.log()))


def check_convergence(case: Case, world: Faulty, start: list[Held]) -> None:
    """Check that everything is as declared within two runs, and that then nothing is left to do."""
    left = set() if case.empties else {EMPTIED}
    code, _ = apply_once(world, lambda _: None)
    world.sleeper.sleep(case.lag + 1)
    if missing(ours(world.held())) != left:
        code, _ = apply_once(world, lambda _: None)
        world.sleeper.sleep(case.lag + 1)
    end = world.held()
    assert missing(ours(end)) == left
    assert code == (6 if left else 0)
    check_nothing_is_lost(case, start, end)
    planned = world.plan(*DECLARED, portal=world.fresh_portal())
    assert {key_of(change.identity) for change in planned.plan.changes} == left


def sample(cases: list[Case]) -> Iterator[Case]:
    """Draw each fault once for each duration, at places and under behaviours not yet drawn."""
    draw = Random(54)  # noqa: S311  (nothing secret depends on it)
    alike: defaultdict[tuple[str, bool], list[Case]] = defaultdict(list)
    for case in cases:
        alike[case.kind.name, case.lasting].append(case)
    met: set[tuple[str, tuple[str, ...]]] = set()
    for group in alike.values():
        chosen = max(draw.sample(group, len(group)), key=lambda case: (case.place.name, case.behaviours) not in met)
        met.add((chosen.place.name, chosen.behaviours))
        yield chosen


def test_the_sample_holds_every_fault_every_place_and_every_behaviour() -> None:
    every, some = every_case(), [*sample(every_case())]
    for aspect in (lambda case: (case.kind.name, case.lasting), lambda case: case.place, lambda case: case.behaviours):
        assert {*map(aspect, some)} == {*map(aspect, every)}


@pytest.mark.timeout(7200)
def test_whatever_goes_wrong_wherever_the_receipt_is_true_and_the_next_run_converges(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    every = request.config.getoption("--every-fault")
    total = Figures()
    for case in every_case() if every else sample(every_case()):
        try:
            with world_of(case, tmp_path) as world:
                found = check(case, world)
        except (AssertionError, ReconcilerError, httpx.HTTPError) as error:
            error.add_note(f"with {case.name}")
            raise
        total.combinations += found.combinations
        total.met += found.met
        total.requests += found.requests
    tried = f"{total.combinations} combinations, {total.met} faults met, {total.requests} requests"
    record_property("faults tried", tried)
