"""JSON text, read into values that can always be encoded again."""

import json
import re
from collections.abc import Iterable, Mapping

from reconciler.json_values import Json

_MOST_SHOWN = 300
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


MOST_LEVELS = 100
"""Maximum nesting of values: HubSpot's own have ten levels, and the code that walks through them is recursive."""


class NotJson(Exception):
    """The bytes are cut off, are not JSON, or are nested too deeply."""


def parsed(content: bytes) -> Json:
    """Read a JSON text; raise `NotJson` if it is not one."""
    try:
        value = json.loads(content.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    if _is_too_deep(value):
        raise NotJson
    if _ESCAPED_SURROGATE.search(content) is None:
        return value
    # A lone surrogate can be neither encoded nor printed.
    return json.loads(_SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False)))


def envelope(content: bytes) -> Mapping[str, Json]:
    """Read an error body; empty if it is not a JSON object."""
    try:
        body = parsed(content)
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def without(secret: str, value: Json) -> Json:
    """Replace a secret in every text and name of a decoded value, in which no escape can hide it."""
    match value:
        case str():
            return value.replace(secret, "***")
        case list():
            return [without(secret, item) for item in value]
        case dict():
            return {name.replace(secret, "***"): without(secret, item) for name, item in value.items()}
        case _:
            return value


def shortened(text: str) -> str:
    """Cut a text that is only displayed, because a receipt may repeat it for every event."""
    return text[:_MOST_SHOWN]


def as_text(value: Json) -> str:
    """Return a value as a short text that is only displayed."""
    return shortened(json.dumps(value, ensure_ascii=False))


def _is_too_deep(value: Json) -> bool:
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: Json) -> Iterable[Json]:
    match value:
        case list():
            return value
        case dict():
            return value.values()
        case _:
            return ()


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
