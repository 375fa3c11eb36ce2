"""Searches and direct reads as evidence of which account and app an event belongs to."""

from dataclasses import replace

import pytest

from reconciler.event import Identity, LiveEvent
from reconciler.planning.evidence import Evidence, first_evidence
from reconciler.policy import Policy
from reconciler.portal import Hit, Listing
from tests.building import APP, OTHER_APP, PORTAL, live

NOBODY = replace(PORTAL, app_id=None)
SUMMIT = live("1", "summit")
LISTING = Listing(NOBODY, (SUMMIT, live("2", "launch")))
UNKNOWN = Evidence(None, None)


def hit(object_id: str, event_id: str = "summit", *, account: str = "acme", app: int = APP) -> Hit:
    return Hit(app, Identity(account, event_id, object_id))


def found(object_id: str = "1", account: str = "acme", *, app: int | None = None) -> LiveEvent:
    """Return the result of a direct read by external ids: no app, but the ids that it was asked for."""
    return replace(live(object_id, "summit", app=app), identity=Identity(account, "summit", object_id))


@pytest.mark.parametrize(
    ("settings", "token", "ours"), [(None, None, None), (APP, None, APP), (None, APP, APP), (APP, OTHER_APP, APP)]
)
def test_the_settings_say_which_app_is_ours_before_the_token_does(
    settings: int | None, token: int | None, ours: int | None
) -> None:
    evidence = first_evidence(Policy(app_id=settings), Listing(replace(PORTAL, app_id=token), ()))
    assert evidence == Evidence(ours, token)


@pytest.mark.parametrize(
    ("ours", "token", "foreign"),
    [(APP, OTHER_APP, True), (APP, APP, False), (APP, None, False), (None, None, False), (None, APP, False)],
)
def test_a_token_is_foreign_only_where_it_is_known_to_be_another_apps(
    ours: int | None, token: int | None, *, foreign: bool
) -> None:
    assert Evidence(ours, token).foreign_token is foreign


@pytest.mark.parametrize(
    ("evidence", "refute"),
    [
        (Evidence(APP, APP), True),
        (Evidence(None, None), True),
        (Evidence(APP, None), False),
        (Evidence(APP, OTHER_APP), False),
        (Evidence(APP, None, {"1": "acme"}), True),
    ],
)
def test_a_miss_refutes_only_where_the_token_speaks_for_our_app(evidence: Evidence, *, refute: bool) -> None:
    assert evidence.misses_refute is refute


# Searches


def test_a_hit_proves_an_account_id() -> None:
    evidence = Evidence(APP, APP).with_hits([hit("1"), hit("2", "launch", account="beta")], LISTING)
    assert evidence.accounts == {"1": "acme", "2": "beta"}


def test_a_hit_tells_whose_token_it_is() -> None:
    evidence = UNKNOWN.with_hits([hit("1")], LISTING)
    assert (evidence.app_id, evidence.token_app_id, evidence.accounts) == (APP, APP, {"1": "acme"})


def test_a_hit_that_the_list_does_not_show_proves_nothing() -> None:
    assert UNKNOWN.with_hits([hit("99")], LISTING) == UNKNOWN


def test_a_hit_that_the_list_shows_under_another_event_id_proves_nothing() -> None:
    assert UNKNOWN.with_hits([hit("1", "launch"), hit("2", "summit")], LISTING) == UNKNOWN


def test_a_search_without_hits_proves_nothing() -> None:
    assert UNKNOWN.with_hits([], LISTING) == UNKNOWN


def test_hits_of_another_app_show_that_the_token_is_foreign() -> None:
    evidence = Evidence(APP, None).with_hits([hit("1", app=OTHER_APP)], LISTING)
    assert evidence.foreign_token
    assert evidence.accounts == {}


def test_what_hits_say_does_not_overrule_the_tokens_details() -> None:
    evidence = Evidence(APP, APP).with_hits([hit("1", app=OTHER_APP)], LISTING)
    assert (evidence.token_app_id, evidence.accounts) == (APP, {})


def test_hits_are_added_to_what_is_known() -> None:
    evidence = Evidence(APP, APP, {"9": "beta"}).with_hits([hit("1")], LISTING)
    assert evidence.accounts == {"9": "beta", "1": "acme"}


# Direct reads


def test_a_direct_read_that_finds_nothing_is_kept_as_a_miss() -> None:
    evidence = UNKNOWN.with_answers([(("acme", "a"), None)], LISTING).with_answers([(("acme", "b"), None)], LISTING)
    assert evidence.misses == {("acme", "a"), ("acme", "b")}
    assert evidence.accounts == {}


def test_a_direct_read_proves_the_account_id_it_asked_for() -> None:
    evidence = Evidence(APP, APP).with_answers([(("acme", "summit"), found())], LISTING)
    assert evidence.accounts == {"1": "acme"}
    assert evidence.misses == frozenset()


def test_what_a_direct_read_returns_is_newer_than_the_list_and_ours() -> None:
    evidence = Evidence(APP, APP).with_answers([(("acme", "summit"), found())], LISTING)
    assert evidence.fresh == {"1": found(app=APP)}


def test_a_direct_read_tells_which_app_is_ours_by_what_the_list_says_of_the_event() -> None:
    evidence = UNKNOWN.with_answers([(("acme", "summit"), found())], LISTING)
    assert evidence.app_id == APP
    assert evidence.fresh["1"].app_id == APP


def test_an_event_that_the_list_does_not_show_yet_is_proven_all_the_same() -> None:
    evidence = Evidence(APP, APP).with_answers([(("acme", "summit"), found("99"))], LISTING)
    assert evidence.accounts == {"99": "acme"}
    assert evidence.fresh["99"].app_id == APP


