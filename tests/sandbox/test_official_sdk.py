"""HubSpot's own Python client, which only knows v3, works with the sandbox."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.marketing import events as models
from hubspot.marketing.events.exceptions import ApiException

from reconciler.sandbox.server import Options, running

ACCOUNT = "acme"
DATES = {"start_date_time": "2127-04-14T07:00:00Z", "end_date_time": "2127-04-15T15:00:00Z"}
SEED = {
    "portal": {"id": 7},
    "properties": [
        {
            "name": "event_region",
            "label": "Region",
            "type": "enumeration",
            "fieldType": "select",
            "options": [{"value": "EMEA", "label": "Europe, Middle East, Africa"}],
        }
    ],
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    with running(Options(seed=seed)) as sandbox:
        yield HubSpot(access_token="sandbox-1001", host=sandbox.base_url)


@pytest.fixture
def events(client: Any) -> Any:
    return client.marketing.events


def described(name: str, **fields: object) -> Any:
    """Describe an event as the client sends it to be made."""
    least = {"external_account_id": ACCOUNT, "external_event_id": name, "event_name": name, "event_organizer": "Acme"}
    return models.MarketingEventCreateRequestParams(**{**least, "custom_properties": [], **DATES, **fields})


def region(value: str) -> list[Any]:
    return [models.PropertyValue(name="event_region", value=value)]


def create(events: Any, name: str = "summit", **fields: object) -> Any:
    return events.basic_api.create(described(name, **fields))


def status_of(call: Any, *arguments: object) -> int:
    """Return the status with which a call is refused."""
    with pytest.raises(ApiException) as refused:
        call(*arguments)
    return int(refused.value.status)


# Making


def test_client_creates_an_event(events: Any) -> None:
    made = create(events, custom_properties=region("EMEA"))
    assert (made.event_name, made.event_cancelled, made.custom_properties[0].value) == ("summit", False, "EMEA")
    assert made.start_date_time.isoformat() == "2127-04-14T07:00:00+00:00"


def test_client_learns_which_event_is_there_already(events: Any) -> None:
    made = create(events)
    with pytest.raises(ApiException) as refused:
        create(events)
    assert refused.value.status == 400
    assert json.loads(refused.value.body)["errorTokens"]["existingObjectId"] == [made.object_id]


def test_client_upserts_one_event(events: Any) -> None:
    made = events.basic_api.upsert("summit", described("summit", event_url="https://acme.example"))
    again = events.basic_api.upsert("summit", described("summit", event_name="Renamed"))
    assert (again.object_id, again.event_name, again.event_url) == (made.object_id, "Renamed", None)


def test_client_upserts_many_events_and_lists_them_page_by_page(events: Any) -> None:
    inputs = [described(name) for name in "abc"]
    made = events.batch_api.upsert(models.BatchInputMarketingEventCreateRequestParams(inputs=inputs))
    assert (made.status, len(made.results)) == ("COMPLETE", 3)
    first = events.basic_api.get_all(limit=2)
    last = events.basic_api.get_all(limit=2, after=first.paging.next.after)
    assert [each.external_event_id for each in first.results + last.results] == ["a", "b", "c"]
    assert last.paging is None


# Reading


def test_client_reads_an_event_by_either_of_its_names(events: Any) -> None:
    made = create(events)
    assert events.basic_api.get_by_object_id(made.object_id).external_event_id == "summit"
    assert events.basic_api.get_details("summit", ACCOUNT).object_id == made.object_id


def test_client_searches_for_its_events(events: Any) -> None:
    made = create(events)
    (found,) = events.identifiers_api.do_search("sum").results
    assert (found.app_id, found.external_account_id, found.object_id) == (1001, ACCOUNT, made.object_id)


def test_client_asks_for_identifiers(events: Any) -> None:
    assert events.identifiers_api.search_portal_events("summit").total == 0


def test_client_reads_property_definitions(client: Any) -> None:
    every = client.crm.properties.core_api.get_all("marketing_event").results
    one = client.crm.properties.core_api.get_by_name("0-54", "event_region")
    assert {"event_region", "hs_event_name"} <= {each.name for each in every}
    assert (one.label, one.options[0].value, one.modification_metadata.read_only_value) == ("Region", "EMEA", False)


# Changing


def test_client_updates_an_event_by_its_object_id(events: Any) -> None:
    made = create(events)
    change = models.MarketingEventPublicUpdateRequestV2(event_name="Renamed", custom_properties=region("EMEA"))
    changed = events.basic_api.update_by_object_id(made.object_id, change)
    assert (changed.event_name, changed.app_info.id, changed.custom_properties[0].value) == ("Renamed", "1001", "EMEA")


def test_client_updates_an_event_by_its_external_ids(events: Any) -> None:
    create(events)
    change = models.MarketingEventUpdateRequestParams(event_completed=True, custom_properties=[])
    assert events.basic_api.update("summit", ACCOUNT, change).event_completed is True


def test_client_updates_many_events(events: Any) -> None:
    made = create(events)
    change = models.MarketingEventPublicUpdateRequestFullV2(
        object_id=made.object_id, event_name="Renamed", custom_properties=[]
    )
    body = models.BatchInputMarketingEventPublicUpdateRequestFullV2(inputs=[change])
    assert [each.event_name for each in events.batch_api.update_by_object_id(body).results] == ["Renamed"]


def test_client_is_told_of_a_value_that_is_none(events: Any) -> None:
    with pytest.raises(ApiException) as refused:
        create(events, custom_properties=region("Mars"))
    assert json.loads(refused.value.body)["errors"][0]["code"] == "INVALID_OPTION"


def test_client_cancels_and_completes_an_event(events: Any) -> None:
    create(events)
    assert events.change_property_api.cancel("summit", ACCOUNT).event_cancelled is True
    dates = models.MarketingEventCompleteRequestParams(**DATES)
    assert events.change_property_api.complete("summit", ACCOUNT, dates).event_completed is True


# Deleting


def test_client_archives_an_event_by_its_object_id(events: Any) -> None:
    made = create(events)
    events.basic_api.archive_by_object_id(made.object_id)
    assert status_of(events.basic_api.get_by_object_id, made.object_id) == 404


def test_client_archives_an_event_by_its_external_ids(events: Any) -> None:
    create(events)
    events.basic_api.archive("summit", ACCOUNT)
    assert status_of(events.basic_api.get_details, "summit", ACCOUNT) == 404


def test_client_archives_many_events_by_object_id(events: Any) -> None:
    made = create(events)
    events.batch_api.archive_by_object_id({"inputs": [{"objectId": made.object_id}]})
    assert events.basic_api.get_all().results == []


def test_client_archives_many_events_by_external_ids(events: Any) -> None:
    create(events)
    identity = models.MarketingEventExternalUniqueIdentifier(
        app_id=1001, external_account_id=ACCOUNT, external_event_id="summit"
    )
    events.batch_api.archive(models.BatchInputMarketingEventExternalUniqueIdentifier(inputs=[identity]))
    assert events.basic_api.get_all().results == []
