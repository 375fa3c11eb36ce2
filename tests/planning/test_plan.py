"""Declared and live events become an ordered plan."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.change import Create, Delete, Update, rank
from reconciler.diagnostics import Diagnostic, Place, Severity, warning
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent, Value, instant
from reconciler.planning.claims import Claims
from reconciler.planning.evidence import Evidence
from reconciler.planning.orphans import Will
from reconciler.planning.ownership import match_events
from reconciler.planning.plan import Plan, build
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing
from tests.building import (
    APP,
    HEARD,
    NOW,
    OTHER_APP,
    POLICY,
    PORTAL,
    absent,
    adopted,
    declared,
    known,
    live,
    planned_from,
)

TOMORROW = instant(NOW + timedelta(days=1))
NAMED: dict[str, Value] = {"eventName": "Summit"}
DELETING = replace(POLICY, orphans=Orphans.DELETE)
NOBODY = replace(PORTAL, app_id=None)


def orphan(object_id: str, event_id: str = "old") -> LiveEvent:
    return live(object_id, event_id, {"eventName": "Old", "endDateTime": TOMORROW})


IDS = st.sampled_from(["a", "b", "c", "d"])
declarations = st.lists(IDS, unique=True).map(lambda ids: [declared(one, NAMED) for one in ids])
holdings = st.dictionaries(IDS, st.sampled_from(["Summit", "Gipfel"])).map(
    lambda held: [
        live(str(n), event_id, {"eventName": name, "endDateTime": TOMORROW})
        for n, (event_id, name) in enumerate(held.items(), start=1)
    ]
)
policies = st.sampled_from(Orphans).map(lambda orphans: replace(POLICY, orphans=orphans))


@given(declarations, holdings, policies)
def test_changes_stand_by_action_then_by_identity(
    events: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy
) -> None:
    plan = planned_from(events, lives, policy).plan
    assert list(plan.changes) == sorted(plan.changes, key=lambda one: (rank(one), one.identity.sort_key))
    assert list(plan.orphans) == sorted(plan.orphans, key=lambda one: one.identity.sort_key)


@given(st.data(), declarations, holdings, policies)
def test_the_order_in_which_things_were_read_makes_no_difference(
    data: st.DataObject, events: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy
) -> None:
    shuffled = planned_from(data.draw(st.permutations(events)), data.draw(st.permutations(lives)), policy).plan
    assert shuffled == planned_from(events, lives, policy).plan


@given(declarations, holdings, policies)
def test_every_event_is_counted_once(events: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy) -> None:
    plan = planned_from(events, lives, policy).plan
    of_declared = [change for change in plan.changes if change.source is not None]
    assert len(of_declared) + plan.unchanged == len(events)
    if plan.orphaned is not None:
        assert plan.orphaned == len(plan.orphans)
        updated = plan.count(Update) - sum(verdict.will is Will.CANCEL for verdict in plan.orphans)
        assert updated + plan.unchanged + plan.orphaned == len(lives)


@given(declarations, holdings, policies)
def test_an_orphan_is_a_change_exactly_where_something_will_happen_to_it(
    events: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy
) -> None:
    plan = planned_from(events, lives, policy).plan
    taken = {verdict.identity: verdict.will for verdict in plan.orphans if verdict.will is not Will.NOTHING}
    changed = {change.identity: change for change in plan.changes if change.source is None}
    assert taken.keys() == changed.keys()
    for identity, will in taken.items():
        assert isinstance(changed[identity], Delete if will is Will.DELETE else Update)


@given(declarations, holdings, policies)
def test_a_draft_knows_what_stands_behind_each_change(
    events: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy
) -> None:
    planned = planned_from(events, lives, policy)
    assert planned.declared.events == tuple(events)
    assert planned.policy == policy
    for change in planned.plan.changes:
        event, seen = planned.events.get(change.identity), planned.seen.get(change.identity)
        assert (event is None) == (change.source is None)
        assert event is None or event.identity.external == change.identity.external
        assert (seen is None) == isinstance(change, Create)
        assert seen is None or seen.identity == change.identity


def test_creates_updates_and_deletes_are_counted() -> None:
    planned = planned_from(
        [declared("new", NAMED), declared("changed", NAMED), declared("kept", NAMED)],
        [live("1", "changed"), live("2", "kept", NAMED), orphan("3"), live("4", "x", app=OTHER_APP)],
        DELETING,
    )
    plan = planned.plan
    assert [plan.count(Create), plan.count(Update), plan.count(Delete)] == [1, 1, 1]
    assert (plan.unchanged, plan.orphaned, plan.foreign) == (1, 1, 1)
    assert [change.identity.external_event_id for change in plan.changes] == ["new", "changed", "old"]


def test_accounts_come_before_event_ids_in_the_order() -> None:
    events = [declared("a", NAMED, account="beta"), declared("b", NAMED, account="acme")]
    assert [str(change.identity) for change in planned_from(events).plan.changes] == ["acme/b", "beta/a"]


def test_a_plan_is_for_the_portal_that_was_read() -> None:
    assert planned_from([]).plan.portal == PORTAL


def test_an_adopted_event_is_changed_under_its_object_id() -> None:
    planned = planned_from([adopted("7", NAMED)], [live("7", "zoom", app=OTHER_APP)])
    (change,) = planned.plan.changes
    assert change.identity == Identity(object_id="7")
    assert all(change.proven for change in planned.plan.changes)


def test_changes_to_events_that_are_not_proven_are_marked() -> None:
    lives = [live("1", "a"), orphan("2")]
    planned = planned_from([declared("a", NAMED), declared("new", NAMED)], lives, DELETING, Evidence(APP, OTHER_APP))
    assert [str(change.identity) for change in planned.plan.changes if not change.proven] == ["acme/a", "old"]
    assert planned.foreign_token


def test_changes_to_proven_events_are_not_marked() -> None:
    planned = planned_from([declared("a", NAMED)], [live("1", "a"), orphan("2")], DELETING)
    assert all(change.proven for change in planned.plan.changes)
    assert not planned.foreign_token


# Findings


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("number", "noun"), [(1, "1 unchanged event was recognised"), (2, "2 unchanged events were recognised")]
)
def test_unchanged_events_that_were_matched_by_event_id_alone_are_told(number: int, noun: str) -> None:
    ids = ["a", "b"][:number]
    planned = planned_from(
        [declared(one, NAMED) for one in ids],
        [live(one, one, NAMED) for one in ids],
        evidence=HEARD,
    )
    (told,) = planned.plan.diagnostics
    assert (told.code, told.severity) == ("identity-unproven", Severity.INFO)
    assert told.message == f"{noun} by event id alone; before an event is changed, it is proven to be ours"


def test_a_proven_or_changed_event_is_not_told_as_unproven() -> None:
    events = [declared("a", NAMED), declared("b", NAMED), declared("new", NAMED)]
    planned = planned_from(events, [live("1", "a", NAMED), live("2", "b")], evidence=known({"1": "acme"}))
    assert codes(planned.plan.diagnostics) == []


def test_a_foreign_token_is_told_because_it_proves_nothing() -> None:
    (told,) = planned_from([], evidence=Evidence(APP, OTHER_APP)).plan.diagnostics
    assert (told.code, told.severity) == ("proof-left-to-apply", Severity.INFO)
    assert told.message == (
        "the token belongs to app 2002, which cannot read the events of app 1001 by their external ids; "
        "apply will prove that they are under the declared account id"
    )


def test_an_unknown_app_is_told_because_it_hides_orphans() -> None:
    planned = planned_from([declared("new", NAMED)], evidence=Evidence(None, None), portal=NOBODY)
    (told,) = planned.plan.diagnostics
    assert (told.code, told.severity) == ("app-unknown", Severity.WARNING)
    assert told.message == "it is not known which app's events are ours, so there are no orphans"
    assert told.hint == "set appId in reconciler.yaml"


def test_an_unknown_app_hides_nothing_from_a_narrowed_run() -> None:
    policy = replace(POLICY, narrowed=True)
    assert (
        planned_from([declared("new")], policy=policy, evidence=Evidence(None, None), portal=NOBODY).plan.diagnostics
        == ()
    )


@pytest.mark.parametrize(
    ("held", "wanted", "refused"),
    [(True, False, True), (True, True, False), (False, False, False), (None, False, False), (False, True, False)],
)
def test_a_completion_cannot_be_taken_back(held: bool | None, *, wanted: bool, refused: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    fields: dict[str, Value] = {} if held is None else {"eventCompleted": held}
    planned = planned_from([declared(fields={"eventCompleted": wanted})], [live("1", fields=fields)])
    assert (codes(planned.plan.diagnostics) == ["completed-is-final"]) == refused


def test_an_undeclared_completion_stays_and_is_no_problem() -> None:
    planned = planned_from([declared(fields=NAMED)], [live("1", fields={**NAMED, "eventCompleted": True})])
    assert (planned.plan.diagnostics, planned.plan.changes) == ((), ())


def test_a_completion_that_is_taken_back_is_told_where_it_is_declared() -> None:
    event = declared(fields={"eventName": "Summit", "eventCompleted": False})
    held = live("1", fields={"eventCompleted": True})
    key = Place("events/_defaults.yaml", 5, 7)
    (told,) = planned_from([replace(event, places={"eventCompleted": key})], [held]).plan.diagnostics
    assert (told.severity, told.place) == (Severity.ERROR, key)
    assert told.message == "acme/summit is completed in HubSpot, and HubSpot cannot take that back"
    assert told.hint == "declare eventCompleted: true, or leave the key out"
    (told,) = planned_from([event], [held]).plan.diagnostics
    assert told.place == event.place


def test_findings_of_the_files_come_before_those_of_the_portal_in_file_order() -> None:
    events = (adopted("8"), adopted("7"))
    listing = Listing(NOBODY, ())
    evidence = Evidence(None, None)
    matched = match_events(Claims(Declared(events, 1), listing, POLICY, evidence))
    of_files = warning("no-events", "nothing there", Place("z"))
    planned = build(matched, Declared(events, 1, (of_files,)), POLICY, NOBODY, evidence, NOW)
    assert codes(planned.plan.diagnostics) == ["no-events", "app-unknown", "object-not-live", "object-not-live"]
    assert [one.place and one.place.file for one in planned.plan.diagnostics] == [
        "z",
        None,
        "events/object-7.yaml",
        "events/object-8.yaml",
    ]


def test_a_plan_that_was_never_read_counts_no_orphans() -> None:
    empty = Plan(PORTAL, (), 0)
    assert (empty.orphaned, empty.foreign, empty.orphans, empty.diagnostics, empty.reads) == (None, None, (), (), 0)
    assert empty.writes_to_apply == 0


def test_the_moment_of_planning_decides_which_orphans_are_over() -> None:
    listing = Listing(PORTAL, (orphan("1"),))
    evidence = known({"1": "acme"})
    matched = match_events(Claims(Declared((), 0), listing, DELETING, evidence))
    wills = [
        build(matched, Declared((), 0), DELETING, PORTAL, evidence, when).plan.orphans[0].will
        for when in (NOW, NOW + timedelta(days=2))
    ]
    assert wills == [Will.DELETE, Will.NOTHING]


def test_an_api_version_whose_support_ends_soon_is_warned_of() -> None:
    plan = planned_from([], portal=replace(PORTAL, api_version="2025-09")).plan
    assert codes(plan.diagnostics) == ["api-version-ending"]


def test_an_adopted_event_that_is_set_aside_has_the_name_that_it_has_in_hubspot() -> None:
    held = live("1", fields={"eventName": "Summit", "eventCompleted": True})
    planned = planned_from([adopted("1", {"eventCompleted": False})], [held])
    assert [aside.name for aside in planned.plan.set_aside] == ["Summit"]


def test_only_a_change_of_fields_can_be_proven_by_the_read_before_its_write() -> None:
    writing = replace(POLICY, reads_before_writing=True)
    lives = [live("1"), live("2", "other"), live("3", "proven")]
    events = [absent(), declared("other", NAMED), declared("proven")]
    planned = planned_from(events, lives, writing, known({"3": "acme"}))
    assert [(type(change), change.proven) for change in planned.plan.changes] == [(Update, True), (Delete, False)]


def test_an_absent_event_that_is_not_live_is_unchanged() -> None:
    plan = planned_from([absent(), declared("other")], [live("2", "other")]).plan
    assert (plan.changes, plan.unchanged, plan.orphaned, plan.is_fulfilled) == ((), 2, 0, True)


def test_what_a_plan_leaves_untouched_is_known_with_what_is_live() -> None:
    same, changed = declared("same", NAMED), declared("changed", NAMED)
    new, gone = declared("new", NAMED), absent("gone")
    aside = adopted("99", NAMED)
    lives = [live("1", "same", NAMED), live("2", "changed", {"eventName": "Gipfel"})]
    planned = planned_from([same, changed, new, gone, aside], lives)
    untouched = {event.identity.key: held and held.identity.object_id for event, held in planned.untouched()}
    assert untouched == {same.identity.key: "1", aside.identity.key: None}


@pytest.mark.parametrize(
    ("held", "was_over"),
    [
        ({"startDateTime": instant(NOW - timedelta(1)), "endDateTime": instant(NOW)}, True),
        ({"startDateTime": instant(NOW - timedelta(1)), "endDateTime": instant(NOW + timedelta(1))}, False),
        ({"startDateTime": instant(NOW)}, True),
        ({}, False),
    ],
)
def test_a_change_says_whether_its_event_was_over_when_it_was_planned(
    held: dict[str, Value], *, was_over: bool
) -> None:
    events = [declared("summit", {"eventName": "B"}), declared("new", {"eventName": "New"})]
    create, update = planned_from(events, [live("1", "summit", {"eventName": "A", **held})]).plan.changes
    assert (create.was_over, update.was_over) == (False, was_over)
