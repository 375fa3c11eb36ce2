"""Access to the sandbox: tokens, scopes, paths, the rate limit, and the log of requests."""

from typing import Any

import httpx
import pytest

from reconciler.sandbox import SandboxError
from reconciler.sandbox.limits import Limiter, Rate
from reconciler.sandbox.server import Options
from tests.sandbox.asking import EVENTS, OTHER_APP, Start

TOKEN_DETAILS = "/oauth/v2/private-apps/get/access-token-info"
READ = "crm.objects.marketing_events.read"
WRITE = "crm.objects.marketing_events.write"
NOBODY = {"Authorization": ""}
READ_ONLY = {"Authorization": "Bearer sandbox-1001-read"}
NOTHING: dict[str, list[object]] = {"inputs": []}


def log(hubspot: httpx.Client) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = hubspot.get("/_sandbox/requests").json()["requests"]
    return requests


# Tokens


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "sandbox-1001",
        "Basic sandbox-1001",
        "Bearer pat-na1-00000000",
        "Bearer sandbox-",
        "Bearer sandbox-0",
        "Bearer sandbox-01",
        "Bearer sandbox-2147483648",
        "Bearer sandbox-1001-write",
        "Bearer sandbox-1001-read-read",
        "Bearer Sandbox-1001",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", EVENTS),
        ("POST", f"{EVENTS}/events/upsert"),
        ("GET", "/account-info/2026-03/details"),
    ],
)
def test_token_that_is_not_known_is_unauthorized(
    hubspot: httpx.Client, authorization: str, method: str, path: str
) -> None:
    answer = hubspot.request(method, path, headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


@pytest.mark.parametrize("authorization", ["Bearer sandbox-1", "bearer sandbox-2147483647"])
def test_any_app_id_makes_a_token(hubspot: httpx.Client, authorization: str) -> None:
    assert hubspot.get(EVENTS, headers={"Authorization": authorization}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/events/upsert", NOTHING),
        ("POST", "/batch/update", NOTHING),
        ("POST", "/batch/archive", NOTHING),
        ("PATCH", "/events/summit?externalAccountId=acme", {}),
    ],
)
def test_token_that_only_reads_may_not_write(hubspot: httpx.Client, method: str, path: str, body: object) -> None:
    answer = hubspot.request(method, EVENTS + path, json=body, headers=READ_ONLY)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": [WRITE]}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (EVENTS, 200),
        (f"{EVENTS}/999", 404),
        (f"{EVENTS}/events/summit?externalAccountId=acme", 404),
        (f"{EVENTS}/events/search?q=summit", 200),
        ("/account-info/2026-03/details", 200),
    ],
)
def test_token_that_only_reads_may_read(hubspot: httpx.Client, path: str, status: int) -> None:
    assert hubspot.get(path, headers=READ_ONLY).status_code == status


def test_token_reads_as_its_own_app(start: Start) -> None:
    event = {"externalAccountId": "acme", "externalEventId": "summit", "eventName": "Summit"}
    hubspot = start({"events": [event]})
    path = f"{EVENTS}/events/summit?externalAccountId=acme"
    assert hubspot.get(path, headers=READ_ONLY).status_code == 200
    assert hubspot.get(path, headers=OTHER_APP).status_code == 404


@pytest.mark.parametrize(
    ("token", "app_id", "scopes"),
    [("sandbox-1001", 1001, [READ, WRITE]), ("sandbox-2002-read", 2002, [READ])],
)
def test_token_details_need_no_token_but_the_one_they_are_about(
    start: Start, token: str, app_id: int, scopes: list[str]
) -> None:
    hubspot = start({"portal": {"id": 7654321}})
    answer = hubspot.post(TOKEN_DETAILS, json={"tokenKey": token}, headers=NOBODY)
    assert answer.status_code == 200
    assert answer.json() == {"userId": 1, "hubId": 7654321, "appId": app_id, "scopes": scopes}


@pytest.mark.parametrize(
    ("body", "status"), [({"tokenKey": "pat-na1"}, 401), ({}, 400), ({"tokenKey": 7}, 400), ([], 400)]
)
def test_token_details_of_no_token_are_refused(hubspot: httpx.Client, body: object, status: int) -> None:
    assert hubspot.post(TOKEN_DETAILS, json=body).status_code == status


# Account details


@pytest.mark.parametrize("account_type", ["STANDARD", "DEVELOPER_TEST", "SANDBOX", "APP_DEVELOPER"])
def test_portal_may_be_of_any_of_hubspots_types(start: Start, account_type: str) -> None:
    details = start({"portal": {"account_type": account_type}}).get("/account-info/v3/details").json()
    assert details["accountType"] == account_type


