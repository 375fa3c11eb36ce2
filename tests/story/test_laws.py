"""Laws over small worlds, with the real client and the real sandbox over HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from reconciler.applying.receipt import Outcome, Receipt
from reconciler.event import CUSTOM, DeclaredEvent, Identity, Value
from reconciler.policy import Orphans
from reconciler.sandbox.server import Options, running
from tests.hubspot.forwarding import Fate, Instead, Passing, Treatment, forwarding
from tests.story.world import (
    LATER,
    OTHERS,
    OURS,
    POLICY,
    PORTAL,
    VERSIONS,
    Held,
    World,
    absence,
    adoption,
    custom,
    declaration,
    live_json,
)

PAST = "2025-04-15T15:00:00Z"
THEIRS = "https://theirs.example"

_texts = st.sampled_from([None, "x", "y"])
_flags = st.booleans()
_held_fields = st.fixed_dictionaries(
    {"endDateTime": st.sampled_from([None, LATER, LATER, PAST]), "registrants": st.integers(0, 2)},
    optional={
        "eventUrl": _texts,
        "eventType": _texts,
        "eventCancelled": _flags,
        "eventCompleted": _flags,
        "customProperties": st.sampled_from(["p", "q"]).map(lambda name: custom(**{name: "x"})),
    },
)
_wanted_fields = {
    "eventUrl": _texts,
    "eventType": _texts,
    "eventCancelled": _flags,
    "endDateTime": st.sampled_from([LATER, PAST]),
    f"{CUSTOM}p": _texts,
}
_INITIAL = ("eventUrl", "eventType", f"{CUSTOM}p")
_ids = st.sampled_from(["a", "ab", "c/d"])
_accounts = st.sampled_from(["acme", "acme", "other"])


@dataclass(frozen=True)
class Case:
    """The live events, the declared ones, and the policy."""

    held: tuple[Held, ...]
    declares: tuple[DeclaredEvent, ...]
    orphans: Orphans
    knows_app: bool
    version: str


@st.composite
def _ours(draw: st.DrawFn, name: str, account: str, values: dict[str, Value]) -> DeclaredEvent:
    """Declare an event of ours, absent or with some fields as initial ones."""
    if draw(st.integers(0, 4)) == 4:
        return absence(name, account=account)
    initial = draw(st.sets(st.sampled_from(_INITIAL))) & values.keys()
    event = declaration(name, account=account, **{one: value for one, value in values.items() if one not in initial})
    return replace(event, initial={one: values[one] for one in initial})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    ours = draw(st.sets(st.tuples(st.sampled_from([OURS, OURS, OTHERS]), _accounts, _ids), max_size=5))
    held = [live_json(name, account=account, app=app, **draw(_held_fields)) for app, account, name in sorted(ours)]
    held += [live_json(None, account=None, app=None, **draw(_held_fields)) for _ in range(draw(st.integers(0, 1)))]
    numbered = tuple({**one, "objectId": str(number)} for number, one in enumerate(held, start=1))
    fields = st.fixed_dictionaries({}, optional=_wanted_fields)
    completable = st.fixed_dictionaries({}, optional={**_wanted_fields, "eventCompleted": _flags})
    wanted = draw(st.dictionaries(st.tuples(_accounts, _ids), completable, min_size=1, max_size=4))
    chosen = draw(st.sets(st.integers(1, len(numbered)), max_size=1)) if numbered else set()
    return Case(
        numbered,
        (
            *(draw(_ours(name, account, values)) for (account, name), values in wanted.items()),
            *(adoption(str(number), **draw(fields)) for number in chosen),
        ),
        draw(st.sampled_from(Orphans)),
        draw(st.booleans()),
        draw(st.sampled_from(VERSIONS)),
    )


def ids(held: Held) -> tuple[str | None, str | None, str | None]:
    return (held["appInfo"] or {}).get("id"), held["externalAccountId"], held["externalEventId"]


def means(declared_event: DeclaredEvent, held: Held) -> bool:
    """Return whether a declaration means this event, which only the sandbox can know."""
    identity = declared_event.identity
    if identity.object_id is not None:
        return bool(identity.object_id == held["objectId"])
    return ids(held) == (str(OURS), *(identity.external or ()))


def is_namesake(declared_event: DeclaredEvent, held: Held) -> bool:
    app, _, event_id = ids(held)
    return app == str(OURS) and event_id == declared_event.identity.external_event_id


def is_as_declared(declared_event: DeclaredEvent, held: Held) -> bool:
    return not declared_event.absent and all(
        _value(held, name) == (value or None) for name, value in declared_event.fields.items()
    )


def _value(held: Held, name: str) -> Value:
    if name.startswith(CUSTOM):
        return {one["name"]: one["value"] for one in held["customProperties"]}.get(name.removeprefix(CUSTOM))
    value: Value = held[name] or None
    return value


def may_change(case: Case, held: Held) -> bool:
    """Return whether the run may change an event."""
    if any(means(one, held) for one in case.declares):
        return True
    accounts = {"acme", *(one.identity.external_account_id for one in case.declares)}
    app, account, _ = ids(held)
    takes_away = case.orphans in {Orphans.DELETE, Orphans.CANCEL} and held["endDateTime"] == LATER
    return takes_away and app == str(OURS) and account in accounts


def begun(case: Case, folder: str) -> Options:
    seed = Path(folder) / "seed.json"
    held = {"portal": {"id": PORTAL}, "properties": [{"name": "p"}, {"name": "q"}], "events": case.held}
    seed.write_text(json.dumps(held))
    return Options(seed=seed, rate="1000000/1")


def by_object_id(world: World) -> Mapping[str, Held]:
    return {held["objectId"]: held for held in world.held()}


def check_nothing_foreign_changed(case: Case, before: Mapping[str, Held], after: Mapping[str, Held]) -> None:
    for object_id, held in before.items():
        if not may_change(case, held):
            assert after.get(object_id) == held
    for object_id in after.keys() - before.keys():
        assert any(means(one, after[object_id]) for one in case.declares if not one.absent)


def check_receipt(receipt: Receipt, case: Case, before: Mapping[str, Held], after: Mapping[str, Held]) -> None:
    """Check that everything reported as done is done, and that nothing reported as not done is."""
    for result in receipt.results:
        identity = result.change.identity
        held = _found(identity, after)
        if result.outcome is Outcome.DONE and result.change.source is None:
            assert held is None or (held["eventCancelled"] and case.orphans is Orphans.CANCEL)
        elif result.outcome is Outcome.DONE:
            (wanted,) = [one for one in case.declares if _same(one.identity, identity)]
            assert wanted.absent if held is None else is_as_declared(wanted, held)
        elif result.outcome in {Outcome.REFUSED, Outcome.NOT_ATTEMPTED}:
            assert held == _found(identity, before)
    if receipt.exit_code not in {0, 6}:
        assert after == before


def _same(one: Identity, other: Identity) -> bool:
    return one.key == other.key


def _found(identity: Identity, held: Mapping[str, Held]) -> Held | None:
    if identity.object_id is not None:
        return held.get(identity.object_id)
    found = [one for one in held.values() if ids(one) == (str(OURS), *(identity.external or ()))]
    return found[0] if found else None


over_http = settings(
    deadline=None,  # a slow machine is no reason for a law to fail
    suppress_health_check=[HealthCheck.too_slow],  # nor is it a reason to give up
)


@settings(over_http, max_examples=100)
@given(cases())
def test_after_one_apply_nothing_is_left_to_do_and_nothing_foreign_differs(case: Case) -> None:
    policy = replace(POLICY, orphans=case.orphans, app_id=OURS if case.knows_app else None)
    with (
        TemporaryDirectory() as folder,
        running(begun(case, folder)) as sandbox,
        World(sandbox.base_url, version=case.version, policy=policy) as world,
    ):
        before = by_object_id(world)
        planned = world.plan(*case.declares)
        receipt = world.run(planned)
        after = by_object_id(world)
        left_out = {aside.identity for aside in receipt.set_aside} | {
            result.change.identity for result in receipt.results if result.outcome is Outcome.REFUSED
        }
        event(f"exit code {receipt.exit_code}")
        assert (receipt.exit_code == 0) == (not left_out)
        assert receipt.verified == ()
        assert {result.outcome for result in receipt.results} <= {Outcome.DONE, Outcome.REFUSED}
        check_receipt(receipt, case, before, after)
        check_nothing_foreign_changed(case, before, after)
        # HubSpot's list shows no account, and only one event of each account is read directly: a namesake of another
        # account can pass for a declared event, and the plan says so.
        unproven = any(found.code == "identity-unproven" for found in planned.plan.diagnostics)
        for one in case.declares:
            if one.absent:
                assert one.identity in left_out or not any(means(one, held) for held in after.values())
                continue
            assert one.identity in left_out or any(
                is_as_declared(one, held) and (means(one, held) or (unproven and is_namesake(one, held)))
                for held in after.values()
            )
        assert unproven or {change.identity for change in world.plan(*case.declares).plan.changes} <= left_out


_troubles = st.sampled_from(
    [Fate.REQUEST_LOST, Fate.ANSWER_LOST, Fate.ANSWER_LOST, Instead(503), Instead(400), Instead(403)]
)


@settings(over_http, max_examples=75)
@given(
    cases(),
    st.dictionaries(st.integers(0, 12), _troubles, max_size=3),
    st.sampled_from([1, 1, 4, 1_000]),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["edit", "remove"])), max_size=2),
)
def test_whatever_happens_meanwhile_the_receipt_is_true_and_the_next_run_converges(
    case: Case, troubles: dict[int, Treatment], lasting: int, meddling: list[tuple[int, str]]
) -> None:
    policy = replace(POLICY, orphans=case.orphans, app_id=OURS)
    with (
        TemporaryDirectory() as folder,
        running(begun(case, folder)) as sandbox,
        World(sandbox.base_url, version=case.version, policy=policy) as world,
    ):
        planned = world.plan(*case.declares)
        for number, deed in meddling:
            _meddle(world, number, deed)
        before = by_object_id(world)
        way = world.through(forwarding(world.base_url, _Trouble(troubles, lasting).decide))
        receipt = world.run(planned, portal=world.portal(base_url=way.base_url))
        event(f"exit code {receipt.exit_code}")
        after = by_object_id(world)
        check_receipt(receipt, case, before, after)
        check_nothing_foreign_changed(case, before, after)
        settled = world.apply(*case.declares)
        left_out = {result.change.identity for result in settled.results if result.guard is not None}
        assert settled.exit_code == 0 or left_out or settled.set_aside
        assert {change.identity for change in world.plan(*case.declares).plan.changes} <= left_out
        check_nothing_foreign_changed(case, before, by_object_id(world))


def _meddle(world: World, number: int, deed: str) -> None:
    """Make somebody change one of the events."""
    held = world.held()
    if number < len(held) and deed == "edit":
        world.edit(held[number], eventUrl=THEIRS)
    elif number < len(held):
        world.remove(held[number])


class _Trouble:
    """Requests that fail in some way, each this many times in a row."""

    def __init__(self, troubles: dict[int, Treatment], lasting: int) -> None:
        self.troubles = troubles
        self.lasting = lasting
        self.seen: list[tuple[str, str]] = []
        self.left: dict[tuple[str, str], int] = {}

    def decide(self, passing: Passing) -> Treatment:
        request = (passing.method, passing.target)
        if request not in self.seen:
            self.seen.append(request)
        number = self.seen.index(request)
        trouble = self.troubles.get(number)
        self.left[request] = self.left.get(request, self.lasting) - 1
        return Fate.PASSED_ON if trouble is None or self.left[request] < 0 else trouble
