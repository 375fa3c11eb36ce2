"""The front page of a sandbox, which shows people what it holds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest

from reconciler.sandbox.contents import Portal
from reconciler.sandbox.front import Front
from reconciler.sandbox.server import Options, running
from tests.sandbox.asking import upsert


def render(portal: Portal, events: Sequence[Mapping[str, Any]]) -> str:
    return f"{portal.id} {portal.timezone}: {[(event['externalAccountId'], event['eventName']) for event in events]}"


@pytest.fixture
def hubspot() -> Iterator[httpx.Client]:
    front = Front(render, "default-src 'none'")
    with (
        running(Options(front=front, portal=7)) as sandbox,
        httpx.Client(base_url=sandbox.base_url, headers={"Authorization": "Bearer sandbox-1001"}) as client,
    ):
        yield client


def test_the_front_page_shows_what_is_held(hubspot: httpx.Client) -> None:
    upsert(
        hubspot, {"externalAccountId": "acme", "externalEventId": "a", "eventName": "Summit", "eventOrganizer": "Acme"}
    )
    answer = httpx.get(f"{hubspot.base_url}")
    assert (answer.status_code, answer.text) == (200, "7 UTC: [('acme', 'Summit')]")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_front_page_brings_its_policy(hubspot: httpx.Client) -> None:
    headers = httpx.get(f"{hubspot.base_url}").headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert [headers[name] for name in ("X-Content-Type-Options", "Referrer-Policy", "Cache-Control")] == [
        "nosniff",
        "no-referrer",
        "no-store",
    ]


def test_looking_at_it_is_no_request_to_hubspot(hubspot: httpx.Client) -> None:
    for _ in range(3):
        assert hubspot.get("/").status_code == 200
        assert hubspot.get("/favicon.ico").status_code == 204
    assert hubspot.get("/_sandbox/requests").json() == {"requests": []}


def test_nothing_can_be_sent_to_it(hubspot: httpx.Client) -> None:
    assert hubspot.post("/").status_code == 405


def test_without_one_there_is_nothing_there() -> None:
    with running(Options()) as sandbox:
        assert httpx.get(sandbox.base_url, headers={"Authorization": "Bearer sandbox-1001"}).status_code == 404