@pytest.mark.parametrize("version", ["v3", "2025-09", "2026-03", "2026-09"])
def test_account_details_tell_whose_portal_it_is(start: Start, version: str) -> None:
    portal = {"id": 7654321, "timezone": "Asia/Kolkata", "account_type": "DEVELOPER_TEST"}
    assert start({"portal": portal}).get(f"/account-info/{version}/details").json() == {
        "portalId": 7654321,
        "accountType": "DEVELOPER_TEST",
        "timeZone": "Asia/Kolkata",
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": "+05:30",
        "utcOffsetMilliseconds": 19_800_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def test_offset_west_of_greenwich_is_negative(start: Start) -> None:
    details = start({"portal": {"timezone": "America/Bogota"}}).get("/account-info/v3/details").json()
    assert (details["utcOffset"], details["utcOffsetMilliseconds"]) == ("-05:00", -18_000_000)


@pytest.mark.parametrize("version", ["v3", "2025-09", "2026-03", "2026-09"])
def test_daily_usage_counts_the_requests_that_were_let_through(start: Start, version: str) -> None:
    hubspot = start({"portal": {"timezone": "Europe/Berlin"}}, clock=lambda: 1_800_000_000_000)
    hubspot.get("/_sandbox/requests")
    hubspot.get(f"/account-info/{version}/details")
    assert hubspot.get(f"/account-info/{version}/api-usage/daily/private-apps").json() == {
        "results": [
            {
                "name": "private-apps-api-calls-daily",
                "usageLimit": 625_000,
                "currentUsage": 2,
                "collectedAt": "2027-01-15T08:00:00Z",
                "fetchStatus": "SUCCESS",
                "resetsAt": "2027-01-15T23:00:00Z",
            }
        ]
    }


# Paths


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/marketing/marketing-events/2024-09",
        "/marketing/marketing-events/v4",
        "/marketing/marketing-events/v3/999",
        "/marketing/v3/marketing-events/999/",
        "/marketing/v3/marketing-events//",
        "/marketing/v4/marketing-events",
        "/account-info/2024-09/details",
        f"{EVENTS}/events/summit/nothing",
        "/_sandbox/nothing",
    ],
)
def test_unknown_path_is_not_found(hubspot: httpx.Client, path: str) -> None:
    answer = hubspot.get(path)
    assert answer.status_code == 404
    assert answer.json()["category"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{EVENTS}/events"),
        ("GET", f"{EVENTS}/events/upsert"),
        ("GET", f"{EVENTS}/batch/update"),
        ("PUT", f"{EVENTS}/batch/archive"),
        ("POST", f"{EVENTS}/events/search"),
        ("POST", EVENTS),
        ("PUT", f"{EVENTS}/999"),
        ("HEAD", EVENTS),
        ("GET", TOKEN_DETAILS),
        ("POST", "/account-info/v3/details"),
        ("MADE-UP", EVENTS),
    ],
)
def test_method_that_a_path_does_not_have_is_not_allowed(hubspot: httpx.Client, method: str, path: str) -> None:
    assert hubspot.request(method, path).status_code == 405


def test_refused_method_is_told_in_hubspots_envelope(hubspot: httpx.Client) -> None:
    body = hubspot.put(EVENTS).json()
    assert (body["category"], body["message"]) == ("METHOD_NOT_ALLOWED", "HTTP 405 Method Not Allowed")


def test_errors_have_hubspots_envelope(hubspot: httpx.Client) -> None:
    answers = [
        hubspot.get(EVENTS, params={"limit": 0}),
        hubspot.get(EVENTS, headers=NOBODY),
        hubspot.get(f"{EVENTS}/999"),
        hubspot.get("/nowhere"),
        hubspot.put(EVENTS),
    ]
    for answer in answers:
        body = answer.json()
        assert (body["status"], len(body["correlationId"])) == ("error", 36)
        assert "error" not in body
        assert body["message"]
    assert len({answer.json()["correlationId"] for answer in answers}) == len(answers)


# The rate limit


