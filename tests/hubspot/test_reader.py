"""A portal over HTTP: reads are whole or fail, and HubSpot's answers to writes prove what was done."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from reconciler.change import Create, FieldChange
from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.event import Identity
from reconciler.hubspot.http import HttpReader, HttpWriter
from reconciler.hubspot.reader import MOST_PAGES_OF_EVENTS, PortalReader
from reconciler.hubspot.writer import PortalWriter
from reconciler.json_values import Json
from reconciler.portal import Answer, Edit, Portal
from reconciler.transport.surroundings import Watch
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper
from tests.hubspot.scripted import Play, Server, answer, cut, serving

BASE = "/marketing/marketing-events/2026-03"
DETAILS = {"portalId": 7, "accountType": "STANDARD", "timeZone": "Europe/Berlin", "uiDomain": "app.hubspot.com"}
ACCOUNT = answer(body=DETAILS)
TOKEN = answer(body={"appId": 1001})
SUMMIT, LAUNCH = Identity("acme", "summit"), Identity("acme", "launch")
CREATES = tuple(Create(identity, None, (FieldChange("eventName", None, "x"),)) for identity in (SUMMIT, LAUNCH))
EDITS = tuple(
    Edit(Identity("acme", event_id, object_id), (FieldChange("eventName", "x", "y"),))
    for event_id, object_id in (("summit", "1"), ("launch", "2"))
)

Open = Callable[..., tuple[PortalWriter, Server]]


@pytest.fixture
def play() -> Iterator[Open]:
    """Open a portal that answers from a script."""
    with ExitStack() as stack:

        def open_portal(*script: Play) -> tuple[PortalWriter, Server]:
            server = stack.enter_context(serving(*script))
            http = stack.enter_context(HttpWriter(connecting.to(server.base_url), timeout=60, clock=Sleeper().clock))
            return PortalWriter(http, "2026-03"), server

        yield open_portal


def page(*events: Json, after: str | None = None) -> Play:
    link = "https://elsewhere.example/marketing/marketing-events/2026-03?after=x"
    return answer(body={"results": events, "paging": {"next": {"after": after, "link": link}} if after else None})


def event(object_id: str, name: str = "x", updated: str | None = None) -> Json:
    return {"objectId": object_id, "eventName": name, "updatedAt": updated}


def test_whoever_watches_hears_of_each_page_and_of_each_single_event() -> None:
    heard: list[tuple[object, ...]] = []
    watch = Watch(
        answered=lambda: heard.append(("answer",)),
        listed=lambda *told: heard.append(("page", *told)),
        checked=lambda *told: heard.append(("event", *told)),
    )
    script = (ACCOUNT, TOKEN, page(event("1"), event("2"), after="a"), page(event("3")), MISSING, MISSING)
    with (
        serving(*script) as server,
        HttpReader(connecting.to(server.base_url), timeout=60, clock=Sleeper().clock, watch=watch) as http,
    ):
        portal = PortalReader(http, "2026-03")
        portal.read()
        assert [found for found in heard if found[0] == "page"] == [("page", 1, 2), ("page", 2, 3)]
        assert heard.count(("answer",)) == 4
        assert [find() for find in portal.find_each([Identity(object_id="8"), Identity(object_id="9")])] == [None, None]
    assert [found for found in heard if found[0] == "event"] == [("event", 0, 2), ("event", 1, 2), ("event", 2, 2)]


# Property definitions

DEFINED = answer(body={"results": [{"name": "event_region", "label": "Region", "type": "string"}]})
MISSING_EVENT = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "no such type"}
MISSING = answer(404, MISSING_EVENT)
NO_TYPE = answer(400, {"status": "error", "category": "VALIDATION_ERROR", "message": "no such type"})


def test_the_definitions_are_read_once(play: Open) -> None:
    portal, server = play(DEFINED)
    assert portal.definitions() == portal.definitions()
    assert portal.definitions().keys() == {"event_region"}
    assert [(one.method, one.target) for one in server.received] == [("GET", "/crm/properties/2026-03/0-54")]
    assert portal.reads == 1


@pytest.mark.parametrize("refusal", [MISSING, NO_TYPE])
def test_where_the_official_type_is_not_known_the_name_in_use_is_asked_for(play: Open, refusal: Play) -> None:
    portal, server = play(refusal, DEFINED)
    assert portal.definitions().keys() == {"event_region"}
    assert server.received[1].target == "/crm/properties/2026-03/marketing_event"


@pytest.mark.parametrize("refusal", [MISSING, NO_TYPE])
def test_without_any_definitions_nothing_is_taken_for_checked(play: Open, refusal: Play) -> None:
    portal, server = play(refusal)
    with pytest.raises(Unavailable, match="the custom properties cannot be checked"):
        portal.definitions()
    assert len(server.received) == 2


def test_a_token_that_may_not_read_definitions_is_refused_at_once(play: Open) -> None:
    portal, server = play(answer(403, {"status": "error", "category": "MISSING_SCOPES", "message": "no"}), DEFINED)
    with pytest.raises(AccessDenied):
        portal.definitions()
    assert len(server.received) == 1


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": [{"type": "string"}]}])
def test_definitions_that_are_not_understood_are_none_at_all(play: Open, body: Json) -> None:
    portal, _ = play(answer(body=body))
    with pytest.raises(Unavailable, match="not understood"):
        portal.definitions()


# Reading everything


def test_the_list_is_read_a_hundred_at_a_time_to_its_end(play: Open) -> None:
    portal, server = play(ACCOUNT, TOKEN, page(event("1"), after="a&b"), page(after="c"), page(event("2")))
    assert [one.identity.object_id for one in portal.read().events] == ["1", "2"]
    assert [one.target for one in server.received] == [
        "/account-info/2026-03/details",
        "/oauth/v2/private-apps/get/access-token-info",
        f"{BASE}?limit=100",
        f"{BASE}?limit=100&after=a%26b",
        f"{BASE}?limit=100&after=c",
    ]
    assert portal.reads == 5


def test_whose_portal_it_is_is_asked_once(play: Open) -> None:
    portal, server = play(ACCOUNT, TOKEN, page())
    assert portal.read().portal == Portal(7, "STANDARD", "Europe/Berlin", "2026-03", app_id=1001)
    portal.read()
    assert [one.method for one in server.received] == ["GET", "POST", "GET", "GET"]


class Elsewhere(HttpReader):
    """A client for what is not on this machine."""

    is_local = False


@pytest.mark.parametrize(("kind", "domain"), [(HttpReader, None), (Elsewhere, "app.hubspot.com")])
def test_a_portal_on_this_machine_has_no_pages_in_hubspot(kind: type[HttpReader], domain: str | None) -> None:
    with (
        serving(ACCOUNT, TOKEN) as server,
        kind(connecting.to(server.base_url), timeout=60, clock=Sleeper().clock) as http,
    ):
        assert PortalReader(http, "2026-03").details().ui_domain == domain


@pytest.mark.parametrize(
    ("base_url", "is_local"),
    [
        *((url, True) for url in ("http://127.0.0.1:8787", "http://[::1]", "http://localhost:1")),
        *((url, False) for url in ("https://api.hubapi.com", "https://localhost.example")),
    ],
)
def test_only_the_loopback_is_this_machine(base_url: str, *, is_local: bool) -> None:
    with HttpReader(connecting.to(base_url), timeout=60, clock=Sleeper().clock) as http:
        assert http.is_local is is_local


UNTOLD = (404, 401, 403, 400, 307, 501)
ODD_DETAILS: tuple[Json, ...] = ({"userId": 1}, [], {"appId": "x"})


@pytest.mark.parametrize("details", [*map(answer, UNTOLD), *(answer(body=body) for body in ODD_DETAILS)])
def test_a_token_that_hubspot_tells_nothing_about_has_no_known_app(play: Open, details: Play) -> None:
    portal, _ = play(ACCOUNT, details, page(event("1")))
    listing = portal.read()
    assert (listing.portal.app_id, len(listing.events)) == (None, 1)


@pytest.mark.parametrize("details", [answer(503), answer(body=b"<html>"), cut()])
def test_a_failure_to_tell_the_app_is_not_waited_out(play: Open, details: Play) -> None:
    portal, server = play(ACCOUNT, details, details, page())
    assert portal.read().portal.app_id is None
    assert [one.method for one in server.received] == ["GET", "POST", "POST", "GET"]


def test_a_failure_to_tell_the_app_may_pass(play: Open) -> None:
    portal, _ = play(ACCOUNT, answer(503), TOKEN, page())
    assert portal.read().portal.app_id == 1001


def test_a_token_that_is_good_for_nothing_ends_the_reading(play: Open) -> None:
    portal, _ = play(ACCOUNT, answer(401), answer(401))
    with pytest.raises(AccessDenied):
        portal.read()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z"),
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00.500Z"),
        ("2027-01-01T00:00:00.499Z", "2027-01-01T00:00:00.500Z"),
        (None, "2027-01-01T00:00:00Z"),
    ],
)
def test_of_an_event_that_is_listed_twice_the_later_state_counts(play: Open, first: str | None, second: str) -> None:
    early, late = event("1", "early", first), event("1", "late", second)
    for pages in ((page(early, after="a"), page(late)), (page(late, after="a"), page(early)), (page(late, early),)):
        portal, _ = play(ACCOUNT, TOKEN, *pages)
        assert [one.name for one in portal.read().events] == ["late"]


def test_of_two_states_at_the_same_time_the_one_that_was_read_later_counts(play: Open) -> None:
    portal, _ = play(ACCOUNT, TOKEN, page(event("1", "early"), after="a"), page(event("1", "late")))
    assert [one.name for one in portal.read().events] == ["late"]


@pytest.mark.parametrize("cursors", [["a"], ["a", "b", "a"], ["a", "b", "c", "b"], ["a", "b", "c", "a"], [""]])
def test_a_list_that_repeats_itself_is_not_read_whole(play: Open, cursors: list[str]) -> None:
    answers = [answer(body={"results": [event("1")], "paging": {"next": {"after": cursor}}}) for cursor in cursors]
    portal, _ = play(ACCOUNT, TOKEN, *answers)
    with pytest.raises(Unavailable, match="repeats itself"):
        portal.read()


class Endless(HttpReader):
    """A HubSpot whose list never ends; over real HTTP this test would take too long."""

    pages = 0

    def get(self, path: str, query: Mapping[str, str]) -> Json:
        if "account-info" in path:
            return {"portalId": 7}
        self.pages += len(query) > 0
        return {"results": [], "paging": {"next": {"after": str(self.pages)}}}

    def token_details(self, path: str) -> Json:
        return {"path": path}


def test_a_list_that_never_ends_is_not_read_whole() -> None:
    connection = connecting.to("http://127.0.0.1:1")
    with (
        Endless(connection, timeout=60) as http,
        pytest.raises(Unavailable, match=f"after {MOST_PAGES_OF_EVENTS} pages"),
    ):
        PortalReader(http, "2026-03").read()
    assert http.pages == MOST_PAGES_OF_EVENTS


@pytest.mark.parametrize(
    "script",
    [
        (answer(body=[]),),
        (ACCOUNT, TOKEN, answer(body={"results": [{}]})),
        (ACCOUNT, TOKEN, page(event("1"), after="a"), answer(body={"results": None})),
        (ACCOUNT, TOKEN, page(event("1"), after="a"), answer(body={})),
        (ACCOUNT, TOKEN, page(event("1"), after="a"), answer(500)),
    ],
)
def test_a_reading_of_which_any_part_fails_is_none(play: Open, script: tuple[Play, ...]) -> None:
    portal, _ = play(*script)
    with pytest.raises(Unavailable):
        portal.read()


def test_an_answer_that_is_not_understood_says_where_and_what_to_do(play: Open) -> None:
    portal, _ = play(ACCOUNT, TOKEN, answer(body={"results": [{"objectId": "1", "externalEventId": 7}]}))
    with pytest.raises(Unavailable, match=r"not understood: results\[0\]\.externalEventId is not a text") as caught:
        portal.read()
    assert caught.value.hint == "try again; if it happens again, HubSpot may have changed its API"


# Reading one


def test_an_event_whose_ids_are_known_is_found_by_them_and_keeps_them(play: Open) -> None:
    portal, server = play(answer(body={"objectId": "1", "externalEventId": "a/b", "registrants": 3}))
    found = portal.find(Identity("acme & co", "a/b"))
    assert found is not None
    assert (found.identity, found.registrants) == (Identity("acme & co", "a/b", "1"), 3)
    assert [one.target for one in server.received] == [f"{BASE}/events/a%2Fb?externalAccountId=acme+%26+co"]


@pytest.mark.parametrize(
    "identity", [Identity(object_id="1"), Identity(None, "zoom", "1"), Identity("acme", None, "1")]
)
def test_an_event_whose_ids_are_not_both_known_is_found_by_its_object_id(play: Open, identity: Identity) -> None:
    portal, server = play(answer(body={"objectId": "1", "externalEventId": "zoom"}))
    found = portal.find(identity)
    assert found is not None
    assert found.identity == Identity(None, "zoom", "1")
    assert [one.target for one in server.received] == [f"{BASE}/1"]


def test_an_event_that_is_not_there_is_none(play: Open) -> None:
    portal, _ = play(MISSING)
    assert portal.find(SUMMIT) is None


def test_an_object_that_is_there_is_not_gone_because_its_external_ids_miss_it(play: Open) -> None:
    portal, server = play(MISSING, answer(body={"objectId": "1", "externalEventId": "summit"}), MISSING)
    found = portal.find(Identity("acme", "summit", "1"))
    assert found is not None
    assert found.identity == Identity(None, "summit", "1")
    assert portal.find(Identity("acme", "summit", "1")) is None
    assert server.received[1].target == f"{BASE}/1"


def test_the_object_id_is_the_one_that_hubspot_tells(play: Open) -> None:
    portal, _ = play(answer(body={"objectId": "2", "externalEventId": "summit"}))
    found = portal.find(Identity("acme", "summit", "1"))
    assert found is not None
    assert found.identity.object_id == "2"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Identity("acme", "summit"), {"objectId": "2", "externalEventId": "zoom-1"}),
        (Identity("acme", "summit"), {"objectId": "2"}),
        (Identity(object_id="1"), {"objectId": "2"}),
    ],
)
def test_an_answer_about_another_event_is_no_answer(play: Open, asked: Identity, told: Json) -> None:
    portal, _ = play(answer(body=told))
    with pytest.raises(Unavailable, match="HubSpot was asked for"):
        portal.find(asked)


def test_of_an_answer_about_another_event_not_more_is_told_than_anybody_reads(play: Open) -> None:
    portal, _ = play(answer(body={"objectId": "x" * 100_000}))
    with pytest.raises(Unavailable) as refused:
        portal.find(Identity(object_id="1"))
    assert len(refused.value.message) < 1000


def test_an_event_whose_object_id_hubspot_does_not_tell_is_found_without_it(play: Open) -> None:
    portal, _ = play(answer(body={"externalEventId": "summit"}))
    found = portal.find(SUMMIT)
    assert found is not None
    assert found.identity == SUMMIT


def test_an_object_that_is_known_is_read_where_the_answer_does_not_name_it(play: Open) -> None:
    portal, server = play(
        answer(body={"externalEventId": "summit"}),
        answer(body={"externalEventId": "summit", "objectId": "1", "registrants": 3}),
    )
    found = portal.find(Identity("acme", "summit", "1"))
    assert found is not None
    assert (found.identity, found.registrants) == (Identity("acme", "summit", "1"), 3)
    assert [one.target for one in server.received] == [f"{BASE}/events/summit?externalAccountId=acme", f"{BASE}/1"]


@pytest.mark.parametrize("told", [{"eventName": "b"}, {"updatedAt": "2027-01-02T00:00:00Z"}])
def test_an_object_in_another_state_is_not_the_event_found_without_its_object_id(
    play: Open, told: Mapping[str, Json]
) -> None:
    state = {"externalEventId": "summit", "eventName": "a", "updatedAt": "2027-01-01T00:00:00Z"}
    portal, _ = play(answer(body=state), answer(body={**state, "objectId": "1", **told}))
    found = portal.find(Identity("acme", "summit", "1"))
    assert found is not None
    assert (found.identity, found.fields["eventName"]) == (Identity("acme", "summit"), "a")


@pytest.mark.parametrize(
    "told", [{"objectId": "1", "externalEventId": "zoom"}, {"objectId": "2", "externalEventId": "summit"}]
)
def test_a_known_object_that_has_become_something_else_is_no_answer(play: Open, told: Json) -> None:
    portal, _ = play(answer(body={"externalEventId": "summit"}), answer(body=told))
    with pytest.raises(Unavailable, match="HubSpot was asked for"):
        portal.find(Identity("acme", "summit", "1"))


def test_a_number_of_people_below_zero_counts_nobody(play: Open) -> None:
    portal, _ = play(answer(body={"objectId": "1", "registrants": -5}))
    found = portal.find(Identity(object_id="1"))
    assert found is not None
    assert found.registrants is None


# Writing


def test_what_is_left_of_the_day_is_what_hubspot_said_last(play: Open) -> None:
    told = {"X_HubSpot_RateLimit_Daily": "250000", "X_HubSpot_RateLimit_Daily_Remaining": "12"}
    portal, _ = play(answer(404, MISSING_EVENT, **told), MISSING)
    assert portal.left_today is None
    for _ in range(2):
        portal.find(SUMMIT)
        assert portal.left_today == 12


def batch(*results: Json, errors: tuple[Json, ...] = (), status: int = 200) -> Play:
    return answer(status, {"status": "COMPLETE", "results": results, "errors": errors, "numErrors": len(errors)})


FAILED = {"message": "it failed", "context": {"objectId": ["2"], "externalEventId": ["launch"]}}


def test_creates_are_confirmed_by_as_many_results(play: Open) -> None:
    portal, server = play(batch({"objectId": "2"}, {"objectId": "1"}))
    assert portal.create(CREATES) == Answer([SUMMIT, LAUNCH])
    assert [(one.method, one.target) for one in server.received] == [("POST", f"{BASE}/events/upsert")]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (batch(), Answer()),
        (batch({"objectId": "1"}), Answer()),
        (batch({"objectId": "1"}, {}), Answer()),
        (batch({"objectId": "1"}, {"objectId": "1"}), Answer()),
        (batch({"objectId": "1"}, {"objectId": "2"}, {"objectId": "3"}), Answer()),
        (batch({"objectId": "1"}, errors=(FAILED,)), Answer((), {LAUNCH: "it failed"})),
        (
            batch({"objectId": "1"}, {"objectId": "2"}, errors=({"message": "oops"}, FAILED)),
            Answer((), {LAUNCH: "it failed"}, "oops"),
        ),
    ],
)
def test_creates_are_not_confirmed_by_anything_else(play: Open, reply: Play, told: Answer) -> None:
    portal, _ = play(reply)
    assert portal.create(CREATES) == told


def test_a_create_that_no_result_agrees_with_is_not_confirmed(play: Open) -> None:
    portal, _ = play(batch({"objectId": "1", "eventName": "x"}, {"objectId": "2", "eventName": "y"}))
    fields = [(FieldChange("eventName", None, name),) for name in "xz"]
    named = [replace(one, fields=each) for one, each in zip(CREATES, fields, strict=True)]
    assert portal.create(named) == Answer([SUMMIT])


def test_an_error_that_names_an_event_id_of_two_accounts_names_neither(play: Open) -> None:
    portal, _ = play(batch(errors=(FAILED,)))
    twins = [Create(Identity(account, "launch"), None, ()) for account in ("acme", "beta")]
    assert portal.create(twins) == Answer((), {}, "it failed")


@pytest.mark.parametrize("status", [200, 207])
def test_updates_are_confirmed_by_their_object_ids_in_any_order(play: Open, status: int) -> None:
    portal, server = play(batch({"objectId": "2"}, {"objectId": "1"}, {"objectId": "3"}, status=status))
    assert portal.update(EDITS) == Answer([edit.identity for edit in EDITS])
    assert [(one.method, one.target) for one in server.received] == [("POST", f"{BASE}/batch/update")]


@pytest.mark.parametrize("status", [200, 207])
def test_an_update_that_failed_is_named_with_its_reason(play: Open, status: int) -> None:
    summit, launch = (edit.identity for edit in EDITS)
    portal, _ = play(batch({"objectId": "1"}, errors=(FAILED,), status=status))
    found = portal.update(EDITS)
    assert found.confirmed == [summit]
    assert found.reasons[launch] == "it failed"


@pytest.mark.parametrize("held", EDITS, ids=["the first", "the second"])
def test_an_update_is_confirmed_by_its_own_result_and_not_by_one_in_its_place(play: Open, held: Edit) -> None:
    portal, _ = play(batch({"objectId": str(held.identity.object_id)}))
    assert portal.update(EDITS).confirmed == [held.identity]


def test_an_update_whose_result_shows_another_value_is_not_confirmed(play: Open) -> None:
    first, second = EDITS
    wrong = {field.name: "other" for field in first.fields}
    portal, _ = play(batch({"objectId": "1", **wrong}, {"objectId": "2"}))
    assert portal.update(EDITS).confirmed == [second.identity]


def test_what_is_said_twice_without_naming_anything_is_told_once(play: Open) -> None:
    portal, _ = play(batch(errors=({"message": "oops"}, {"message": "oops"}, {"message": "ah"})))
    assert portal.update(EDITS) == Answer([], {}, "oops; ah")


def test_what_is_said_at_length_is_cut_short(play: Open) -> None:
    told = [{"message": f"{number}{'x' * 1000}", "context": {"objectId": ["1"] * number}} for number in range(3)]
    portal, _ = play(batch(errors=tuple(told)))
    found = portal.update(EDITS)
    assert [len(text) for text in (*found.reasons.values(), found.remark or "")] == [300, 300]


def test_an_update_that_is_both_a_result_and_an_error_is_not_confirmed(play: Open) -> None:
    summit, _ = (edit.identity for edit in EDITS)
    portal, _ = play(batch({"objectId": "1"}, {"objectId": "2"}, errors=(FAILED,)))
    assert portal.update(EDITS).confirmed == [summit]


def test_a_completion_is_confirmed_by_reading_alone(play: Open) -> None:
    portal, server = play(answer(body={}))
    assert portal.complete(Identity("acme", "a/b", "1"), cancelled=True) == Answer()
    (sent,) = server.received
    assert (sent.method, sent.target) == ("PATCH", f"{BASE}/events/a%2Fb?externalAccountId=acme")


SINGLES: dict[str, tuple[Callable[[PortalWriter], Answer], Identity, str, str]] = {
    "create": (lambda portal: portal.create_one(CREATES[0]), SUMMIT, "POST", f"{BASE}/events"),
    "update": (lambda portal: portal.update_one(EDITS[0]), EDITS[0].identity, "PATCH", f"{BASE}/1"),
}
each_single = pytest.mark.parametrize(("write", "identity", "method", "target"), SINGLES.values(), ids=SINGLES)


@each_single
def test_a_single_write_is_confirmed_by_the_event_it_answers_with(
    play: Open, write: Callable[[PortalWriter], Answer], identity: Identity, method: str, target: str
) -> None:
    portal, server = play(answer(body={"objectId": "1"}))
    assert write(portal) == Answer((identity,))
    assert [(one.method, one.target) for one in server.received] == [(method, target)]


@each_single
def test_a_single_write_without_an_event_in_its_answer_is_not_confirmed(
    play: Open, write: Callable[[PortalWriter], Answer], identity: Identity, method: str, target: str
) -> None:
    portal, _ = play(answer(body={}))
    assert write(portal) == Answer()


@each_single
def test_a_single_write_whose_answer_shows_another_value_is_not_confirmed(
    play: Open, write: Callable[[PortalWriter], Answer], identity: Identity, method: str, target: str
) -> None:
    portal, _ = play(answer(body={"objectId": "1", "eventName": "other"}))
    assert write(portal) == Answer()


def test_an_update_is_not_confirmed_by_another_event_in_its_answer(play: Open) -> None:
    portal, _ = play(answer(body={"objectId": "901"}))
    assert portal.update_one(EDITS[0]) == Answer()


def test_a_create_whose_ids_are_taken_names_the_event_that_has_them(play: Open) -> None:
    conflict = {"errorType": "UNIQUE_VALUE_CONFLICT", "errorTokens": {"existingObjectId": ["42"]}, "message": "no"}
    portal, _ = play(answer(400, conflict))
    with pytest.raises(Rejected) as caught:
        portal.create_one(CREATES[0])
    assert (caught.value.conflict, caught.value.status) == ("42", 400)


@pytest.mark.parametrize("reply", [answer(204, b""), answer(202, b""), batch(), batch(status=207)])
def test_deletes_are_confirmed_by_reading_alone(play: Open, reply: Play) -> None:
    portal, server = play(reply)
    assert portal.archive([edit.identity for edit in EDITS]) == Answer()
    assert [(one.method, one.target) for one in server.received] == [("POST", f"{BASE}/batch/archive")]


@pytest.mark.parametrize(
    "write",
    [
        lambda portal: portal.create(CREATES),
        lambda portal: portal.update(EDITS),
        lambda portal: portal.create_one(CREATES[0]),
        lambda portal: portal.update_one(EDITS[0]),
    ],
    ids=["create", "update", "create one", "update one"],
)
@pytest.mark.parametrize("reply", [answer(202, b""), answer(body=[]), answer(body={"results": None, "objectId": []})])
def test_a_write_whose_answer_is_not_understood_may_have_been_carried_out(
    play: Open, write: Callable[[PortalWriter], Any], reply: Play
) -> None:
    portal, _ = play(reply)
    with pytest.raises(Unavailable, match="is not understood") as caught:
        write(portal)
    assert caught.value.sent
