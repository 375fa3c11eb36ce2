"""The origin of each difference: the files, HubSpot or both, or a merge that waits to be applied."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given

from reconciler.change import Action, Origin
from reconciler.declarations.base import NO_BASE, Base
from reconciler.diagnostics import warning
from reconciler.event import CUSTOM, DeclaredEvent, Identity, Kind, LiveEvent, Value
from reconciler.planning.origins import of_what_is_merged, with_origins
from reconciler.planning.plan import Plan
from reconciler.policy import Orphans, Policy
from reconciler.render.json import plan_json
from reconciler.render.saved import read_plan
from tests.building import POLICY, absent, adopted, declared, declared_fields, live, pairs, planned_from

FILES, HUBSPOT, BOTH, MIXED, UNKNOWN = Origin.FILES, Origin.HUBSPOT, Origin.BOTH, Origin.MIXED, Origin.UNKNOWN
PENDING = Origin.PENDING
LATER = {"startDateTime": "2027-04-15T15:00:00Z"}
DELETES = replace(POLICY, orphans=Orphans.DELETE)
CANCELS = replace(POLICY, orphans=Orphans.CANCEL)


def origins(plan: Plan) -> dict[str, Origin]:
    (change,) = plan.changes
    return {field.name: field.origin for field in change.fields}


@pytest.mark.parametrize(
    ("name", "base", "held", "wanted", "origin"),
    [
        ("eventType", "A", "A", "B", FILES),
        ("eventType", "A", "B", "A", HUBSPOT),
        ("eventType", "A", "B", "C", BOTH),
        ("eventType", "A", None, "A", HUBSPOT),
        ("eventType", "A", "A", None, FILES),
        ("eventType", None, "A", None, HUBSPOT),
        ("eventType", None, None, "A", FILES),
        ("eventType", None, "A", "B", BOTH),
        ("eventType", " A\r\n", "A", "B", FILES),
        ("eventType", "A ", "B", "A", HUBSPOT),
        ("eventCancelled", False, None, True, FILES),
        ("eventCancelled", False, True, False, HUBSPOT),
        ("eventCancelled", True, False, True, HUBSPOT),
        ("startDateTime", "2027-04-15T15:00:00Z", None, "2027-04-15T15:00:00Z", HUBSPOT),
        ("startDateTime", "2027-04-15T15:00:00Z", "2027-04-15T15:00:00Z", "2027-04-16T15:00:00Z", FILES),
        ("customProperties.region", "EMEA", "APAC", "EMEA", HUBSPOT),
    ],
)
def test_a_field_comes_from_the_side_that_left_the_base(
    name: str, base: Value, held: Value, wanted: Value, origin: Origin
) -> None:
    planned = planned_from([declared(fields={name: wanted})], [live("1", "summit", fields={name: held})])
    traced = with_origins(planned, Base((declared(fields={name: base}),)))
    assert origins(traced.plan) == {name: origin}
    assert traced.plan.changes[0].origin is origin


def test_a_custom_property_is_compared_in_its_own_terms() -> None:
    name = f"{CUSTOM}topics"
    now = replace(declared(fields={name: "a;b"}), kinds={name: Kind.OPTIONS})
    planned = planned_from([now], [live("1", "summit", fields={name: "c"})])
    assert origins(with_origins(planned, Base((declared(fields={name: "b; a"}),))).plan) == {name: HUBSPOT}
    assert origins(with_origins(planned, Base((declared(fields={name: "c;c"}),))).plan) == {name: FILES}


def test_a_field_that_the_base_did_not_manage_comes_from_the_files() -> None:
    planned = planned_from([declared(fields={"eventType": "B"})], [live("1", "summit", fields={"eventType": "A"})])
    assert origins(with_origins(planned, Base((declared(),))).plan) == {"eventType": FILES}


@pytest.mark.parametrize("event", [declared(fields={"eventType": "B"}), adopted("1", {"eventType": "B"})], ids=str)
def test_an_event_that_the_base_did_not_declare_comes_from_the_files(event: DeclaredEvent) -> None:
    planned = planned_from([event], [live("1", "summit", fields={"eventType": "A"})])
    assert origins(with_origins(planned, Base((declared("other"),))).plan) == {"eventType": FILES}


def test_an_adopted_event_is_compared_as_any_other() -> None:
    planned = planned_from([adopted("1", {"eventType": "B"})], [live("1", fields={"eventType": "A"})])
    assert origins(with_origins(planned, Base((adopted("1", {"eventType": "B"}),))).plan) == {"eventType": HUBSPOT}


def test_fields_of_several_origins_make_a_mixed_change() -> None:
    planned = planned_from(
        [declared(fields={"eventType": "B", "eventUrl": "https://b.example"})],
        [live("1", "summit", fields={"eventType": "A", "eventUrl": "https://a.example"})],
    )
    base = Base((declared(fields={"eventType": "A", "eventUrl": "https://b.example"}),))
    plan = with_origins(planned, base).plan
    assert origins(plan) == {"eventType": FILES, "eventUrl": HUBSPOT}
    assert plan.changes[0].origin is MIXED


@pytest.mark.parametrize(("base", "origin"), [((), FILES), ((declared(fields={"eventType": "A"}),), HUBSPOT)])
def test_a_create_that_the_base_declared_was_deleted_in_hubspot(
    base: tuple[DeclaredEvent, ...], origin: Origin
) -> None:
    planned = planned_from([declared(fields={"eventName": "Summit", "eventType": "B"})])
    plan = with_origins(planned, Base(base)).plan
    assert plan.changes[0].action is Action.CREATE
    assert set(origins(plan).values()) == {origin}


@pytest.mark.parametrize("policy", [DELETES, CANCELS], ids=lambda policy: policy.orphans)
@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ((declared(),), FILES),
        ((adopted("1"),), FILES),
        ((), UNKNOWN),
        ((declared("other"),), UNKNOWN),
    ],
)
def test_an_orphan_that_the_base_declared_comes_from_the_files(
    policy: Policy, base: tuple[DeclaredEvent, ...], origin: Origin
) -> None:
    planned = planned_from([declared("other")], [live("1", "summit", fields=LATER), live("2", "other")], policy)
    plan = with_origins(planned, Base(base)).plan
    assert set(origins(plan).values()) == {origin}


def test_what_is_wrong_with_the_base_is_told_and_leaves_origins_unknown() -> None:
    planned = planned_from([declared(fields={"eventType": "B"})], [live("1", "summit", fields={"eventType": "A"})])
    wrong = warning("base-invalid", "it is wrong")
    plan = with_origins(planned, Base(diagnostics=(wrong,), known=False)).plan
    assert origins(plan) == {"eventType": UNKNOWN}
    assert plan.diagnostics == (*planned.plan.diagnostics, wrong)


def test_without_a_base_a_plan_stays_as_it_is() -> None:
    planned = planned_from([declared(fields={"eventType": "B"})], [live("1", "summit", fields={"eventType": "A"})])
    assert with_origins(planned, NO_BASE) == planned


@given(pairs(), declared_fields)
def test_no_approval_depends_on_the_base(pair: tuple[DeclaredEvent, LiveEvent], then: Mapping[str, Value]) -> None:
    event, held = pair
    held = replace(held, identity=Identity(None, "summit", "1"))
    planned = planned_from([event], [held])
    traced = with_origins(planned, Base((declared(fields=then),))).plan
    assert traced.digest == planned.plan.digest
    assert UNKNOWN not in {field.origin for change in traced.changes for field in change.fields}
    assert read_plan(plan_json(traced)) == traced


@given(pairs())
def test_what_the_base_holds_as_hubspot_does_is_never_drift(pair: tuple[DeclaredEvent, LiveEvent]) -> None:
    event, held = pair
    held = replace(held, identity=Identity(None, "summit", "1"))
    then = declared(fields={name: held.fields.get(name) for name in event.fields})
    for change in with_origins(planned_from([event], [held]), Base((then,))).plan.changes:
        assert change.origin is FILES
    for change in with_origins(planned_from([event], [held]), Base((event,))).plan.changes:
        assert change.origin is HUBSPOT


def test_a_field_has_its_origin_across_a_change_from_external_ids_to_the_object_id() -> None:
    then, held = [declared(fields={"eventType": "A"})], [live("1", "summit", fields={"eventType": "B"})]
    planned = replace(planned_from([adopted("1", {"eventType": "A"})], held), before=planned_from(then, held))
    assert origins(with_origins(planned, Base(tuple(then))).plan) == {"eventType": HUBSPOT}


@pytest.mark.parametrize(
    ("base", "origin"), [((), FILES), ((declared(fields={"eventType": "B"}),), FILES), ((absent(),), HUBSPOT)]
)
def test_an_event_that_the_base_declared_absent_was_made_again(base: tuple[DeclaredEvent, ...], origin: Origin) -> None:
    planned = planned_from([absent()], [live("1", fields={"eventType": "A"})])
    plan = with_origins(planned, Base(base)).plan
    assert plan.changes[0].action is Action.DELETE
    assert origins(plan) == {"eventType": origin}


def test_what_is_no_longer_declared_absent_comes_from_the_files() -> None:
    event = declared(fields={"eventType": "B"})
    assert origins(with_origins(planned_from([event]), Base((absent(),))).plan) == {"eventType": FILES}
    planned = planned_from([event], [live("1", fields={"eventType": "A"})])
    assert origins(with_origins(planned, Base((absent(),))).plan) == {"eventType": FILES}


def test_why_an_orphan_is_live_that_the_base_declared_absent_is_unknown() -> None:
    planned = planned_from([declared("other")], [live("1", fields=LATER), live("2", "other")], DELETES)
    assert set(origins(with_origins(planned, Base((absent(),))).plan).values()) == {UNKNOWN}


def test_a_field_that_was_initial_and_is_declared_comes_from_the_files() -> None:
    planned = planned_from([declared(fields={"eventType": "B"})], [live("1", fields={"eventType": "A"})])
    then = replace(declared(), initial={"eventType": "B"})
    assert origins(with_origins(planned, Base((then,))).plan) == {"eventType": FILES}


# What is merged and not applied yet


def since(applied: tuple[DeclaredEvent, ...], *base: DeclaredEvent) -> Base:
    """Return a base with what was declared at the last apply, which was before it."""
    return Base(base, applied=Base(applied))


def url(value: Value, event_id: str = "summit") -> DeclaredEvent:
    return declared(event_id, {"eventUrl": value})


@pytest.mark.parametrize(
    ("applied", "base", "held", "wanted", "origin"),
    [
        ("A", "B", "A", "B", PENDING),
        ("A", "B", "X", "B", PENDING),
        (None, "B", None, "B", PENDING),
        ("A", None, "A", None, PENDING),
        ("B", "B", "X", "B", HUBSPOT),
        ("B ", "B", "X", "B", HUBSPOT),
        ("A", "B", "A", "C", FILES),
        ("A ", "B", "A", "C", FILES),
        ("A", "B", "X", "C", BOTH),
        ("B", "B", "X", "C", BOTH),
        ("A", "B", "B", "C", FILES),
        ("A", "B", "B", "A", FILES),
    ],
)
def test_a_field_that_was_merged_since_the_last_apply_waits(
    applied: Value, base: Value, held: Value, wanted: Value, origin: Origin
) -> None:
    planned = planned_from([url(wanted)], [live("1", "summit", fields={"eventUrl": held})])
    assert origins(with_origins(planned, since((url(applied),), url(base))).plan) == {"eventUrl": origin}


@pytest.mark.parametrize("applied", [(), (declared(),), (url("A", "other"),)], ids=["none", "unmanaged", "other"])
@pytest.mark.parametrize(("wanted", "origin"), [("B", PENDING), ("C", FILES)])
def test_a_field_that_the_last_apply_did_not_manage_waits(
    applied: tuple[DeclaredEvent, ...], wanted: str, origin: Origin
) -> None:
    planned = planned_from([url(wanted)], [live("1", "summit", fields={"eventUrl": "X"})])
    assert origins(with_origins(planned, since(applied, url("B"))).plan) == {"eventUrl": origin}


@pytest.mark.parametrize(
    ("applied", "origin"), [((), PENDING), ((absent(),), PENDING), ((url("A"),), HUBSPOT), ((url("B"),), HUBSPOT)]
)
def test_an_event_that_was_merged_since_the_last_apply_was_never_there(
    applied: tuple[DeclaredEvent, ...], origin: Origin
) -> None:
    plan = with_origins(planned_from([url("B")]), since(applied, url("B"))).plan
    assert plan.changes[0].action is Action.CREATE
    assert origins(plan) == {"eventUrl": origin}


def test_of_an_event_that_waits_only_what_the_files_change_is_theirs() -> None:
    now = replace(declared(fields={"eventUrl": "C", "eventType": "A"}), initial={"eventDescription": "a"})
    then = replace(declared(fields={"eventUrl": "B", "eventType": "A "}), initial={"eventDescription": "a"})
    plan = with_origins(planned_from([now]), since((), then)).plan
    assert origins(plan) == {"eventUrl": FILES, "eventType": PENDING, "eventDescription": PENDING}
    assert plan.changes[0].origin is MIXED
    added = with_origins(planned_from([now]), since((), declared())).plan
    assert set(origins(added).values()) == {FILES}


@pytest.mark.parametrize(
    ("applied", "base", "origin"),
    [
        ((declared(),), (), PENDING),
        ((absent(),), (), UNKNOWN),
        ((), (), UNKNOWN),
        ((), (declared(),), FILES),
        ((declared(),), (declared(),), FILES),
        ((declared(),), (absent(),), FILES),
        ((absent(),), (absent(),), UNKNOWN),
    ],
)
@pytest.mark.parametrize("policy", [DELETES, CANCELS], ids=lambda policy: policy.orphans)
def test_an_orphan_whose_removal_was_merged_waits(
    policy: Policy, applied: tuple[DeclaredEvent, ...], base: tuple[DeclaredEvent, ...], origin: Origin
) -> None:
    planned = planned_from([declared("other")], [live("1", "summit", fields=LATER), live("2", "other")], policy)
    assert set(origins(with_origins(planned, since(applied, *base)).plan).values()) == {origin}


@pytest.mark.parametrize(
    ("applied", "base", "origin"),
    [
        ((declared(),), absent(), PENDING),
        ((), absent(), PENDING),
        ((absent(),), absent(), HUBSPOT),
        ((declared(),), declared(), FILES),
    ],
)
def test_a_deletion_that_was_merged_waits(
    applied: tuple[DeclaredEvent, ...], base: DeclaredEvent, origin: Origin
) -> None:
    planned = planned_from([absent()], [live("1", fields={"eventType": "A"})])
    assert origins(with_origins(planned, since(applied, base)).plan) == {"eventType": origin}


def test_what_was_applied_is_found_by_the_ids_that_the_base_had() -> None:
    then, held = [declared(fields={"eventType": "A"})], [live("1", "summit", fields={"eventType": "B"})]
    planned = replace(planned_from([adopted("1", {"eventType": "A"})], held), before=planned_from(then, held))
    assert origins(with_origins(planned, since(tuple(then), *then)).plan) == {"eventType": HUBSPOT}
    assert origins(with_origins(planned, since((), *then)).plan) == {"eventType": PENDING}


@given(pairs(), declared_fields, declared_fields)
def test_no_approval_depends_on_the_last_apply(
    pair: tuple[DeclaredEvent, LiveEvent], then: Mapping[str, Value], before: Mapping[str, Value]
) -> None:
    event, held = pair
    held = replace(held, identity=Identity(None, "summit", "1"))
    planned = planned_from([event], [held])
    plan = with_origins(planned, since((declared(fields=before),), declared(fields=then))).plan
    assert plan.digest == planned.plan.digest
    assert read_plan(plan_json(plan)) == plan


@given(pairs(), declared_fields)
def test_an_apply_of_the_base_itself_changes_no_origin(
    pair: tuple[DeclaredEvent, LiveEvent], then: Mapping[str, Value]
) -> None:
    event, held = pair
    planned = planned_from([event], [replace(held, identity=Identity(None, "summit", "1"))])
    base = declared(fields=then)
    assert with_origins(planned, since((base,), base)) == with_origins(planned, Base((base,)))


def test_of_what_is_merged_all_that_the_files_change_waits() -> None:
    fields: dict[str, Value] = {"eventType": "B", "eventUrl": "https://b.example", "eventDescription": "B"}
    base = {"eventType": "A", "eventUrl": "https://b.example", "eventDescription": "X"}
    planned = planned_from([declared(fields=fields)], [live("1", fields=dict.fromkeys(fields, "A"))])
    merged = of_what_is_merged(with_origins(planned, Base((declared(fields=base),))))
    assert origins(merged.plan) == {"eventType": PENDING, "eventUrl": HUBSPOT, "eventDescription": BOTH}
    assert merged.plan.digest == planned.plan.digest
