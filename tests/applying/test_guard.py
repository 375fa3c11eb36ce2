"""The guard's approvals and refusals."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.approval import Selection, by_digest, everything
from reconciler.applying.guard import Limits, against_changes, against_the_run, approve, marked, newly_refused
from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Create, takes_away
from reconciler.diagnostics import Diagnostic, Place, Severity, error, warning
from reconciler.errors import Refused
from reconciler.event import DeclaredEvent, Identity, LiveEvent, Value, instant
from reconciler.planning.evidence import Evidence
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans, Policy, check_portal
from tests.building import APP, NOW, OTHER_APP, POLICY, absent, adopted, declared, known, live, planned_from

TOMORROW = instant(NOW + timedelta(days=1))
DELETING = replace(POLICY, orphans=Orphans.DELETE)
CANCELLING = replace(POLICY, orphans=Orphans.CANCEL)
NAMED: dict[str, Value] = {"eventName": "Summit"}
KEPT = declared("kept", {"eventName": "Kept"})


def orphan(object_id: str, registrants: int | None = 0, **fields: Value) -> LiveEvent:
    return live(object_id, f"old-{object_id}", {"endDateTime": TOMORROW, **fields}, registrants=registrants)


def reasons(planned: Planned, limits: Limits = Limits()) -> list[Diagnostic]:  # noqa: B008  (frozen, so it can be shared)
    """Return the reasons for which an apply of the whole plan, or of a part of it, would be refused."""
    try:
        approve(planned, Selection(planned.plan.changes, whole=True), limits)
    except Refused as refused:
        return list(refused.reasons)
    return []


def codes(planned: Planned, limits: Limits = Limits()) -> list[str]:  # noqa: B008  (frozen, so it can be shared)
    return [reason.code for reason in reasons(planned, limits)]


# What passes


def test_a_plan_that_no_guard_speaks_against_passes_as_it_is() -> None:
    planned, limits = planned_from([declared(fields=NAMED)]), Limits(1, 2)
    selection = everything(planned.plan)
    approved = approve(planned, selection, limits)
    assert approved.changes == planned.plan.changes
    assert (approved.planned, approved.selection, approved.limits) == (planned, selection, limits)


def test_only_what_was_selected_passes() -> None:
    planned = planned_from([declared("a", NAMED), declared("b", NAMED)])
    first, second = planned.plan.changes
    selection = Selection((first,), (Result(second, Outcome.NOT_ATTEMPTED, "not reviewed"),))
    assert approve(planned, selection, Limits()).changes == (first,)


def test_an_update_of_a_proven_event_passes() -> None:
    assert codes(planned_from([declared(fields=NAMED)], [live("1")])) == []


def test_every_reason_is_told_at_once() -> None:
    planned = planned_from([], [orphan("1", 3), orphan("2", None)], replace(DELETING, portal=None))
    assert codes(planned) == ["guard-portal", "guard-empty", "guard-deletes", "guard-registrants", "guard-registrants"]


def test_a_refusal_says_that_nothing_was_applied() -> None:
    planned = planned_from([])
    with pytest.raises(Refused, match="^the plan was not applied$"):  # noqa: RUF043  (the whole message)
        approve(planned, everything(planned.plan), Limits())


@given(
    people=st.lists(st.none() | st.integers(0, 9), max_size=4),
    proven=st.sets(st.sampled_from("0123")),
    limits=st.builds(Limits, st.none() | st.integers(0, 4), st.none() | st.integers(0, 20)),
    policy=st.sampled_from([DELETING, CANCELLING, POLICY, replace(DELETING, portal=None)]),
)
def test_what_passes_stays_within_every_limit(
    people: list[int | None], proven: set[str], limits: Limits, policy: Policy
) -> None:
    events = [orphan(str(number), count) for number, count in enumerate(people)]
    planned = planned_from([KEPT], events, policy, Evidence(APP, None, dict.fromkeys(proven, "acme")))
    taken = [change for change in planned.plan.changes if takes_away(change)]
    within = (
        policy.portal is not None
        and len(taken) <= (limits.deletes or 0)
        and all(change.registrants is not None for change in taken)
        and sum(change.registrants or 0 for change in taken) <= (limits.registrants or 0)
        and all(change.proven for change in planned.plan.changes)
    )
    assert (not reasons(planned, limits)) == within


# The portal


def test_a_portal_that_nobody_declared_is_refused() -> None:
    planned = planned_from([declared(fields=NAMED)], policy=replace(POLICY, portal=None))
    (reason,) = reasons(planned)
    assert (reason.code, reason.severity) == ("guard-portal", Severity.ERROR)
    assert reason.message == "the settings do not say which portal is meant"
    assert reason.hint == (
        "the token opens portal 1234567: if that is right, write `portal: 1234567` into reconciler.yaml"
    )


def test_the_sandbox_needs_no_declared_portal() -> None:
    assert codes(planned_from([declared(fields=NAMED)], policy=replace(POLICY, portal=None, any_portal=True))) == []


def test_the_portal_of_the_token_must_be_the_declared_one() -> None:
    with pytest.raises(Refused, match=r"the token opens portal 7, but reconciler\.yaml declares portal 8") as refused:
        check_portal(Policy(portal=8), 7)
    assert refused.value.hint == "use a token of the declared portal, or correct the settings"


@pytest.mark.parametrize("policy", [Policy(portal=7), Policy(), Policy(portal=8, any_portal=True)])
def test_the_declared_portal_any_portal_and_the_sandbox_pass(policy: Policy) -> None:
    check_portal(policy, 7)


# No declarations


def test_an_apply_of_no_declarations_at_all_is_refused() -> None:
    (reason,) = reasons(planned_from([]))
    assert reason.code == "guard-empty"
    assert reason.message == "no event is declared for this run, which is more often a mistake than a wish"
    assert (
        reason.hint
        == "check the path and the environment; if it is meant, give --max-deletes, in a workflow max_deletes"
    )


@pytest.mark.parametrize("deletes", [0, 5])
def test_no_declarations_pass_where_a_number_of_deletes_was_given(deletes: int) -> None:
    assert codes(planned_from([]), Limits(deletes=deletes)) == []


def test_one_declared_event_is_enough() -> None:
    assert codes(planned_from([KEPT])) == []


# Orphans that go


@pytest.mark.parametrize("policy", [DELETING, CANCELLING])
def test_nothing_is_taken_away_unless_a_number_allows_it(policy: Policy) -> None:
    planned = planned_from([KEPT], [orphan("1")], policy)
    (reason,) = reasons(planned)
    assert reason.code == "guard-deletes"
    assert reason.message == "1 undeclared event would be deleted or cancelled, 0 allowed"
    assert reason.hint == "declare them, or allow it with --max-deletes 1, in a workflow with max_deletes: 1"


@pytest.mark.parametrize(("allowed", "refused"), [(1, True), (2, False), (3, False)])
def test_deletes_and_cancellations_are_held_against_the_number(allowed: int, *, refused: bool) -> None:
    planned = planned_from([KEPT], [orphan("1"), orphan("2")], DELETING)
    assert (codes(planned, Limits(deletes=allowed)) == ["guard-deletes"]) == refused


def test_several_orphans_are_counted_as_several() -> None:
    (reason,) = reasons(planned_from([KEPT], [orphan("1"), orphan("2")], DELETING), Limits(deletes=1))
    assert reason.message == "2 undeclared events would be deleted or cancelled, 1 allowed"


def test_declared_changes_are_not_counted_as_deletes() -> None:
    cancelling = declared(fields={"eventCancelled": True})
    assert codes(planned_from([cancelling], [live("1", registrants=500)])) == []


@pytest.mark.parametrize(("allowed", "refused"), [(None, True), (6, True), (7, False)])
def test_the_people_on_all_orphans_that_go_are_added_up(allowed: int | None, *, refused: bool) -> None:
    planned = planned_from([KEPT], [orphan("1", 3), orphan("2", 4)], DELETING)
    assert (codes(planned, Limits(2, allowed)) == ["guard-registrants"]) == refused


def test_a_refusal_for_people_says_how_many_there_are() -> None:
    (reason,) = reasons(planned_from([KEPT], [orphan("1", 3)], CANCELLING), Limits(1, 2))
    assert reason.message == "3 people are registered on events that would be deleted or cancelled, 2 allowed"
    assert reason.hint == "allow it with --max-registrants 3, in a workflow with max_registrants: 3"


def test_an_unknown_number_of_people_is_over_any_bound() -> None:
    planned = planned_from([KEPT], [orphan("1", None), orphan("2", 1)], DELETING)
    (reason,) = reasons(planned, Limits(9, 1_000_000))
    assert reason.code == "guard-registrants"
    assert reason.message == ("HubSpot does not say how many people are registered on 1 of the events to be taken away")
    assert reason.hint == "look at these events in HubSpot, and delete or cancel them there"


def test_without_a_number_not_one_person_may_be_registered() -> None:
    assert codes(planned_from([KEPT], [orphan("1", 1)], DELETING), Limits(deletes=1)) == ["guard-registrants"]
    assert codes(planned_from([KEPT], [orphan("1", 0)], DELETING), Limits(deletes=1)) == []


def test_an_orphan_that_stays_is_no_reason_to_refuse() -> None:
    assert codes(planned_from([KEPT], [orphan("1", None)], POLICY)) == []


# Protected events


def cancelled(*, protect: bool) -> DeclaredEvent:
    return declared("summit-2027", {"eventCancelled": True}, protect=protect)


SUMMIT = live("1", "summit-2027")
GLOB = replace(POLICY, protect=("summit-*",))


@pytest.mark.parametrize(("protect", "policy"), [(True, POLICY), (False, GLOB), (True, GLOB)])
def test_a_protected_event_cannot_be_cancelled_by_its_declaration(policy: Policy, *, protect: bool) -> None:
    (reason,) = reasons(planned_from([cancelled(protect=protect)], [SUMMIT], policy))
    assert reason.code == "guard-protected"
    assert reason.place == Place("events/summit-2027.yaml", 3)
    assert reason.message == "acme/summit-2027 is protected, and its declaration cancels it"
    assert reason.hint == "take the protection away first, in a change of its own"


def test_an_event_that_nobody_protects_can_be_cancelled() -> None:
    assert codes(planned_from([cancelled(protect=False)], [SUMMIT], replace(POLICY, protect=("other-*",)))) == []


def test_other_changes_of_a_protected_event_pass() -> None:
    assert codes(planned_from([declared("summit-2027", NAMED, protect=True)], [SUMMIT], GLOB)) == []
    revived = declared("summit-2027", {"eventCancelled": False}, protect=True)
    assert codes(planned_from([revived], [live("1", "summit-2027", {"eventCancelled": True})])) == []


def test_a_protected_adopted_event_cannot_be_cancelled_either() -> None:
    planned = planned_from([adopted("9", {"eventCancelled": True}, protect=True)], [live("9", None, app=OTHER_APP)])
    assert codes(planned) == ["guard-protected"]


def test_every_protected_event_is_told() -> None:
    events = [declared(name, {"eventCancelled": True}, protect=True) for name in ("a", "b")]
    planned = planned_from([KEPT, *events], [live("1", "a"), live("2", "b")])
    assert codes(planned) == ["guard-protected", "guard-protected"]


# Whose event it is


def test_an_event_whose_identity_is_not_proven_is_never_changed() -> None:
    planned = planned_from([declared(fields=NAMED)], [live("1")], evidence=Evidence(APP, None))
    (reason,) = reasons(planned)
    assert reason.code == "guard-unproven"
    assert reason.place == Place("events/summit.yaml", 3)
    assert reason.message == ("it is not proven that acme/summit is ours: reading it by its external ids finds nothing")
    assert reason.hint == (
        "check externalAccountId and appId, and whether the token belongs to the app that made the event"
    )


def test_an_orphan_whose_identity_is_not_proven_is_never_changed() -> None:
    planned = planned_from([KEPT], [orphan("1")], DELETING, Evidence(APP, None))
    (reason,) = reasons(planned, Limits(deletes=1))
    assert (reason.code, reason.place) == ("guard-unproven", None)


def beside(*lives: LiveEvent, policy: Policy = POLICY, evidence: Evidence | None = None) -> Planned:
    """Plan three creates, two of them under one account id, in a portal that holds these events."""
    events = [declared("a", NAMED), declared("b", NAMED), declared("c", NAMED, account="beta")]
    return planned_from(events, lives, policy, known() if evidence is None else evidence)


@pytest.mark.parametrize(
    ("held", "account", "message", "hint"),
    [
        (
            live("1", "a", app=OTHER_APP),
            None,
            "the id of an event to create, a, is live already; made by app 2002",
            (
                "if these are meant, use a token, and an appId, of app 2002; "
                "if not, write `besides: [2002]` in the settings"
            ),
        ),
        (
            live("1", "a"),
            "old",
            "the id of an event to create, a, is live already; made by our app under account id old",
            "if these are meant, declare that account id; if not, write `besides: [old]` in the settings",
        ),
        (
            live("1", "a"),
            None,
            "the id of an event to create, a, is live already; made by our app under another account id",
            "if these are meant, declare that account id; if not, name that account id under besides in the settings",
        ),
        (
            live("1", "a", app=None),
            None,
            "the id of an event to create, a, is live already; HubSpot does not say which app made it",
            "give the new event another id, or declare the live one by its objectId",
        ),
    ],
)
def test_an_event_that_is_live_elsewhere_refuses_every_create_under_its_account(
    held: LiveEvent, account: str | None, message: str, hint: str
) -> None:
    misses = frozenset({("acme", "a")})
    evidence = replace(known({} if account is None else {"1": account}), misses=misses)
    planned = beside(held, evidence=evidence)
    (reason,) = reasons(planned)
    assert (reason.code, reason.place, reason.message, reason.hint) == ("guard-besides", None, message, hint)
    approved = approve(planned, everything(planned.plan), Limits())
    assert [str(change.identity) for change in approved.changes] == ["beta/c"]
    assert [str(result.change.identity) for result in approved.refused] == ["acme/a", "acme/b"]


def test_where_live_events_are_not_found_every_create_under_their_account_is_refused() -> None:
    planned = planned_from([declared("new")], [])
    planned = replace(planned, matched=replace(planned.matched, unanswered=frozenset({"acme"})))
    (reason,) = reasons(planned)
    message = (
        f"it is not proven that the token makes events of app {planned.plan.portal.app_id}: "
        "events that are live are not found by their ids under acme"
    )
    hint = "check externalAccountId and appId, and whether the token belongs to the app that made the events"
    assert (reason.code, reason.message, reason.hint) == ("guard-unproven", message, hint)


def test_events_that_are_live_elsewhere_are_counted_by_who_has_them() -> None:
    planned = beside(live("1", "a", app=OTHER_APP), live("2", "b", app=OTHER_APP), live("3", "b", app=3003))
    assert [reason.message for reason in reasons(planned)] == [
        "the ids of 2 events to create are live already, the first is a; made by app 2002",
        "the id of an event to create, b, is live already; made by app 3003",
    ]


def test_an_app_id_in_the_settings_does_not_say_that_events_may_stand_beside_others() -> None:
    assert codes(beside(live("1", "a", app=OTHER_APP), policy=replace(POLICY, app_id=APP))) == ["guard-besides"]


def test_new_events_may_stand_beside_those_that_the_settings_name() -> None:
    assert codes(beside(live("1", "a", app=OTHER_APP), policy=replace(POLICY, besides=frozenset({"2002"})))) == []


def test_a_token_of_another_app_changes_nothing() -> None:
    planned = planned_from([declared(fields=NAMED)], [live("1")], evidence=Evidence(APP, OTHER_APP))
    (reason,) = reasons(planned)
    assert reason.code == "guard-app"
    assert reason.message == "the token belongs to another app than the one whose events are declared"
    assert reason.hint == f"apply with a token of app {APP}"


def test_a_token_of_another_app_has_nothing_to_refuse_where_nothing_changes() -> None:
    assert codes(planned_from([declared()], [live("1")], evidence=Evidence(APP, OTHER_APP))) == []


def test_a_plan_foresees_all_refusals_but_those_of_the_token() -> None:
    planned = planned_from([KEPT], [orphan("1")], DELETING, Evidence(APP, OTHER_APP))
    foreseen = against_changes(planned, planned.plan.changes, Limits())
    assert [refusal.reason.code for refusal in foreseen] == ["guard-deletes"]
    assert against_the_run(planned, Limits()) == ()
    assert codes(planned) == ["guard-app", "guard-deletes"]


def test_guards_judge_what_was_selected_and_nothing_else() -> None:
    planned = planned_from([KEPT, declared(fields=NAMED)], [orphan("1", None)], DELETING)
    kept = tuple(change for change in planned.plan.changes if isinstance(change, Create))
    assert approve(planned, Selection(kept), Limits()).changes == kept


def test_an_adopted_event_needs_no_proof() -> None:
    planned = planned_from([adopted("9", NAMED)], [live("9", None, app=None)], evidence=known())
    assert codes(planned) == []
    assert [change.identity for change in planned.plan.changes] == [Identity(object_id="9")]


# One change that is refused, and the others


NEW = declared("new", NAMED)
OLD = live("1", "kept", KEPT.fields)


def two_kinds() -> Planned:
    """Plan a create that may run, and an orphan's deletion that exceeds every limit."""
    return planned_from([KEPT, NEW], [OLD, orphan("7", 3)], DELETING)


