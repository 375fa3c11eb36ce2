"""The series of a plan: what is counted of each, and which changes are of it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from reconciler.change import Change
from reconciler.event import DeclaredEvent, Identity, Value
from reconciler.planning.plan import Plan
from reconciler.planning.series import PlannedSeries, series_of_orphans
from reconciler.policy import Orphans
from tests.building import HEARD, POLICY, absent, declared, live, planned_from

DEMO = {"eventName": "Demo", "endDateTime": "2027-06-03T16:00:00Z"}
KNOWN = PlannedSeries("acme", "demo", "Weekly demo", 0)


def occurrence(
    day: str, fields: Mapping[str, Value] = DEMO, *, series: str = "demo", account: str = "acme"
) -> DeclaredEvent:
    event = declared(f"{series}-{day}", fields, account=account)
    return replace(event, series=series, series_name="Weekly demo")


def by_id(plan: Plan) -> Mapping[str | None, Change]:
    return {change.identity.external_event_id: change for change in plan.changes}


def test_each_change_of_an_occurrence_names_its_series() -> None:
    gone = replace(absent("demo-2027-06-24"), series="demo")
    events = [occurrence("2027-06-03"), occurrence("2027-06-10"), gone, declared("single", DEMO)]
    plan = planned_from(events, [live("1", "demo-2027-06-10"), live("2", "demo-2027-06-24")]).plan
    assert {name: change.series for name, change in by_id(plan).items()} == {
        "demo-2027-06-03": "demo",
        "demo-2027-06-10": "demo",
        "demo-2027-06-24": "demo",
        "single": None,
    }


def test_the_occurrences_that_stay_as_they_are_are_counted_for_each_series() -> None:
    events = [
        *(occurrence(f"2027-06-{day}") for day in ("03", "10", "17")),
        occurrence("2027-06-03", account="beta"),
        occurrence("2027-06-03", series="daily"),
        declared("single", DEMO),
    ]
    lives = [live("1", "demo-2027-06-03", DEMO), live("2", "demo-2027-06-10", DEMO), live("3", "single", DEMO)]
    plan = planned_from(events, lives, replace(POLICY, besides=frozenset({"acme"}))).plan
    assert plan.series == (
        PlannedSeries("acme", "daily", "Weekly demo", 0),
        PlannedSeries("acme", "demo", "Weekly demo", 2),
        PlannedSeries("beta", "demo", "Weekly demo", 0),
    )


def test_an_occurrence_that_may_not_be_called_unchanged_is_not_counted() -> None:
    lives = [live("1", "demo-2027-06-03", DEMO)]
    evidence = replace(HEARD, answered=frozenset())
    plan = planned_from([occurrence("2027-06-03")], lives, evidence=evidence).plan
    assert (plan.unchanged, [series.unchanged for series in plan.series]) == (0, [0])


def test_an_orphan_with_the_ids_of_an_occurrence_changes_with_its_series() -> None:
    lives = [live("1", "demo-2027-06-03", DEMO), live("2", "demo-2027-06-10", DEMO), live("3", "other", DEMO)]
    policy = replace(POLICY, orphans=Orphans.DELETE)
    plan = planned_from([occurrence("2027-06-03")], lives, policy).plan
    assert {name: change.series for name, change in by_id(plan).items()} == {"demo-2027-06-10": "demo", "other": None}


@pytest.mark.parametrize(
    ("identity", "series"),
    [
        (Identity("acme", "demo-2027-06-03", "7"), "demo"),
        (Identity("beta", "demo-2027-06-03", "7"), None),
        (Identity(None, "demo-2027-06-03", "7"), None),
        (Identity("acme", "demo", "7"), None),
        (Identity("acme", "demo-2027-06-03-b", "7"), None),
        (Identity("acme", "a-demo-2027-06-03", "7"), None),
        (Identity("acme", "demo-2027-06", "7"), None),
        (Identity(None, None, "7"), None),
    ],
)
def test_an_orphan_is_of_a_series_by_its_account_and_its_date(identity: Identity, series: str | None) -> None:
    assert series_of_orphans([identity], [KNOWN.key]) == ({("acme", series)} if series else set())


def test_several_orphans_with_the_ids_of_one_series_change_together() -> None:
    days = ("2027-06-03", "2027-06-10")
    ids = [*(f"demo-{day}" for day in days), "fair-2027-06-03", "other"]
    lives = [live(str(number), name, DEMO) for number, name in enumerate(ids, start=1)]
    policy = replace(POLICY, orphans=Orphans.DELETE)
    plan = planned_from([], lives, policy).plan
    assert {name: change.series for name, change in by_id(plan).items()} == {
        "demo-2027-06-03": "demo",
        "demo-2027-06-10": "demo",
        "fair-2027-06-03": None,
        "other": None,
    }


def test_orphans_of_two_accounts_are_of_two_series() -> None:
    orphans = [Identity(account, "demo-2027-06-03") for account in ("acme", "beta")]
    assert series_of_orphans(orphans, ()) == frozenset()


@pytest.mark.parametrize(("names", "name"), [(("A", "A"), "A"), (("A", "B"), None)])
def test_two_series_of_one_id_have_a_name_only_where_they_share_it(names: tuple[str, str], name: str | None) -> None:
    events = [
        replace(occurrence(day), series_name=each)
        for day, each in zip(("2027-06-03", "2027-06-04"), names, strict=True)
    ]
    assert planned_from(events).plan.series == (PlannedSeries("acme", "demo", name, 0),)
