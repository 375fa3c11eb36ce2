"""The script that many would write with HubSpot's own client: one read and one write for each event.

`python tests/bench/straightforward.py FOLDER BASE_URL`, in an environment that has the client.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from hubspot import HubSpot
from hubspot.marketing.events import MarketingEventCreateRequestParams
from hubspot.marketing.events.exceptions import NotFoundException

ACCOUNT = "acme"
ZONE = ZoneInfo("Europe/Berlin")


def instant(text: str) -> str:
    """Return a local time as the client takes it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat()


def body(event: dict[str, Any]) -> MarketingEventCreateRequestParams:
    """Return what the client sends for an event."""
    return MarketingEventCreateRequestParams(
        external_account_id=ACCOUNT,
        external_event_id=event["externalEventId"],
        event_name=event["eventName"],
        event_organizer=event["eventOrganizer"],
        event_type=event["eventType"],
        event_url=event["eventUrl"],
        event_description=event["eventDescription"],
        start_date_time=instant(event["startDateTime"]),
        end_date_time=instant(event["endDateTime"]),
        custom_properties=[],
    )


def main() -> None:
    """Read each event, and create it if it is not there."""
    folder, base_url = sys.argv[1:]
    events = HubSpot(access_token="sandbox-1001", host=base_url).marketing.events.basic_api
    created = 0
    for file in sorted(Path(folder).glob("[0-9]*.yaml")):
        for event in yaml.safe_load(file.read_text(encoding="utf-8"))["events"]:
            try:
                events.get_details(event["externalEventId"], ACCOUNT)
            except NotFoundException:
                events.create(body(event))
                created += 1
    sys.stdout.write(f"{created} created\n")


if __name__ == "__main__":
    main()
