"""Unknown key names, with the key that is meant or other advice."""

import re
from collections.abc import Mapping

_MEANT: Mapping[str, str] = {
    "externalEventId": "id eventid slug uid externalid",
    "objectId": "hubspotid recordid",
    "externalAccountId": "account accountid externalaccount",
    "eventName": "name title eventtitle headline summary subject",
    "eventOrganizer": "organizer organiser eventorganiser host eventhost",
    "eventType": "type category kind eventcategory",
    "eventDescription": "description details eventdetails about abstract body text",
    "eventUrl": "url link website eventlink webpage registrationurl registrationlink",
    "startDateTime": "start starts startsat starttime startdate eventstart eventstarttime eventstartdate eventstartsat "
    "begin begins date datetime eventdate eventdatetime dtstart when",
    "endDateTime": "end ends endsat endtime enddate eventend eventendtime eventenddate eventendsat until finish dtend",
    "timezone": "tz zone eventtimezone tzid",
    "hours": "openinghours openhours dailyhours",
    "eventCancelled": "cancelled canceled eventcanceled iscancelled iscanceled",
    "eventCompleted": "completed iscompleted done",
    "customProperties": "properties customproperty custom customfields fields",
    "initial": "initially initialvalues oncreate atcreation",
    "environments": "environment env envs",
    "absent": "deleted delete removed remove",
    "repeat": "repeats repetition recurrence recurring recurrencerule recurs rrule series",
    "events": "event eventlist",
    "defaults": "default",
}
"""For each key its other names, in lower case without `_`, `-`, blanks and the `hs_` of HubSpot's own names."""

_NO_FIELD = "location venue place address city country room online speaker speakers price image tags"
_FILLED_IN = (
    "registrants registrations attendees attendance cancellations noshows eventstatus status createdat updatedat "
    "appid appinfo"
)

_BY_NAME = {name: key for key, names in _MEANT.items() for name in (key.casefold(), *names.split())}


def meant_by(name: str) -> str | None:
    """Return the key that another name stands for; None if there is none."""
    return _BY_NAME.get(_plain(name))


def advice_on(name: str) -> str | None:
    """Return advice on a name for something that no key can hold; None if there is none."""
    if _plain(name) in _NO_FIELD.split():
        return "HubSpot's events have no field for it: write it into eventDescription, or under customProperties"
    if _plain(name) in _FILLED_IN.split():
        return "HubSpot fills this in itself: delete the line"
    return None


def _plain(name: str) -> str:
    return re.sub(r"[_\s-]", "", name.casefold().removeprefix("hs_"))


_MEANT_IN_REPEAT: Mapping[str, str] = {
    "rule": "rrule recurrence recurrencerule frequency freq every",
    "skip": "skipped exdate exdates exclude excluded except exceptions without",
    "overrides": "override overridden overwrite overwrites changes changed change",
}


def meant_in_repeat(name: str) -> str | None:
    """Return the key of a series that another name stands for; None if there is none."""
    return next((key for key, names in _MEANT_IN_REPEAT.items() if _plain(name) in (key, *names.split())), None)
