"""Which differences are pulled, and which are left and named."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from reconciler.change import Source
from reconciler.declarations.base import Base
from reconciler.diagnostics import Place
from reconciler.event import DeclaredEvent, Identity, LiveEvent, Value
from reconciler.planning.origins import with_origins
from reconciler.planning.pulls import pulls_in
from reconciler.planning.set_aside import SetAside
from reconciler.policy import Orphans
from tests.building import POLICY, absent, declared, live, planned_from

LATER = {"startDateTime": "2027-04-15T15:00:00Z"}
HERE = {"eventType": "A", "eventUrl": "https://a.example"}


def every(_: Identity, __: str | None) -> bool:
    return True


def test_without_a_base_every_difference_is_pulled() -> None:
    held: Mapping[str, Value] = {"eventType": "B", "eventUrl": None}
    planned = planned_from([declared(fields=HERE)], [live("1", "summit", fields=held)])
    (pull,), left = pulls_in(planned, every, by_origin=False)
    assert pull.event.identity.external_event_id == "summit"
    assert pull.values == held
    assert left == []


@pytest.mark.parametrize(
    ("then", "held", "pulled", "left"),
    [
        ("A", "B", {"eventType": "B"}, []),
        ("B", "B", {}, []),
        ("B", "C", {}, ["type of acme/summit is left as it is: it was changed in the files and in HubSpot"]),
    ],
)
def test_with_a_base_only_what_hubspot_has_changed_is_pulled(
    then: str, held: str, pulled: Mapping[str, Value], left: list[str]
) -> None:
    planned = planned_from([declared(fields={"eventType": "A"})], [live("1", "summit", fields={"eventType": held})])
    traced = with_origins(planned, Base((declared(fields={"eventType": then}),)))
    pulls, problems = pulls_in(traced, every, by_origin=True)
    assert [pull.values for pull in pulls] == ([pulled] if pulled else [])
    assert [problem.message for problem in problems] == left


def test_with_a_base_that_is_not_known_nothing_is_pulled() -> None:
    planned = planned_from([declared(fields={"eventType": "A"})], [live("1", "summit", fields={"eventType": "B"})])
    pulls, problems = pulls_in(planned, every, by_origin=True)
    assert pulls == []
    assert [problem.message for problem in problems] == [
        "type of acme/summit is left as it is: nobody can tell which side has changed"
    ]


def test_only_chosen_events_are_pulled() -> None:
    planned = planned_from(
        [declared("one", fields=HERE), declared("two", fields=HERE)], [live("1", "one"), live("2", "two")]
    )
    pulls, _ = pulls_in(planned, lambda identity, _: identity.external_event_id == "two", by_origin=False)
    assert [pull.event.identity.external_event_id for pull in pulls] == ["two"]


def test_an_orphan_is_not_pulled() -> None:
    cancelling = replace(POLICY, orphans=Orphans.CANCEL)
    planned = planned_from([], [live("1", "old", LATER)], cancelling)
    assert len(planned.plan.changes) == 1
    assert pulls_in(planned, every, by_origin=False) == ([], [])


MISSING = "acme/summit is left as it is: HubSpot holds no such event"
DELETED = "acme/summit is left as it is: it was deleted in HubSpot"
MADE = "acme/summit is left as it is: HubSpot holds it, and it is declared absent"


@pytest.mark.parametrize(
    ("now", "held", "then", "traced", "everything"),
    [
        (declared(fields=HERE), [], Base(), [], [MISSING]),
        (declared(fields=HERE), [], Base((declared(fields=HERE),)), [DELETED], [DELETED]),
        (declared(fields=HERE), [], Base(known=False), [MISSING], [MISSING]),
        (absent(), [live("1", fields=HERE)], Base((declared(fields=HERE),)), [], [MADE]),
        (absent(), [live("1", fields=HERE)], Base((absent(),)), [MADE], [MADE]),
        (absent(), [], Base((absent(),)), [], []),
    ],
)
def test_an_event_that_only_one_side_has_is_left_and_named(
    now: DeclaredEvent, held: list[LiveEvent], then: Base, traced: list[str], everything: list[str]
) -> None:
    planned = with_origins(planned_from([now], held), then)
    for by_origin, expected in ((True, traced), (False, everything)):
        pulls, problems = pulls_in(planned, every, by_origin=by_origin)
        assert (pulls, [problem.message for problem in problems]) == ([], expected)
        assert {problem.place for problem in problems} <= {now.place}
        assert pulls_in(planned, lambda *_: False, by_origin=by_origin) == ([], [])


def test_an_event_that_is_set_aside_is_left_and_named_if_it_is_chosen() -> None:
    planned = planned_from([])
    aside = SetAside(
        Identity("acme", "summit"), "Summit", "unknown-property", Source("events/a.yaml", 3), "no such property"
    )
    planned = replace(planned, plan=replace(planned.plan, set_aside=(aside,)))
    assert pulls_in(planned, lambda _, name: name == "Other", by_origin=False) == ([], [])
    _, (problem,) = pulls_in(planned, lambda _, name: name == "Summit", by_origin=False)
    assert problem.message == "acme/summit is left as it is: no such property"
    assert problem.place == Place("events/a.yaml", 3)
