"""Tokens, apps and owners: an event that is not proven to be ours is not changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from reconciler.applying.approval import by_digest
from reconciler.applying.guard import Limits
from reconciler.applying.receipt import Outcome
from reconciler.declarations.base import NO_BASE
from reconciler.errors import AccessDenied, Refused
from reconciler.event import Declared, DeclaredEvent
from reconciler.hubspot.writer import PortalWriter
from reconciler.pipeline import make_plan_to_apply
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans, Policy
from tests.hubspot.forwarding import Decide, Fate, Instead, Passing, Rewritten, Treatment, forwarding
from tests.story.world import (
    LATER,
    NEW,
    NOW,
    OLD,
    OTHER_TOKEN,
    OTHERS,
    OURS,
    POLICY,
    VERSIONS,
    Held,
    Start,
    World,
    adoption,
    custom,
    declaration,
    live_json,
)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
WITH_APP = replace(POLICY, app_id=OURS, orphans=Orphans.DELETE)


def actions(planned: Planned) -> list[tuple[str, str | None]]:
    return [(change.action.value, change.identity.object_id and change.name) for change in planned.plan.changes]


def codes(planned: Planned) -> list[str]:
    return [found.code for found in planned.plan.diagnostics]


def refusals(world: World, planned: Planned, portal: PortalWriter) -> set[str]:
    """Return the codes of the guards that refuse every change of a plan."""
    receipt = world.run(planned, portal=portal)
    assert {result.outcome for result in receipt.results} == {Outcome.REFUSED}
    assert receipt.exit_code == 5
    return {str(result.guard) for result in receipt.results}


# A token that only reads


@pytest.mark.parametrize("version", VERSIONS)
def test_a_token_that_only_reads_plans_and_writes_nothing(start: Start, version: str) -> None:
    world = start(live_json("spring", eventUrl=OLD), version=version)
    before = world.held()
    portal = world.portal(token=f"sandbox-{OURS}-read")
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("autumn"), portal=portal)
    receipt = world.run(planned, portal=portal)
    assert isinstance(receipt.cause, AccessDenied)
    assert receipt.cause.hint == "give the token's app the scopes it lacks: crm.objects.marketing_events.write"
    assert [(result.change.name, result.outcome) for result in receipt.results] == [
        ("autumn", Outcome.FAILED),
        ("spring", Outcome.NOT_ATTEMPTED),
    ]
    assert (receipt.verified, receipt.written, receipt.exit_code) == (None, False, 4)
    assert world.held() == before


def test_a_token_that_opens_nothing_reads_nothing(start: Start) -> None:
    world = start(live_json("spring"))
    with pytest.raises(AccessDenied, match="does not accept the token: Authentication credentials not found"):
        world.plan(declaration("spring"), portal=world.reader("pat-na1-unknown"))
    assert [(path, status) for _, path, status in world.requests()] == [("/account-info/2026-03/details", 401)]


# A token of another app


def test_another_apps_token_plans_the_same_with_the_app_in_the_settings(start: Start) -> None:
    world = start(
        live_json("spring", eventUrl=OLD),
        live_json("same"),
        live_json("orphan", **DATES),
        live_json("zoom", app=OTHERS, **DATES),
        live_json("spring", app=OTHERS),
        policy=WITH_APP,
    )
    events = (declaration("spring", eventUrl=NEW), declaration("same"), declaration("autumn"))
    ours = world.plan(*events)
    theirs = world.plan(*events, portal=world.reader(f"sandbox-{OTHERS}-read"))
    assert theirs.plan.digest == ours.plan.digest
    assert actions(theirs) == [("create", None), ("update", "spring"), ("delete", "orphan")]
    assert "identity-unproven" in codes(theirs)
    assert theirs.plan.portal.app_id == OURS


def test_another_apps_token_is_refused_even_where_it_may_write(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), policy=WITH_APP)
    portal = world.portal(token=OTHER_TOKEN)
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("autumn"), portal=portal)
    before = world.held()
    with pytest.raises(Refused) as caught:
        world.run(planned, portal=portal)
    assert [reason.code for reason in caught.value.reasons] == ["guard-app"]
    assert (world.writes(), world.held()) == ([], before)


def test_without_the_app_in_the_settings_the_tokens_app_is_ours(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("spring", app=OTHERS, eventUrl=OLD))
    portal = world.portal(token=OTHER_TOKEN)
    receipt = world.run(world.plan(declaration("spring", eventUrl=NEW), portal=portal), portal=portal)
    assert receipt.exit_code == 0
    assert world.event("spring")["eventUrl"] == OLD
    assert world.event("spring", app=OTHERS)["eventUrl"] == NEW


# Namesakes


@pytest.mark.parametrize("policy", [POLICY, WITH_APP], ids=["no app", "app"])
def test_a_namesake_under_another_account_is_neither_ours_nor_an_orphan(start: Start, policy: Policy) -> None:
    namesakes = [live_json("spring", account=account, eventUrl=OLD, **DATES) for account in ("other", "third")]
    world = start(*namesakes, live_json("zoo", **DATES, account="other"), policy=policy)
    before = world.held()
    planned = world.plan(declaration("spring", eventUrl=NEW))
    assert actions(planned) == [("create", None)]
    assert (planned.plan.orphaned, planned.plan.foreign) == (0, 3)
    assert refusals(world, planned, world.portal()) == {"guard-besides"}
    world.policy = replace(policy, besides=frozenset({"other", "third"}))
    assert world.run(world.plan(declaration("spring", eventUrl=NEW))).exit_code == 0
    assert [event for event in world.held() if event["externalAccountId"] != "acme"] == before
    assert not world.plan(declaration("spring", eventUrl=NEW)).plan.changes


def test_of_two_namesakes_the_right_one_is_changed(start: Start) -> None:
    world = start(
        live_json("spring", account="other", eventUrl=OLD), live_json("spring", eventUrl=OLD), live_json("abc")
    )
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("abc"))
    assert world.run(planned).exit_code == 0
    assert world.event("spring")["eventUrl"] == NEW
    assert world.event("spring", account="other")["eventUrl"] == OLD


def test_an_event_may_be_declared_under_two_accounts(start: Start) -> None:
    world = start(live_json("spring", account="other", eventUrl=OLD), live_json("spring", eventUrl=OLD))
    receipt = world.apply(declaration("spring", eventUrl=NEW), declaration("spring", account="other", eventUrl=OLD))
    assert receipt.exit_code == 0
    assert [event["eventUrl"] for event in world.held()] == [OLD, NEW]


# An app that is not known


def untold(passing: Passing) -> Treatment:
    """Answer nothing about tokens."""
    return Instead(404) if passing.path.endswith("/get/access-token-info") else Fate.PASSED_ON


def untold_and_unsearchable(passing: Passing) -> Treatment:
    """Answer nothing about tokens, and find nothing by a search."""
    return Instead(200, b'{"results": []}') if passing.path.endswith("/events/search") else untold(passing)


@pytest.fixture
def undetailed(start: Start) -> Callable[..., tuple[World, str]]:
    """Start a world whose HubSpot says nothing about tokens; return it with the connection to it."""

    def begin(*events: Held, policy: Policy, decide: Decide = untold) -> tuple[World, str]:
        world = start(*events, policy=policy)
        return world, world.through(forwarding(world.base_url, decide)).base_url

    return begin


Undetailed = Callable[..., tuple[World, str]]


def test_an_unknown_app_has_no_orphans_and_may_still_create(undetailed: Undetailed) -> None:
    world, way = undetailed(live_json("zoom", app=OTHERS, **DATES), policy=replace(POLICY, orphans=Orphans.DELETE))
    before = world.held()
    portal = world.portal(base_url=way)
    planned = world.plan(declaration("spring"), portal=portal)
    assert "app-unknown" in codes(planned)
    assert (planned.plan.portal.app_id, planned.plan.orphaned, planned.plan.foreign) == (None, 0, 1)
    assert world.run(planned, portal=portal).exit_code == 0
    assert [event for event in world.held() if event["externalEventId"] == "zoom"] == before


@pytest.mark.parametrize("decide", [untold, untold_and_unsearchable], ids=["by a search", "by a direct read"])
def test_an_unknown_app_is_learnt_from_an_event_that_is_ours(undetailed: Undetailed, decide: Decide) -> None:
    world, way = undetailed(
        live_json("spring", eventUrl=OLD),
        live_json("same"),
        live_json("orphan", **DATES),
        live_json("spring", app=OTHERS, **DATES),
        live_json("orphan", app=OTHERS, **DATES),
        policy=replace(POLICY, orphans=Orphans.DELETE),
        decide=decide,
    )
    portal = world.portal(base_url=way)
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("same"), portal=portal)
    assert actions(planned) == [("update", "spring"), ("delete", "orphan")]
    assert planned.plan.portal.app_id == OURS
    assert not [path for _, path, _ in world.requests() if path == "/events/same"]
    assert world.run(planned, portal=portal).exit_code == 0
    assert {event["appInfo"]["id"] for event in world.held() if event["externalEventId"] == "orphan"} == {str(OTHERS)}


@pytest.mark.parametrize("declares", ["spring", "autumn"])
def test_a_wrong_apps_token_without_details_is_detected_by_what_it_can_read(
    undetailed: Undetailed, declares: str
) -> None:
    world, way = undetailed(
        live_json("spring", eventUrl=OLD),
        live_json("spring", app=OTHERS, eventUrl=OLD),
        live_json("autumn", app=OTHERS),
        policy=WITH_APP,
    )
    before = world.held()
    portal = world.portal(token=OTHER_TOKEN, base_url=way)
    planned = world.plan(declaration(declares, eventUrl=NEW), portal=portal)
    with pytest.raises(Refused):
        world.run(planned, portal=portal)
    assert world.held() == before


def test_a_token_of_the_wrong_app_does_not_make_everything_twice(undetailed: Undetailed) -> None:
    world, way = undetailed(live_json("spring"), policy=POLICY)
    before = world.held()
    portal = world.portal(token=OTHER_TOKEN, base_url=way)
    planned = world.plan(declaration("spring"), portal=portal)
    assert codes(planned) == ["app-unknown"]
    assert refusals(world, planned, portal) == {"guard-besides"}
    assert (world.writes(), world.held()) == ([], before)


def test_an_event_beside_another_apps_is_made_where_the_settings_say_so(undetailed: Undetailed) -> None:
    world, way = undetailed(live_json("spring", app=OTHERS), policy=WITH_APP)
    portal = world.portal(base_url=way)
    assert refusals(world, world.plan(declaration("spring"), portal=portal), portal) == {"guard-besides"}
    world.policy = replace(WITH_APP, besides=frozenset({str(OTHERS)}))
    assert world.run(world.plan(declaration("spring"), portal=portal), portal=portal).exit_code == 0


@pytest.mark.parametrize("decide", [untold, untold_and_unsearchable], ids=["by a search", "by a direct read"])
def test_a_token_that_turns_out_to_be_another_apps_by_what_it_made_is_told(
    undetailed: Undetailed, decide: Decide
) -> None:
    world, way = undetailed(policy=WITH_APP, decide=decide)
    portal = world.portal(token=OTHER_TOKEN, base_url=way)
    receipt = world.run(world.plan(declaration("spring"), portal=portal), portal=portal)
    assert (receipt.exit_code, receipt.verified) == (6, None)
    assert receipt.cause is not None
    assert (receipt.cause.message, receipt.cause.hint) == (
        "what was created belongs to app 2002, as the token does, and not to app 1001, whose events are declared",
        "delete in HubSpot what was created, then apply with a token of app 1001",
    )


def test_of_what_was_made_and_has_no_object_id_yet_nobody_looks_up_the_maker(undetailed: Undetailed) -> None:
    def unnumbered(passing: Passing) -> Treatment:
        if passing.method == "GET" and passing.path.endswith("/marketing-events/2026-03"):
            return Instead(200, b'{"results": []}')
        if passing.method == "GET" and passing.path.endswith("/events/spring"):
            return Rewritten(lambda event: {name: value for name, value in event.items() if name != "objectId"})
        return untold(passing)

    world, way = undetailed(policy=WITH_APP, decide=unnumbered)
    portal = world.portal(base_url=way)
    planned = world.plan(declaration("spring"), portal=portal)
    world.requests()
    assert world.run(planned, portal=portal).exit_code == 0
    assert {path for method, path, _ in world.requests() if method == "GET"} == {"/events/spring"}


def test_an_orphan_that_no_reading_proves_to_be_ours_is_not_taken_away(undetailed: Undetailed) -> None:
    world, way = undetailed(live_json("orphan", **DATES), policy=WITH_APP)
    portal = world.portal(token=OTHER_TOKEN, base_url=way)
    planned = world.plan(declaration("spring"), portal=portal)
    before = world.event("orphan")
    receipt = world.run(planned, portal=portal)
    assert {result.change.name: result.guard for result in receipt.results} == {
        "orphan": "guard-unproven",
        "spring": "guard-unproven",
    }
    assert (world.event("orphan"), world.writes()) == (before, [])


def test_a_token_that_finds_nothing_of_what_is_live_makes_nothing(undetailed: Undetailed) -> None:
    world, way = undetailed(live_json("spring"), policy=WITH_APP)
    portal = world.portal(token=OTHER_TOKEN, base_url=way)
    planned = world.plan(declaration("spring"), declaration("summer"), portal=portal)
    assert "identity-unknown" in codes(planned)
    assert refusals(world, planned, portal) == {"guard-unproven"}
    assert world.writes() == []


def test_what_is_not_known_is_not_verified(undetailed: Undetailed) -> None:
    world, way = undetailed(live_json("spring"), policy=WITH_APP)
    portal = world.portal(token=OTHER_TOKEN, base_url=way)
    receipt = world.run(world.plan(declaration("spring"), portal=portal), portal=portal)
    assert (receipt.exit_code, receipt.verified) == (6, None)


def test_an_unknown_token_app_claims_no_event_for_the_settings_app(start: Start) -> None:
    """The list does not show the other app's event yet, so nothing says whose it is."""
    world = start(live_json("spring", eventUrl=OLD), live_json("spring", app=OTHERS, eventUrl=OLD), policy=WITH_APP)
    before = world.held()

    def late(passing: Passing) -> Treatment:
        if passing.method == "GET" and passing.path.endswith("/marketing-events/2026-03"):
            return Instead(200, json.dumps({"results": [world.event("spring")]}).encode())
        return untold_and_unsearchable(passing)

    portal = world.portal(token=OTHER_TOKEN, base_url=world.through(forwarding(world.base_url, late)).base_url)
    planned = world.plan(declaration("spring", eventUrl=NEW), portal=portal)
    assert "guard-unproven" in refusals(world, planned, portal)
    assert (world.writes(), world.held()) == ([], before)