def test_a_guard_of_changes_refuses_these_and_no_others() -> None:
    planned = two_kinds()
    create, delete = planned.plan.changes
    approved = approve(planned, everything(planned.plan), Limits())
    assert approved.changes == (create,)
    why = "1 undeclared event would be deleted or cancelled, 0 allowed"
    assert approved.refused == (Result(delete, Outcome.REFUSED, why, "guard-deletes"),)


def test_of_what_was_approved_as_a_whole_no_part_runs_alone() -> None:
    planned = two_kinds()
    with pytest.raises(Refused) as refused:
        approve(planned, by_digest(planned.plan, planned.plan.digest), Limits())
    assert [reason.code for reason in refused.value.reasons] == ["guard-deletes", "guard-registrants"]


def test_a_guard_of_the_run_refuses_every_change() -> None:
    planned = planned_from([NEW], policy=replace(POLICY, portal=None))
    with pytest.raises(Refused) as refused:
        approve(planned, everything(planned.plan), Limits())
    assert [reason.code for reason in refused.value.reasons] == ["guard-portal"]


def test_a_plan_shows_at_each_change_whether_a_guard_refuses_it() -> None:
    planned = two_kinds()
    plan = marked(planned, Limits())
    assert [change.refused for change in plan.changes] == [
        None,
        "1 undeclared event would be deleted or cancelled, 0 allowed",
    ]
    assert [(found.code, found.severity) for found in plan.diagnostics] == [
        ("guard-deletes", Severity.WARNING),
        ("guard-registrants", Severity.WARNING),
    ]
    assert plan.digest == planned.plan.digest


