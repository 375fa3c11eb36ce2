"""HubSpot's own Python client gets along with the sandbox."""

from collections.abc import Iterator
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.marketing import events as models
from hubspot.marketing.events.exceptions import ApiException

from reconciler.sandbox.server import Options, running


@pytest.fixture
def events() -> Iterator[Any]:
    """The marketing events of the official client, which only knows v3."""
    with running(Options()) as sandbox:
        yield HubSpot(access_token="sandbox-1001", host=sandbox.base_url).marketing.events


def upsert(events: Any, *names: str) -> list[Any]:
    inputs = [
        models.MarketingEventCreateRequestParams(
            external_account_id="acme",
            external_event_id=name,
            event_name=name,
            event_organizer="Acme",
            start_date_time="2127-04-14T07:00:00Z",
            custom_properties=[],
        )
        for name in names
    ]
    made = events.batch_api.upsert(models.BatchInputMarketingEventCreateRequestParams(inputs=inputs))
    results: list[Any] = made.results
    return results


def test_client_makes_events_and_lists_them_page_by_page(events: Any) -> None:
    upsert(events, "a", "b", "c")
    first = events.basic_api.get_all(limit=2)
    last = events.basic_api.get_all(limit=2, after=first.paging.next.after)
    assert [each.external_event_id for each in first.results + last.results] == ["a", "b", "c"]
    assert last.paging is None
    assert first.results[0].start_date_time.isoformat() == "2127-04-14T07:00:00+00:00"


def test_client_reads_an_event_by_either_of_its_names(events: Any) -> None:
    (made,) = upsert(events, "summit")
    assert events.basic_api.get_by_object_id(made.object_id).external_event_id == "summit"
    assert events.basic_api.get_details("summit", "acme").object_id == made.object_id


def test_client_updates_events(events: Any) -> None:
    (made,) = upsert(events, "summit")
    change = {"objectId": made.object_id, "eventName": "Renamed", "customProperties": []}
    changed = events.batch_api.update_by_object_id({"inputs": [change]})
    assert [each.event_name for each in changed.results] == ["Renamed"]
    completed = events.basic_api.update("summit", "acme", {"eventCompleted": True, "customProperties": []})
    assert completed.event_completed is True


def test_client_archives_events(events: Any) -> None:
    (made,) = upsert(events, "summit")
    events.batch_api.archive_by_object_id({"inputs": [{"objectId": made.object_id}]})
    with pytest.raises(ApiException) as refused:
        events.basic_api.get_by_object_id(made.object_id)
    assert refused.value.status == 404