def test_an_event_whose_object_id_only_the_list_tells_is_changed(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("winter"))

    def objectless(passing: Passing) -> Treatment:
        if passing.method == "GET" and passing.path.endswith("/events/spring"):
            held = {**world.event("spring"), "id": "spring", "appInfo": None, "objectId": None}
            return Instead(200, json.dumps(held).encode())
        return Fate.PASSED_ON

    portal = world.portal(base_url=world.through(forwarding(world.base_url, objectless)).base_url)
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("winter"), portal=portal)
    assert actions(planned) == [("update", "spring")]
    assert world.run(planned, portal=portal).exit_code == 0
    assert world.event("spring")["eventUrl"] == NEW


# How much is asked


def test_one_search_proves_all_and_nothing_that_is_unchanged_is_read_directly(start: Start) -> None:
    events = [live_json(f"e-{number}", eventUrl=OLD) for number in range(120)]
    world = start(*events)
    declares = [declaration(f"e-{number}", eventUrl=NEW if number < 50 else OLD) for number in range(120)]
    planned = world.plan(*declares)
    paths = [path for method, path, _ in world.requests() if method == "GET" and not path.startswith("/account")]
    assert paths == ["", "", "/events/search"]
    assert len(planned.plan.changes) == 50


def test_ids_without_anything_in_common_are_proven_one_by_one_where_they_change(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("autumn"), live_json("winter"))
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("autumn"), declaration("winter"))
    paths = [path for method, path, _ in world.requests() if path.startswith("/events/")]
    assert paths == ["/events/spring"]
    assert codes(planned) == ["identity-unproven"]


