"""Parsers for the values of a request; each refuses a value of the wrong type."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from reconciler.sandbox.refusals import HubSpotError, invalid, missing

_OBJECT_ID = re.compile(r"[1-9][0-9]{0,17}")  # fits into 64 bits
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_INSTANT = -62_135_596_800_000  # the years 1 to 9999, in milliseconds
_LAST_INSTANT = 253_402_300_799_999
_ISO_8601 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


MOST_LEVELS = 100
"""Maximum nesting of values: they are serialized again later, from deeper in the stack."""


def read_json(text: bytes) -> object:
    """Parse a JSON text; refuse one that is malformed, nested too deeply, or holds text that UTF-8 cannot encode."""
    try:
        value: object = json.loads(text.decode(), parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode()  # fails on lone surrogates, which no answer could contain
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise invalid(f"Invalid input JSON: it is not JSON ({place})", "body") from error
    except ValueError as error:
        raise invalid(f"Invalid input JSON: {error}", "body") from error
    if _is_deeper(value, MOST_LEVELS):
        raise _too_deep()
    return value


def _too_deep() -> HubSpotError:
    return invalid(f"Invalid input JSON: it is nested more than {MOST_LEVELS} deep", "body")


def _is_deeper(value: object, levels: int) -> bool:
    inside = [value]
    for _ in range(levels):
        lists = (each.values() if isinstance(each, dict) else each for each in inside if isinstance(each, dict | list))
        inside = [item for items in lists for item in items]
    return bool(inside)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read_object(value: object, field: str) -> dict[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise invalid(f"{field} must be an object", field)
    return value


def read_list(value: object, field: str) -> list[Any]:
    """Return a JSON array."""
    if not isinstance(value, list):
        raise invalid(f"{field} must be a list", field)
    return value


def read_text(value: object, field: str) -> str:
    """Return a text, kept verbatim."""
    if not isinstance(value, str):
        raise invalid(f"{field} must be a string", field)
    return value


def read_filled_text(value: object, field: str) -> str:
    """Return a required text that may not be empty."""
    if value is None or value == "":
        raise missing(field)
    return read_text(value, field)


def read_flag(value: object, field: str) -> bool:
    """Return true or false; no other value stands for either."""
    if not isinstance(value, bool):
        raise invalid(f"{field} must be true or false", field)
    return value


def read_whole(value: object, field: str, bounds: range) -> int:
    """Return a whole number within bounds."""
    if type(value) is not int or value not in bounds:
        raise invalid(f"{field} must be a whole number from {bounds[0]} to {bounds[-1]}", field)
    return value


def read_object_id(value: object) -> int | None:
    """Return an objectId as a number; None if no event can have it."""
    text = str(value)
    return int(text) if _OBJECT_ID.fullmatch(text) else None


def read_instant(value: object, field: str) -> int:
    """Return an instant in milliseconds since 1970 (UTC).

    ISO 8601 with an offset and milliseconds since 1970 are both in use (FACTS 4.3). What a time without an
    offset means is not known: it is refused.
    """
    instant = _milliseconds(value)
    if instant is None or not _FIRST_INSTANT <= instant <= _LAST_INSTANT:
        raise invalid(f"{field} must be a date and time with an offset", field)
    return instant


def instant(milliseconds: int) -> str:
    """Format an instant in UTC, with milliseconds only if there are any (FACTS 4.3)."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    precision = "milliseconds" if milliseconds % 1000 else "seconds"
    return moment.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def _milliseconds(value: object) -> int | None:
    if type(value) is int:
        return value
    if not isinstance(value, str) or not _ISO_8601.fullmatch(value):
        return None
    try:
        return (datetime.fromisoformat(value) - EPOCH) // timedelta(milliseconds=1)
    except ValueError:  # a day, a minute or an offset that does not exist
        return None
