"""Keys that are not built yet, with what to do without them."""

from collections.abc import Mapping

EVENT_KEYS: Mapping[str, str] = {
    "repeat": "declare every date as an event",
    "initial": "delete it, and declare what HubSpot is to keep",
    "absent": "delete the event's declaration, and set orphans: delete in reconciler.yaml",
    "environments": "delete it, and keep the events of each environment in a folder of their own",
}

SETTINGS_KEYS: Mapping[str, str] = {
    "names": "delete it: nothing is held against it yet",
    "eventTypes": "delete it: nothing is held against it yet",
}