def test_many_ids_are_proven_by_a_search_for_each_beginning(start: Start) -> None:
    ids = [*(f"spring-{number}" for number in range(6)), *(f"autumn-{number}" for number in range(4))]
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in ids))
    with forwarding(world.base_url) as way:
        planned = world.plan(
            *(declaration(event_id, eventUrl=NEW) for event_id in ids), portal=world.portal(base_url=way.base_url)
        )
    assert [one.target.partition("?")[2] for one in way.sent if "/events/" in one.path] == ["q=spring-", "q=autumn-"]
    assert all(change.proven for change in planned.plan.changes)


def test_a_search_that_finds_no_ids_by_their_beginnings_is_not_repeated(start: Start) -> None:
    ids = [*(f"spring-{number}" for number in range(6)), *(f"autumn-{number}" for number in range(4))]
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in ids))
    world.search_exactly()
    planned = world.plan(*(declaration(event_id, eventUrl=NEW) for event_id in ids))
    paths = [path for _, path, _ in world.requests() if path.startswith("/events/")]
    assert paths == ["/events/search", *(f"/events/{event_id}" for event_id in ids)]
    assert all(change.proven for change in planned.plan.changes)


# What an apply leaves to the read before each write

APPLYING = replace(POLICY, reads_before_writing=True)
HERE = ("spring", "autumn", "winter")


