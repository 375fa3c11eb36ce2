"""A portal that holds many more events than are declared is not listed whole, where that is not needed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.change import Action
from reconciler.declarations.base import NO_BASE, Base
from reconciler.diagnostics import Severity
from reconciler.event import DeclaredEvent
from reconciler.planning.declared_only import READ_BY_IDENTITY, SHORT_LIST, longest_list
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans, Policy
from reconciler.render import text
from tests.hubspot.forwarding import Fate, Passing, Rewritten, Treatment, forwarding
from tests.story.world import (
    NEW,
    OLD,
    OTHER_TOKEN,
    OTHERS,
    OURS,
    POLICY,
    SmallPages,
    Start,
    World,
    absence,
    adoption,
    declaration,
    live_json,
)

PAGE = 5
OTHER_EVENTS = [live_json(f"webinar-{number}", app=OTHERS) for number in range(SHORT_LIST * PAGE + 20)]
"""Of another app; the list has four pages more than are always read."""
OURS_HELD = [live_json("spring", eventUrl=OLD), live_json("autumn"), live_json("forgotten")]
DECLARED = [declaration("spring", eventUrl=NEW), declaration("autumn")]
PAGES = (len(OTHER_EVENTS) + len(OURS_HELD)) // PAGE + 1


@pytest.fixture
def world(start: Start) -> World:
    """Return a world in which others hold many events, and three of ours are listed last."""
    return start(*OTHER_EVENTS, *OURS_HELD)


def planned(world: World, events: Sequence[DeclaredEvent] = DECLARED, base: Base = NO_BASE) -> Planned:
    return world.plan(*events, portal=world.portal(client=SmallPages), base=base)


def pages_and_reads(world: World) -> tuple[int, list[str]]:
    """Return how many pages of the list were read, and the paths of all direct reads."""
    paths = [path for method, path, _ in world.requests() if method == "GET"]
    return paths.count(""), [path for path in paths if path.startswith("/") and path.count("/") in (1, 2)]


def is_declared_only(planned: Planned) -> bool:
    return READ_BY_IDENTITY in {found.code for found in planned.plan.diagnostics}


def test_only_the_declared_events_are_read_and_the_plan_says_what_was_not_counted(world: World) -> None:
    plan = planned(world).plan
    pages, reads = pages_and_reads(world)
    assert pages == SHORT_LIST
    assert [path for path in reads if path.startswith("/events/")] == ["/events/spring", "/events/autumn"]
    assert [change.name for change in plan.changes] == ["spring"]
    assert (plan.unchanged, plan.orphaned, plan.foreign) == (1, None, None)
    (finding,) = plan.diagnostics
    assert (finding.code, finding.severity) == (READ_BY_IDENTITY, Severity.INFO)
    assert finding.message.endswith("orphans and events of others were not counted")
    assert finding.message in text.plan(plan)
    assert "Orphans were not looked for" not in text.plan(plan)


def test_the_plan_is_the_same_as_from_the_whole_list(world: World) -> None:
    adopted = str(world.event("webinar-3", app=OTHERS)["objectId"])
    events = [*DECLARED, adoption(adopted, eventUrl=NEW), adoption("999", eventUrl=NEW)]
    quick = planned(world, events)
    world.policy = replace(POLICY, reads_whole_list=True)
    whole = planned(world, events)
    assert is_declared_only(quick)
    assert not is_declared_only(whole)
    assert quick.plan.digest == whole.plan.digest
    assert quick.plan.changes == whole.plan.changes
    assert quick.plan.set_aside == whole.plan.set_aside
    assert quick.plan.unchanged == whole.plan.unchanged
    assert (whole.plan.orphaned, whole.plan.foreign) == (1, len(OTHER_EVENTS) - 1)


def test_an_adopted_event_that_is_read_so_is_protected_by_the_id_of_its_own_app(world: World) -> None:
    adopted = str(world.event("webinar-3", app=OTHERS)["objectId"])
    world.policy = replace(POLICY, protect=("webinar-*",))
    quick = planned(world, [*DECLARED, adoption(adopted, eventUrl=NEW)])
    assert is_declared_only(quick)
    assert {match.declared.identity.object_id: match.declared.protect for match in quick.matched.matches} == {
        None: False,
        adopted: True,
    }


def test_what_was_read_so_is_applied_and_verified(world: World) -> None:
    receipt = world.run(planned(world), portal=world.portal(client=SmallPages))
    assert (receipt.exit_code, receipt.verified) == (0, ())
    assert world.event("spring")["eventUrl"] == NEW


def test_a_short_list_is_read_whole(start: Start) -> None:
    world = start(*OTHER_EVENTS[: SHORT_LIST * PAGE - len(OURS_HELD)], *OURS_HELD)
    plan = planned(world).plan
    assert pages_and_reads(world)[0] == SHORT_LIST
    assert (plan.orphaned, plan.foreign) == (1, SHORT_LIST * PAGE - len(OURS_HELD))


@pytest.mark.parametrize(("reads", "pages"), [(0, 10), (200, 10), (203, 10), (204, 11), (5_000, 1_210)])
def test_many_events_to_read_allow_for_a_longer_list(reads: int, pages: int) -> None:
    assert longest_list(reads) == pages


def test_what_only_the_base_declares_would_be_read_too_and_allows_for_a_longer_list(start: Start) -> None:
    world = start(*OTHER_EVENTS[: SHORT_LIST * PAGE], *OURS_HELD)
    gone = [declaration(f"gone-{number}") for number in range(210)]
    assert is_declared_only(planned(world))
    assert not is_declared_only(planned(world, base=Base((*DECLARED, *gone))))


def test_where_an_event_is_to_be_created_the_list_is_read_from_its_beginning(world: World) -> None:
    """An event that has its id under another app, or under another account id, is only in the list."""
    plan = planned(world, [*DECLARED, declaration("new")]).plan
    assert pages_and_reads(world)[0] == SHORT_LIST + PAGES
    assert [change.name for change in plan.changes] == ["new", "spring"]
    assert (plan.orphaned, plan.foreign) == (1, len(OTHER_EVENTS))


def test_an_event_that_the_base_does_not_declare_is_read_first(world: World) -> None:
    events = [*DECLARED, *(declaration(f"e-{number}") for number in range(20)), declaration("new")]
    planned(world, events, base=Base(tuple(events[:-1])))
    reads = pages_and_reads(world)[1]
    assert reads.index("/events/new") == 0


@pytest.mark.parametrize(
    "policy",
    [
        replace(POLICY, orphans=Orphans.DELETE),
        replace(POLICY, orphans=Orphans.CANCEL),
        replace(POLICY, trusts_list=True),
        replace(POLICY, reads_whole_list=True),
    ],
    ids=["orphans: delete", "orphans: cancel", "--trust-list", "drift"],
)
def test_a_run_that_needs_the_list_reads_it_whole(world: World, policy: Policy) -> None:
    world.policy = policy
    assert not is_declared_only(planned(world))


@pytest.mark.parametrize(
    "policy",
    [replace(POLICY, orphans=Orphans.IGNORE), replace(POLICY, orphans=Orphans.DELETE, narrowed=True)],
    ids=["orphans: ignore", "a part of the declarations"],
)
def test_a_run_that_looks_for_no_orphans_does_not_need_the_list(world: World, policy: Policy) -> None:
    world.policy = policy
    assert is_declared_only(planned(world))


def test_another_apps_token_reads_the_list_because_it_finds_nothing_of_ours(world: World) -> None:
    world.policy = replace(POLICY, app_id=OURS)
    plan = world.plan(*DECLARED, portal=world.portal(client=SmallPages, token=OTHER_TOKEN)).plan
    assert [change.name for change in plan.changes] == ["spring"]
    assert plan.foreign == len(OTHER_EVENTS)


def test_what_was_listed_to_create_an_event_is_listed_again_to_verify_it(world: World) -> None:
    """So verifying takes no more requests than planning did, as was counted before the first write."""
    plan = planned(world, [*DECLARED, declaration("new")])
    world.requests()
    assert world.run(plan, portal=world.portal(client=SmallPages)).verified == ()
    assert pages_and_reads(world)[0] == PAGES


def test_an_id_that_no_path_can_hold_needs_the_list(world: World) -> None:
    assert not is_declared_only(planned(world, [*DECLARED, declaration("x" * 1001)]))
    assert not is_declared_only(planned(world, base=Base((*DECLARED, declaration("x" * 1001)))))


def test_an_answer_without_an_object_id_needs_the_list(world: World) -> None:
    def without_object_id(passing: Passing) -> Treatment:
        if "/events/" not in passing.path:
            return Fate.PASSED_ON
        return Rewritten(lambda event: {key: value for key, value in event.items() if key != "objectId"})

    with forwarding(world.base_url, without_object_id) as way:
        plan = world.plan(*DECLARED, portal=world.portal(client=SmallPages, base_url=way.base_url)).plan
    assert plan.foreign == len(OTHER_EVENTS)


def test_what_only_the_base_declared_is_told_as_no_longer_declared(world: World) -> None:
    gone = declaration("forgotten")
    result = planned(world, base=Base((*DECLARED, gone)))
    assert is_declared_only(result)
    assert "no-longer-declared" in {found.code for found in result.plan.diagnostics}


def test_what_the_base_declared_and_is_not_live_needs_no_list(world: World) -> None:
    assert is_declared_only(planned(world, base=Base((*DECLARED, declaration("gone")))))


def test_an_absent_event_is_read_by_itself_and_needs_no_list(world: World) -> None:
    result = planned(world, [*DECLARED, absence("forgotten"), absence("gone")])
    assert is_declared_only(result)
    assert [(change.action, change.name) for change in result.plan.changes] == [
        (Action.UPDATE, "spring"),
        (Action.DELETE, "forgotten"),
    ]
    receipt = world.run(result, portal=world.portal(client=SmallPages))
    assert (receipt.exit_code, receipt.verified) == (0, ())
    assert "forgotten" not in {event["externalEventId"] for event in world.held()}