def test_what_the_base_would_equally_have_been_refused_is_not_new() -> None:
    before = planned_from([KEPT], [OLD, orphan("7", 3)], DELETING)
    planned = replace(two_kinds(), before=before)
    assert newly_refused(planned, Limits()) == ()
    (result,) = approve(planned, everything(planned.plan), Limits()).refused
    assert (result.guard, result.preexisting) == ("guard-deletes", True)


def test_what_the_base_would_have_been_refused_for_less_is_new() -> None:
    before = planned_from([KEPT], [OLD, orphan("7", 3)], DELETING)
    planned = replace(planned_from([KEPT], [OLD, orphan("7", 3), orphan("8")], DELETING), before=before)
    assert [reason.code for reason in newly_refused(planned, Limits())] == ["guard-deletes", "guard-registrants"]
    refused = approve(planned, everything(planned.plan), Limits()).refused
    assert [(str(result.change.identity), result.preexisting) for result in refused] == [
        ("acme/old-7", True),
        ("acme/old-8", False),
    ]


def test_a_reason_that_is_new_since_the_base_goes_before_one_that_is_not() -> None:
    before = planned_from([KEPT], [OLD, orphan("7", None)], DELETING)
    planned = replace(planned_from([KEPT], [OLD, orphan("7", None), orphan("8")], DELETING), before=before)
    first, second = approve(planned, everything(planned.plan), Limits(1, 0)).refused
    assert (first.guard, first.preexisting) == ("guard-deletes", False)
    assert (second.guard, second.preexisting) == ("guard-deletes", False)


