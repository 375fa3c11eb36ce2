"""Tests that an apply lets through what was approved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.approval import Selection, also_in, by_digest, by_plans, everything
from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change, Create, Delete, FieldChange, Source, Update
from reconciler.errors import Refused
from reconciler.event import Identity
from reconciler.planning.fingerprint import of_change, of_field
from reconciler.planning.plan import Plan
from tests.building import PORTAL, plans

DECLARED = Source("events/summit.yaml", 3)
NAME = FieldChange("eventName", "Gipfel", "Summit")
KIND = FieldChange("eventType", None, "WEBINAR")
SUMMIT = Identity("acme", "summit", "7")
NOT_REVIEWED = "not reviewed"
MOVED = "not the reviewed change: the file or HubSpot changed since the review"


def plan(*changes: Change) -> Plan:
    return Plan(PORTAL, changes, 0)


def update(*fields: FieldChange, identity: Identity = SUMMIT) -> Update:
    return Update(identity, "Summit", fields, DECLARED)


def create(*fields: FieldChange, event_id: str = "summit") -> Create:
    return Create(Identity("acme", event_id), "Summit", fields, DECLARED)


def delete(identity: Identity, *fields: FieldChange) -> Delete:
    return Delete(identity, "Summit", fields or (FieldChange("eventName", "Summit", None),))


def marks(portal: int, change: Change) -> set[str]:
    """Return the fingerprints that have to be approved for the change to run."""
    if isinstance(change, Update):
        return {of_field(portal, change, field) for field in change.fields}
    return {of_change(portal, change)}


def approved_in(*plans: Plan) -> set[str]:
    return {mark for plan in plans for change in plan.changes for mark in marks(plan.portal.id, change)}


@st.composite
def moved(draw: st.DrawFn, plan: Plan) -> Plan:
    """Draw what a plan might have become since its review: changes gone, fields gone, fields different."""
    changes = []
    for change in plan.changes:
        happened = draw(st.sampled_from(["nothing", "gone", "field gone", "other value", "other action"]))
        first, *rest = change.fields
        match happened:
            case "nothing":
                changes.append(change)
            case "field gone" if rest:
                changes.append(replace(change, fields=tuple(rest)))
            case "other value":
                changes.append(replace(change, fields=(replace(first, before=f"{first.before}+"), *rest)))
            case "other action":
                kind = Delete if isinstance(change, Update) else Update
                changes.append(kind(change.identity, change.name, change.fields, change.source))
            case _:
                pass
    return replace(plan, changes=tuple(changes), reads=plan.reads + 1)


@given(plans)
def test_a_plan_approves_itself_whole(plan: Plan) -> None:
    assert by_plans(plan, [plan]) == Selection(plan.changes)
    assert by_digest(plan, plan.digest) == Selection(plan.changes, whole=True)
    assert everything(plan) == Selection(plan.changes)


@given(st.data(), plans, plans)
def test_nothing_runs_whose_fingerprints_are_not_all_in_a_given_plan(
    data: st.DataObject, old: Plan, other: Plan
) -> None:
    new = data.draw(moved(replace(old, changes=old.changes + other.changes)))
    selection = by_plans(new, [old])
    assert all(marks(new.portal.id, change) <= approved_in(old) for change in selection.approved)


@given(st.data(), plans, plans)
def test_every_change_either_runs_or_is_set_aside_with_a_reason(data: st.DataObject, old: Plan, other: Plan) -> None:
    more = tuple(one for one in other.changes if one.identity not in {change.identity for change in old.changes})
    new = data.draw(moved(replace(old, changes=old.changes + more)))
    selection = by_plans(new, [old])
    aside = [result.change for result in selection.not_approved]
    assert [change for change in new.changes if change not in aside] == list(selection.approved)
    assert [change for change in new.changes if change not in selection.approved] == aside
    assert {(result.outcome, result.why) for result in selection.not_approved} <= {
        (Outcome.REFUSED, MOVED),
        (Outcome.NOT_ATTEMPTED, NOT_REVIEWED),
    }


@given(plans, plans)
def test_a_plan_for_another_portal_is_refused(plan: Plan, other: Plan) -> None:
    elsewhere = replace(other, portal=replace(other.portal, id=plan.portal.id + 1))
    with pytest.raises(Refused, match=f"made for portal {plan.portal.id + 1}, not for {plan.portal.id}"):
        by_plans(plan, [plan, elsewhere])


@given(plans)
def test_another_digest_is_refused(plan: Plan) -> None:
    with pytest.raises(Refused) as refused:
        by_digest(plan, "sha256:0")
    assert refused.value.message == (
        f"the plan is no longer the approved one: its digest is {plan.digest}, approved was sha256:0"
    )
    assert refused.value.hint == (
        "the changes as they stand now are listed above: review them, then approve their digest"
    )


@given(plans)
def test_without_a_reviewed_plan_nothing_runs(plan: Plan) -> None:
    assert by_plans(plan, []) == Selection(
        (), tuple(Result(change, Outcome.NOT_ATTEMPTED, NOT_REVIEWED) for change in plan.changes)
    )


def test_an_update_runs_where_each_of_its_fields_was_reviewed() -> None:
    assert by_plans(plan(update(NAME)), [plan(update(NAME, KIND))]).approved == (update(NAME),)


def test_the_fields_of_an_update_may_be_reviewed_in_several_plans() -> None:
    both = update(NAME, KIND)
    assert by_plans(plan(both), [plan(update(NAME)), plan(update(KIND))]).approved == (both,)


def test_an_update_with_one_field_more_than_was_reviewed_is_refused() -> None:
    both = update(NAME, KIND)
    assert by_plans(plan(both), [plan(update(NAME))]) == Selection((), (Result(both, Outcome.REFUSED, MOVED),))


@pytest.mark.parametrize("other", [replace(NAME, before="Summit 2026"), replace(NAME, after="Summit!")])
def test_an_update_from_or_to_another_value_is_refused(other: FieldChange) -> None:
    assert by_plans(plan(update(other)), [plan(update(NAME))]).not_approved == (
        Result(update(other), Outcome.REFUSED, MOVED),
    )


def test_a_create_runs_only_as_a_whole() -> None:
    reviewed = plan(create(NAME, KIND))
    assert by_plans(plan(create(NAME, KIND)), [reviewed]).approved == (create(NAME, KIND),)
    assert by_plans(plan(create(NAME)), [reviewed]).not_approved == (Result(create(NAME), Outcome.REFUSED, MOVED),)


def test_a_delete_runs_only_as_a_whole() -> None:
    gone = delete(Identity(None, "old", "7"), NAME, KIND)
    less = replace(gone, fields=(NAME,))
    assert by_plans(plan(gone), [plan(gone)]).approved == (gone,)
    assert by_plans(plan(less), [plan(gone)]).not_approved == (Result(less, Outcome.REFUSED, MOVED),)


def test_an_event_that_was_to_be_made_and_is_there_by_now_is_refused() -> None:
    assert by_plans(plan(update(NAME)), [plan(create(NAME))]).not_approved == (
        Result(update(NAME), Outcome.REFUSED, MOVED),
    )


def test_an_event_that_was_to_be_updated_and_is_gone_by_now_is_refused() -> None:
    assert by_plans(plan(create(NAME)), [plan(update(NAME))]).not_approved == (
        Result(create(NAME), Outcome.REFUSED, MOVED),
    )


def test_a_change_of_an_event_that_no_plan_held_is_not_attempted() -> None:
    new = create(NAME, event_id="other")
    assert by_plans(plan(create(NAME), new), [plan(create(NAME))]) == Selection(
        (create(NAME),), (Result(new, Outcome.NOT_ATTEMPTED, NOT_REVIEWED),)
    )


def test_an_orphan_runs_whether_or_not_its_account_id_was_known_at_the_review() -> None:
    seen, proven = delete(Identity(None, "old", "7")), delete(Identity("acme", "old", "7"))
    assert by_plans(plan(proven), [plan(seen)]).approved == (proven,)


def test_an_orphan_that_moved_is_recognised_by_its_object_id() -> None:
    seen, moved = delete(Identity(None, "old", "7")), delete(Identity("acme", "old", "7"), NAME)
    assert by_plans(plan(moved), [plan(seen)]).not_approved == (Result(moved, Outcome.REFUSED, MOVED),)


def test_a_declared_event_is_not_approved_as_the_orphan_it_was() -> None:
    cancelled = FieldChange("eventCancelled", None, after=True)
    orphan = Update(SUMMIT, "Summit", (cancelled,), source=None)
    again = update(cancelled)
    assert by_plans(plan(again), [plan(orphan)]).not_approved == (Result(again, Outcome.REFUSED, MOVED),)


def test_a_reviewed_change_that_has_become_true_counts_as_nothing() -> None:
    assert by_plans(plan(), [plan(create(NAME), update(KIND))]) == Selection(())


@given(st.data(), plans, plans)
def test_a_plan_shown_before_the_approval_only_takes_away(data: st.DataObject, reviewed: Plan, shown: Plan) -> None:
    known = {change.identity for change in reviewed.changes}
    more = tuple(change for change in shown.changes if change.identity not in known)
    new = data.draw(moved(replace(reviewed, changes=reviewed.changes + more)))
    shown = replace(shown, portal=new.portal)
    first = by_plans(new, [reviewed])
    both = also_in(shown, first, new)
    assert set(map(id, both.approved)) == set(map(id, first.approved)) & set(map(id, by_plans(new, [shown]).approved))
    assert len(both.approved) + len(both.not_approved) == len(new.changes)
    assert both.not_approved[: len(first.not_approved)] == first.not_approved


def test_what_was_shown_otherwise_before_the_approval_is_refused() -> None:
    new = plan(update(NAME))
    why = "not what was shown before the approval: the file or HubSpot changed since"
    assert also_in(plan(update(replace(NAME, before="Else"))), everything(new), new) == Selection(
        (), (Result(update(NAME), Outcome.REFUSED, why),)
    )


def test_an_event_that_was_not_shown_before_the_approval_is_not_attempted() -> None:
    new = plan(update(NAME))
    assert also_in(plan(), everything(new), new).not_approved == (
        Result(update(NAME), Outcome.NOT_ATTEMPTED, "it was not shown before the approval"),
    )