def changed(*event_ids: str) -> list[DeclaredEvent]:
    return [declaration(event_id, eventUrl=NEW) for event_id in event_ids]


def test_an_apply_reads_one_event_as_a_witness_and_each_before_it_changes_it(start: Start) -> None:
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in HERE), policy=APPLYING)
    planned = world.plan(*changed(*HERE))
    assert [path for _, path, _ in world.requests() if "/events/" in path] == ["/events/spring"]
    assert [found.message for found in planned.plan.diagnostics] == [
        "2 changed events were recognised by event id alone; before an event is changed, it is proven to be ours"
    ]
    assert world.run(planned).exit_code == 0
    paths = [path for _, path, _ in world.requests()]
    assert sorted(paths[: paths.index("/batch/update")]) == sorted(f"/events/{event_id}" for event_id in HERE)


def test_an_event_that_the_read_before_its_write_does_not_find_is_refused_alone(start: Start) -> None:
    elsewhere = live_json("winter", account="other", eventUrl=OLD)
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in ("spring", "autumn")), elsewhere, policy=APPLYING)
    receipt = world.run(world.plan(*changed(*HERE)))
    assert {str(result.change.name): result.outcome for result in receipt.results} == {
        "spring": Outcome.DONE,
        "autumn": Outcome.DONE,
        "winter": Outcome.REFUSED,
    }
    assert receipt.exit_code == 6
    assert world.event("winter", account="other")["eventUrl"] == OLD