def test_a_refusal_that_the_base_would_have_met_too_is_not_new() -> None:
    unnamed = replace(POLICY, portal=None)
    planned = replace(planned_from([NEW], policy=unnamed), before=planned_from([KEPT], policy=unnamed))
    assert newly_refused(planned, Limits()) == ()
    with pytest.raises(Refused):
        approve(planned, everything(planned.plan), Limits())
    new = replace(planned, before=planned_from([KEPT]))
    assert [reason.code for reason in newly_refused(new, Limits())] == ["guard-portal"]


def test_nothing_is_declared_is_told_of_a_plan_and_is_new_where_something_was() -> None:
    planned = planned_from([])
    assert [found.code for found in marked(planned, Limits()).diagnostics if found.code == "guard-empty"] == [
        "guard-empty"
    ]
    assert [reason.code for reason in newly_refused(planned, Limits())] == ["guard-empty"]


def test_that_nothing_is_declared_is_told_once() -> None:
    read = (warning("no-events", "nothing there"), warning("hidden-settings", "two"))
    planned = planned_from([])
    planned = replace(planned, plan=replace(planned.plan, diagnostics=read))
    assert [found.code for found in marked(planned, Limits()).diagnostics] == ["hidden-settings", "guard-empty"]
    assert marked(planned, Limits(deletes=0)).diagnostics == read


