"""Custom properties that repeat a field of the event under HubSpot's own name."""

from collections.abc import Iterator, Mapping, Sequence

from reconciler.advice.subject import Found, Subject, found_in
from reconciler.event import CUSTOM

_BEHIND: Mapping[str, str] = {
    f"{CUSTOM}hs_event_name": "eventName",
    f"{CUSTOM}hs_event_type": "eventType",
    f"{CUSTOM}hs_event_organizer": "eventOrganizer",
    f"{CUSTOM}hs_event_description": "eventDescription",
    f"{CUSTOM}hs_event_url": "eventUrl",
    f"{CUSTOM}hs_start_datetime": "startDateTime",
    f"{CUSTOM}hs_end_datetime": "endDateTime",
    f"{CUSTOM}hs_event_cancelled": "eventCancelled",
    f"{CUSTOM}hs_event_completed": "eventCompleted",
    f"{CUSTOM}hs_external_event_id": "externalEventId",
    f"{CUSTOM}hs_external_account_id": "externalAccountId",
    f"{CUSTOM}hs_object_id": "objectId",
}
"""The key to declare in place of each of HubSpot's own properties of marketing events."""


def hubspot_name(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find custom properties whose names are HubSpot's own for what has a key already."""
    for subject in subjects:
        for name in _BEHIND.keys() & subject.fields.keys():
            message = f"{name.removeprefix(CUSTOM)} is HubSpot's own name for {_BEHIND[name]}"
            hint = f"write {_BEHIND[name]} instead, beside customProperties, and delete this line"
            yield found_in(subject, name, message, hint)