def unlisted_and_unnumbered(passing: Passing) -> Treatment:
    """Answer reads by external ids without an object id, and leave `spring` of this account out of the list."""
    if passing.method == "GET" and passing.path.endswith("/marketing-events/2026-03"):
        return Rewritten(
            lambda page: {**page, "results": [event for event in page["results"] if event["objectId"] != "77"]}
        )
    if passing.method == "GET" and "/events/" in passing.path:
        return Rewritten(lambda event: {name: value for name, value in event.items() if name != "objectId"})
    return Fate.PASSED_ON


@pytest.mark.parametrize("others", [[], ["autumn"], ["autumn", "winter"]])
def test_another_accounts_event_is_not_changed_for_one_that_is_not_listed_yet(start: Start, others: list[str]) -> None:
    theirs = live_json("spring", account="other", eventUrl=OLD)
    ours = live_json("spring", objectId="77", eventUrl=OLD, updatedAt="2026-01-01T00:00:00Z")
    world = start(theirs, ours, *(live_json(event_id, eventUrl=OLD) for event_id in others), policy=APPLYING)
    way = world.through(forwarding(world.base_url, unlisted_and_unnumbered))
    portal = world.portal(base_url=way.base_url)
    receipt = world.run(world.plan(*changed("spring", *others), portal=portal), portal=portal)
    assert {str(result.change.name): result.outcome for result in receipt.results} == {
        "spring": Outcome.REFUSED,
        **dict.fromkeys(others, Outcome.DONE),
    }
    assert world.event("spring", account="other")["eventUrl"] == OLD