def test_that_nothing_is_declared_is_not_new_where_nothing_was() -> None:
    planned = planned_from([])
    assert newly_refused(replace(planned, before=planned_from([])), Limits()) == ()


def test_one_reason_that_was_there_at_the_base_is_not_new_and_marks_its_change() -> None:
    before = planned_from([KEPT], [OLD, orphan("7", 3)], DELETING)
    planned = replace(two_kinds(), before=before)
    assert newly_refused(planned, Limits(0, 3)) == ()
    assert [change.refused is None for change in marked(planned, Limits(0, 3)).changes] == [True, False]


def test_a_new_event_and_the_deletion_of_its_lookalike_are_refused_together() -> None:
    planned = two_kinds()
    create = planned.plan.changes[0]
    assert isinstance(create, Create)
    tied = replace(planned, successors={"7": (create,)})
    (refusal,) = [
        one for one in against_changes(tied, planned.plan.changes, Limits()) if one.reason.code == "guard-renamed"
    ]
    assert refusal.changes == (create,)
    assert refusal.reason == error(
        "guard-renamed",
        f"{create.identity} looks like acme/old-7 under a new id: "
        "the one is made and the other taken away together, or neither is",
        create.place,
        "approve both, within --max-deletes and --max-registrants; or declare the event by its old id",
    )