def test_unknown_token_app_proves_no_ownership() -> None:
    """The settings' app may have nothing there, while the token's app has an event with the same ids."""
    for listing in (LISTING, Listing(NOBODY, ()), Listing(NOBODY, (live("1", "summit", app=None),))):
        evidence = Evidence(APP, None).with_answers([(("acme", "summit"), found())], listing)
        listed = any(event.app_id == APP for event in listing.events)
        assert (evidence.token_app_id == APP) is listed
        assert (evidence.accounts, set(evidence.fresh)) == (({"1": "acme"}, {"1"}) if listed else ({}, set()))
        assert evidence.asked == {("acme", "summit")}


def test_without_an_app_in_the_settings_every_event_the_token_can_read_is_ours() -> None:
    listing = Listing(NOBODY, (live("1", "summit", app=None),))
    evidence = UNKNOWN.with_answers([(("acme", "summit"), found())], listing)
    assert (evidence.app_id, evidence.accounts) == (None, {"1": "acme"})


NOON, ONE = "2027-01-01T12:00:00Z", "2027-01-01T13:00:00Z"
NAMELESS = replace(found(), identity=Identity("acme", "summit"), updated_at=NOON)
"""An answer that does not say which object it is about."""


def listed(object_id: str, event_id: str = "summit", *, updated: str | None = NOON, app: int = APP) -> LiveEvent:
    return replace(live(object_id, event_id, app=app), updated_at=updated)


def test_the_list_tells_the_object_id_that_a_direct_read_lacks() -> None:
    listing = Listing(PORTAL, (listed("1"), listed("2", "launch"), listed("3", app=OTHER_APP)))
    evidence = Evidence(APP, APP).with_answers([(("acme", "summit"), NAMELESS)], listing)
    assert evidence.accounts == {"1": "acme"}
    assert evidence.fresh == {"1": replace(found(app=APP), updated_at=NOON)}


@pytest.mark.parametrize(
    ("listing", "evidence", "answer"),
    [
        ((listed("1"), listed("2")), Evidence(APP, APP), NAMELESS),
        ((listed("1", updated=ONE),), Evidence(APP, APP), NAMELESS),
        ((listed("1", updated=None),), Evidence(APP, APP), replace(NAMELESS, updated_at=None)),
        ((listed("1", "launch"),), Evidence(APP, APP), NAMELESS),
        ((listed("1", app=OTHER_APP),), Evidence(APP, APP), NAMELESS),
        ((listed("1"),), Evidence(APP, None), NAMELESS),
        ((listed("1"),), Evidence(APP, OTHER_APP), NAMELESS),
        ((listed("1"),), UNKNOWN, NAMELESS),
        ((), Evidence(APP, APP), NAMELESS),
    ],
    ids=[
        "two namesakes",
        "changed meanwhile",
        "no time of change",
        "another event id",
        "another app's",
        "a token of nobody knows which app",
        "another app's token",
        "nobody knows which app",
        "not listed",
    ],
)
def test_an_ambiguous_direct_read_without_an_object_id_proves_nothing(
    listing: tuple[LiveEvent, ...], evidence: Evidence, answer: LiveEvent
) -> None:
    asked = ("acme", "summit")
    account = frozenset({"acme"}) if evidence.is_ours else frozenset[str]()
    known = replace(evidence, asked=frozenset({asked}), answered=account)
    assert evidence.with_answers([(asked, answer)], Listing(NOBODY, listing)) == known


@pytest.mark.parametrize("before", [Evidence(APP, None), Evidence(APP, APP), Evidence(APP, OTHER_APP)])
def test_answers_teach_together_what_they_teach_one_by_one(before: Evidence) -> None:
    listing = Listing(NOBODY, (listed("1"), listed("2"), listed("3", "launch"), listed("4", "launch", app=OTHER_APP)))
    nameless = replace(NAMELESS, identity=Identity("acme", "launch"))
    answers = [
        (("acme", "a"), None),
        (("acme", "summit"), NAMELESS),
        (("acme", "launch"), nameless),
        (("acme", "summit"), found("2")),
        (("acme", "launch"), nameless),
        (("acme", "summit"), NAMELESS),
        (("beta", "b"), None),
    ]
    one_by_one = before
    for answer in answers:
        one_by_one = one_by_one.with_answers([answer], listing)
    assert before.with_answers(answers, listing) == one_by_one


def test_no_answer_is_awaited_after_the_one_that_shows_which_app_is_ours() -> None:
    answers = iter([(("acme", "a"), None), (("acme", "summit"), found()), (("acme", "launch"), None)])
    evidence = UNKNOWN.with_answers(answers, LISTING)
    assert evidence.asked == {("acme", "a"), ("acme", "summit")}
    assert list(answers) == [(("acme", "launch"), None)]


def test_reading_another_apps_event_shows_that_the_token_is_foreign() -> None:
    listing = Listing(NOBODY, (live("1", "summit", app=OTHER_APP),))
    evidence = Evidence(APP, None).with_answers([(("acme", "summit"), found())], listing)
    assert evidence.foreign_token
    assert evidence.accounts == {}
    assert all(event.app_id != APP for event in evidence.fresh.values())


@pytest.mark.parametrize(("token", "maker"), [(APP, OTHER_APP), (OTHER_APP, APP)])
def test_a_direct_read_that_contradicts_the_list_and_the_token_proves_nothing(token: int, maker: int) -> None:
    listing = Listing(PORTAL, (live("1", "summit", app=maker),))
    evidence = Evidence(APP, token).with_answers([(("acme", "summit"), found())], listing)
    assert (evidence.app_id, evidence.token_app_id, evidence.accounts) == (APP, token, {})
