"""A series whose dates move while people are registered: told once, with a base and without."""

from dataclasses import replace

import pytest

from reconciler.declarations.base import NO_BASE, Base
from reconciler.event import DeclaredEvent
from reconciler.planning.look_alikes import RENAMED
from reconciler.planning.no_longer import DECLARED
from tests.story.world import Start, declaration, live_json


def demo(day: str) -> DeclaredEvent:
    start = f"{day}T16:00:00Z"
    return replace(declaration(f"demo-{day}", eventName=f"Demo of {day}", startDateTime=start), series="demo")


@pytest.mark.parametrize("has_base", [True, False])
def test_a_series_on_another_weekday_is_told_once_as_a_rename(start: Start, *, has_base: bool) -> None:
    days = ("2027-03-04", "2027-03-11")
    world = start(*(live_json(f"demo-{day}", objectId=str(n), registrants=6) for n, day in enumerate(days, 1)))
    base = Base(tuple(map(demo, days))) if has_base else NO_BASE
    plan = world.plan(demo("2027-03-05"), demo("2027-03-12"), base=base).plan
    (warned,) = [found for found in plan.diagnostics if found.code == RENAMED]
    assert "2 new dates of acme/demo seem to replace 2 old ones" in warned.message
    assert "the 12 registrations of the old ones stay with them" in warned.message
    assert sum(found.code == DECLARED for found in plan.diagnostics) == (2 if has_base else 0)


def test_a_series_that_only_ends_later_is_told_nothing(start: Start) -> None:
    world = start(live_json("demo-2027-03-04", objectId="1", registrants=6))
    plan = world.plan(demo("2027-03-04"), demo("2027-03-11"), base=Base((demo("2027-03-04"),))).plan
    assert RENAMED not in {found.code for found in plan.diagnostics}