def test_a_run_without_a_new_event_and_its_lookalike_is_not_refused_for_these() -> None:
    planned = two_kinds()
    create = planned.plan.changes[0]
    assert isinstance(create, Create)
    assert against_changes(replace(planned, successors={"7": (create,)}), (), Limits()) == ()


def test_an_event_live_elsewhere_refuses_no_create_under_another_account() -> None:
    planned = beside(live("1", "a", app=OTHER_APP))
    (beta,) = [change for change in planned.plan.changes if change.identity.external_account_id == "beta"]
    assert against_changes(planned, [beta], Limits()) == ()


# Events that are declared absent


def test_an_event_that_is_declared_absent_counts_by_its_people_alone() -> None:
    planned = planned_from([absent("old-1")], [orphan("1", 3)])
    assert codes(planned, Limits(None, 3)) == []
    (reason,) = reasons(planned, Limits(100, 2))
    assert (reason.code, reason.hint) == (
        "guard-registrants",
        "allow it with --max-registrants 3, in a workflow with max_registrants: 3",
    )
    assert codes(planned_from([absent("old-1")], [orphan("1", None)]), Limits(0, 100)) == ["guard-registrants"]


def test_people_are_counted_together_for_orphans_and_absent_events() -> None:
    planned = planned_from([absent("old-1")], [orphan("1", 3), orphan("2", 2)], DELETING)
    assert codes(planned, Limits(1, 5)) == []
    assert codes(planned, Limits(1, 4)) == ["guard-registrants"]
    assert codes(planned, Limits(0, 5)) == ["guard-deletes"]