def test_an_event_whose_own_read_proved_nothing_is_not_left_to_its_write(start: Start) -> None:
    world = start(
        live_json("spring", account="other", eventUrl=OLD),
        live_json("spring", objectId="77", eventUrl=OLD, updatedAt="2026-01-01T00:00:00Z"),
        live_json("autumn", eventUrl=OLD),
        policy=APPLYING,
    )
    way = world.through(forwarding(world.base_url, unlisted_and_unnumbered))
    planned = world.plan(*changed("spring", "autumn"), portal=world.portal(base_url=way.base_url))
    assert {change.name: change.proven for change in planned.plan.changes} == {"spring": False, "autumn": True}


def test_what_was_not_approved_is_planned_again_as_a_reviewed_plan_would_show_it(start: Start) -> None:
    """With nothing left open, the plan shows what a plan that was reviewed shows: an event of another account."""
    elsewhere = live_json("winter", account="other", eventUrl=OLD)
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in ("spring", "autumn")), elsewhere)
    reviewed = world.plan(*changed(*HERE)).plan
    select = partial(by_digest, digest=reviewed.digest)
    planned = make_plan_to_apply(
        Declared((*changed(*HERE),), files=1), world.policy, world.portal(), NOW, NO_BASE, select
    )
    assert planned.plan.digest == reviewed.digest
    assert [action for action, _ in actions(planned)] == ["create", "update", "update"]


def test_what_was_approved_is_not_planned_twice(start: Start) -> None:
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in HERE))
    reviewed = world.plan(*changed(*HERE)).plan
    world.requests()
    select = partial(by_digest, digest=reviewed.digest)
    planned = make_plan_to_apply(
        Declared((*changed(*HERE),), files=1), world.policy, world.portal(), NOW, NO_BASE, select
    )
    assert planned.matched.left_to_writing
    assert [path for _, path, _ in world.requests()].count("") == 1


@pytest.mark.parametrize(
    ("policy", "more"),
    [
        (replace(APPLYING, besides=frozenset({"other"})), ()),
        (APPLYING, (declaration("new"),)),
        (POLICY, ()),
    ],
    ids=["besides", "a create", "a plan"],
)
def test_each_changed_event_is_proven_where_it_may_have_to_be_created(
    start: Start, policy: Policy, more: tuple[DeclaredEvent, ...]
) -> None:
    world = start(*(live_json(event_id, eventUrl=OLD) for event_id in HERE), policy=policy)
    planned = world.plan(*changed(*HERE), *more)
    assert {f"/events/{event_id}" for event_id in HERE} <= {path for _, path, _ in world.requests()}
    assert all(change.proven for change in planned.plan.changes)


def test_a_witness_that_is_not_found_leaves_no_event_to_the_read_before_its_write(start: Start) -> None:
    world = start(*(live_json(event_id, account="other", eventUrl=OLD) for event_id in HERE), policy=APPLYING)
    planned = world.plan(*changed(*HERE))
    assert {f"/events/{event_id}" for event_id in HERE} <= {path for _, path, _ in world.requests()}
    assert [action for action, _ in actions(planned)] == ["create"] * 3
    assert refusals(world, planned, world.portal()) == {"guard-besides"}


def test_a_search_that_finds_nothing_proves_nothing(start: Start) -> None:
    world = start(live_json("e-1", eventUrl=OLD), live_json("e-2"))

    with forwarding(world.base_url, untold_and_unsearchable) as way:
        portal = world.portal(base_url=way.base_url)
        planned = world.plan(declaration("e-1", eventUrl=NEW), declaration("e-2"), portal=portal)
        assert actions(planned) == [("update", "e-1")]
        assert world.run(planned, portal=portal).exit_code == 0


def test_an_adopted_event_is_changed_whoever_made_it_and_is_no_orphan_later(start: Start) -> None:
    world = start(
        live_json("zoom", objectId="5", account=None, app=OTHERS, customProperties=custom(a="1"), **DATES),
        policy=WITH_APP,
    )
    before = world.event("zoom", account=None, app=OTHERS)
    assert world.apply(adoption("5", eventUrl=NEW)).exit_code == 0
    after = world.event("zoom", account=None, app=OTHERS)
    assert {**after, "updatedAt": None} == {**before, "eventUrl": NEW, "updatedAt": None}
    planned = world.plan(declaration("spring"))
    assert actions(planned) == [("create", None)]
    world.run(planned, limits=Limits(deletes=5))
    assert world.event("zoom", account=None, app=OTHERS) == after
