"""Hints for keys without a value; `key.*` stands for every key below `key`."""

import re
from collections.abc import Mapping

from reconciler.declarations.yaml.nodes import Node, Scalar, Sequence

EMPTY_OR_DELETE = 'write "" to empty it, or delete the line to leave it alone'

_FLAG = "write true or false, or delete the line"
_TIME = "write a date and time, as in 2027-04-15 17:00, or delete the line"
_NUMBER = "write the number in plain digits"
_ZONE = "write the name of a time zone, as in Europe/Berlin"
_ACCOUNT = "write the account id"
_LIST = "write its items below it, each on a line that begins with a dash and a space, or delete the line"
_MAPPING = "write `name: value` below it, indented by two spaces, or delete the line"

FOR_DECLARATIONS: Mapping[str, str] = {
    "externalEventId": "write the id of the event",
    "externalAccountId": _ACCOUNT,
    "objectId": _NUMBER,
    "objectId.*": _NUMBER,
    "eventName": "write the name of the event",
    "eventOrganizer": "write the name of the organizer",
    "eventType": EMPTY_OR_DELETE,
    "eventDescription": EMPTY_OR_DELETE,
    "eventUrl": EMPTY_OR_DELETE,
    "startDateTime": _TIME,
    "endDateTime": _TIME,
    "timezone": _ZONE,
    "hours": 'write the hours of a day, as in "09:00-17:00"',
    "eventCancelled": _FLAG,
    "eventCompleted": _FLAG,
    "customProperties": _MAPPING,
    "customProperties.*": EMPTY_OR_DELETE,
    "initial": _MAPPING,
    "protect": _FLAG,
    "environments": _LIST,
    "absent": "write true, or delete the line",
    "repeat": "write `rule:` below it, indented by two spaces, with a value such as FREQ=WEEKLY;COUNT=8",
    "rule": "write a rule, as in FREQ=WEEKLY;BYDAY=TH;COUNT=12",
    "skip": "write dates below it, each on a line that begins with a dash and a space, or delete the line",
    "overrides": "write a date below it, indented by two spaces, or delete the line",
    "overrides.*": "write below the date what is different on it, indented by two spaces, or delete the line",
    "defaults": _MAPPING,
    "events": "write the events below it, each beginning with a dash and a space",
}

FOR_SETTINGS: Mapping[str, str] = {
    "portal": _NUMBER,
    "appId": _NUMBER,
    "externalAccountId": _ACCOUNT,
    "apiVersion": "write one of HubSpot's versions, or delete the line",
    "timezone": _ZONE,
    "orphans": "write ignore, report, cancel or delete, or delete the line",
    "protect": _LIST,
    "besides": _LIST,
    "silence": _LIST,
    "names": _MAPPING,
    "names.*": "write a regular expression, or delete the line",
    "eventTypes": _LIST,
    "environments": _MAPPING,
    "environments.*": _MAPPING,
}

TEXTS = frozenset({"externalEventId", "externalAccountId", "eventName", "eventOrganizer"}) | {
    key for key, hint in FOR_DECLARATIONS.items() if hint == EMPTY_OR_DELETE
}
"""The keys that can have any text."""


def what_to_write(key: str, above: str, known: Mapping[str, str]) -> str:
    """Return the hint for a key without a value; `above` is the key that it is under."""
    return known.get(f"{above}.*") or known.get(key) or "write a value after it, or delete the line"


def holds_text(key: str, above: str) -> bool:
    """Return whether a key can have any text."""
    return f"{above}.*" in TEXTS or key in TEXTS


_NO_COMMENT = "what follows # is a comment: put the value in quotes"
_NO_MAPPING = "a value that begins with { is a mapping in YAML: put the whole value in quotes"
_NO_SPACE = "put a space after its colon"
_NO_COMMA = "a comma ends the value before it here: put a value that contains a comma in quotes"


def hint_for_absent(key: Scalar, above: str, before: str, rest: str, guidance: Mapping[str, str]) -> str:
    """Return the hint for a key without a value that fits the text before and after it."""
    if re.match(r"[ \t]*#\S", rest) and holds_text(key.text, above):
        return _NO_COMMENT
    if key.plain and re.search(r":[^\s/]", key.text):
        return _NO_SPACE
    if before.rstrip(" \t").endswith(","):
        return _NO_COMMA
    if before.rstrip(" \t").endswith("{") and above in TEXTS:
        return _NO_MAPPING
    return what_to_write(key.text, above, guidance)


def instead_of_lines(node: Node, form: str) -> str:
    """Return the hint for something else where lines of `key: value` belong; `form` is the kind of mapping."""
    match node:
        case Scalar() if re.match(r"(?i)(RRULE:)?FREQ=", node.text):
            return "write it below repeat, after `rule: `"
        case _ if form == "Repeat":
            return "write below repeat, indented, rule: FREQ=WEEKLY;COUNT=8"
        case Sequence():
            return "write the events as items of one list under `events:`"
        case Scalar() if re.match(r"\w+ ?[:=;\uff1a]", node.text):
            return "put a colon and a space after each key"
        case _:
            return "write each value after a key and a colon, as in `eventName: Spring launch`"