@pytest.mark.parametrize(
    ("protect", "policy"),
    [
        (True, POLICY),
        (False, replace(POLICY, protect=("sum*",))),
        (False, replace(POLICY, protected=frozenset({Identity("acme", "summit")}))),
        (False, replace(POLICY, protected=frozenset({Identity(object_id="1")}))),
    ],
    ids=["by a default", "by the settings", "by the base", "by the base, as an object"],
)
def test_a_protected_event_is_not_deleted_by_its_declaration(protect: bool, policy: Policy) -> None:  # noqa: FBT001  (a parameter of the test)
    (reason,) = reasons(planned_from([absent(protect=protect)], [live("1")], policy))
    assert reason.code == "guard-protected"
    assert reason.message == "acme/summit is protected, and its declaration deletes it"
    assert reason.place == Place("events/summit.yaml", 3)


def test_what_the_base_protects_may_be_cancelled_by_a_declaration() -> None:
    policy = replace(POLICY, protected=frozenset({Identity("acme", "summit")}))
    assert codes(planned_from([declared(fields={"eventCancelled": True})], [live("1")], policy)) == []


def test_an_absent_event_that_is_not_proven_is_not_deleted() -> None:
    planned = planned_from([absent()], [live("1")], evidence=Evidence(APP, None))
    assert codes(planned) == ["guard-unproven"]


def test_a_part_of_the_files_deletes_nothing_that_is_declared_absent() -> None:
    events, lives = [absent(), declared("b", NAMED)], [live("1"), live("2", "b")]
    planned = planned_from(events, lives, replace(POLICY, narrowed=True))
    (refusal,) = against_changes(planned, planned.plan.changes, Limits())
    what = "acme/summit is declared absent, but a file that was not read may declare it too"
    hint = "run over the whole folder of the settings"
    assert refusal.reason == error("guard-narrowed", what, Place("events/summit.yaml", 3), hint)
    assert [str(change.identity) for change in refusal.changes] == ["acme/summit"]
    assert codes(planned_from(events, lives)) == []


def test_one_event_that_is_declared_absent_is_a_declaration() -> None:
    assert codes(planned_from([absent()])) == []