def test_app_over_its_rate_is_refused(start: Start) -> None:
    hubspot = start(rate="3/60")
    assert [hubspot.get(EVENTS).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    body = hubspot.get(EVENTS).json()
    assert len(body.pop("correlationId")) == len(body.pop("requestId")) == 36
    assert body == {
        "status": "error",
        "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT",
        "policyName": "TEN_SECONDLY_ROLLING",
    }


def test_rate_of_one_app_does_not_bind_another(start: Start) -> None:
    hubspot = start(rate="1/60")
    assert hubspot.get(EVENTS).status_code == 200
    assert hubspot.get(EVENTS, headers=READ_ONLY).status_code == 429
    assert hubspot.get(EVENTS, headers=OTHER_APP).status_code == 200
    assert hubspot.get(EVENTS, headers=NOBODY).status_code == 401
    assert hubspot.get(EVENTS, headers=NOBODY).status_code == 429


def test_refused_write_is_not_carried_out(start: Start) -> None:
    hubspot = start({"events": [{"eventName": "E", "objectId": "7"}]}, rate="1/60")
    hubspot.get(EVENTS)
    assert hubspot.post(f"{EVENTS}/batch/archive", json={"inputs": [{"objectId": "7"}]}).status_code == 429
    assert len(hubspot.get("/_sandbox/events").json()["events"]) == 1


def test_every_answer_tells_what_is_left_of_the_rate(start: Start) -> None:
    hubspot = start(rate="5/20")
    answers = [
        hubspot.get(EVENTS),
        hubspot.get("/nowhere"),
        hubspot.put(EVENTS),
        hubspot.get(f"{EVENTS}/9"),
        hubspot.post(f"{EVENTS}/batch/archive", json=NOTHING),
        hubspot.get(EVENTS),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 405, 404, 204, 429]
    remaining = [answer.headers["X-HubSpot-RateLimit-Remaining"] for answer in answers]
    assert remaining == ["4", "3", "2", "1", "0", "0"]
    last = answers[-1].headers
    assert last["X-HubSpot-RateLimit-Max"] == "5"
    assert last["X-HubSpot-RateLimit-Interval-Milliseconds"] == "20000"
    assert last["X-HubSpot-RateLimit-Daily"] == "625000"
    assert last["X-HubSpot-RateLimit-Daily-Remaining"] == "624995"


def test_rate_is_that_of_a_professional_account_unless_another_is_asked_for() -> None:
    assert Rate.parse(Options().rate) == Rate(190, 10)


def test_window_of_the_rate_rolls() -> None:
    now = 0.0
    limiter = Limiter(Rate(2, 10), clock=lambda: now)
    assert [limiter.admit(1), limiter.admit(1), limiter.admit(1)] == [True, True, False]
    now = 9.9
    assert not limiter.admit(1)
    now = 10.0
    assert limiter.admit(1)
    assert limiter.headers(1)["X-HubSpot-RateLimit-Remaining"] == "1"


@pytest.mark.parametrize("rate", ["", "190", "190/0", "0/10", "-1/10", "a/b", "1/2/3", "190/10\n"])
def test_rate_that_is_none_is_refused(start: Start, rate: str) -> None:
    with pytest.raises(SandboxError) as refused:
        start(rate=rate)
    assert str(refused.value) == f"the rate {rate!r} is not REQUESTS/SECONDS, such as 190/10"


# The log


def test_log_tells_of_every_request(hubspot: httpx.Client) -> None:
    hubspot.get(EVENTS, params={"limit": 5, "after": "MQ=="})
    hubspot.get(f"{EVENTS}/events/a%2Fb", headers=OTHER_APP)
    hubspot.post(f"{EVENTS}/batch/archive", json=NOTHING)
    hubspot.get(EVENTS, headers=NOBODY)
    hubspot.post(TOKEN_DETAILS, json={"tokenKey": "sandbox-1001"}, headers=NOBODY)
    no_fault = {"fault": None}
    assert log(hubspot) == [
        {"method": "GET", "path": EVENTS, "query": "limit=5&after=MQ%3D%3D", "status": 200, "app": 1001, **no_fault},
        {"method": "GET", "path": f"{EVENTS}/events/a%2Fb", "query": "", "status": 400, "app": 2002, **no_fault},
        {"method": "POST", "path": f"{EVENTS}/batch/archive", "query": "", "status": 204, "app": 1001, **no_fault},
        {"method": "GET", "path": EVENTS, "query": "", "status": 401, "app": None, **no_fault},
        {"method": "POST", "path": TOKEN_DETAILS, "query": "", "status": 200, "app": None, **no_fault},
    ]


def test_log_tells_of_requests_over_the_rate(start: Start) -> None:
    hubspot = start(rate="1/60")
    hubspot.get(EVENTS)
    hubspot.get(EVENTS)
    assert [entry["status"] for entry in log(hubspot)] == [200, 429]


def test_log_can_be_emptied(hubspot: httpx.Client) -> None:
    hubspot.get(EVENTS)
    assert hubspot.delete("/_sandbox/requests").status_code == 204
    assert log(hubspot) == []


def test_log_holds_no_token(hubspot: httpx.Client) -> None:
    hubspot.get("/oauth/v1/access-tokens/sandbox-1001-read", params={"access_token": "sandbox-2002"})
    hubspot.post(TOKEN_DETAILS, json={"tokenKey": "sandbox-3003"})
    text = hubspot.get("/_sandbox/requests").text
    assert not any(token in text for token in ("sandbox-1001", "sandbox-2002", "sandbox-3003"))


def test_controls_need_no_token_and_are_neither_limited_nor_logged(start: Start) -> None:
    hubspot = start(rate="1/60")
    for _ in range(3):
        assert hubspot.get("/_sandbox/events", headers=NOBODY).json() == {"events": []}
        assert hubspot.get("/_sandbox/requests", headers=NOBODY).json() == {"requests": []}
        assert hubspot.delete("/_sandbox/requests", headers=NOBODY).status_code == 204
    assert "X-HubSpot-RateLimit-Max" not in hubspot.get("/_sandbox/events").headers


def test_latency_delays_every_answer(start: Start) -> None:
    hubspot = start(latency_ms=50, rate="1/60")
    answers = [hubspot.get(EVENTS), hubspot.get(EVENTS)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert all(answer.elapsed.total_seconds() >= 0.05 for answer in answers)


def test_controls_are_not_delayed(start: Start) -> None:
    hubspot = start(latency_ms=3_600_000)
    assert hubspot.get("/_sandbox/events").status_code == 200
