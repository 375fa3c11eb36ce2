"""Decoding of HubSpot's answers, with the values that HubSpot writes in more than one form."""

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import Unavailable
from reconciler.json_values import Json, Malformed, optional

_T = TypeVar("_T")


def decoded(decode: Callable[[Json], _T], body: Json) -> _T:
    """Decode an answer; raise `Unavailable` if it does not match HubSpot's description."""
    try:
        return decode(body)
    except Malformed as error:
        raise Unavailable(
            f"HubSpot's answer is not understood: {error}",
            hint="try again; if it happens again, HubSpot may have changed its API",
        ) from error


def headcount(value: Json, path: str) -> int | None:
    """Read a number of people; None if it is missing or negative."""
    people = optional(int, value, path)
    return None if people is None or people < 0 else people


def required_id(value: Json, path: str) -> str:
    """Read an id that must be there."""
    identifier = optional_id(value, path)
    if identifier is None:
        raise Malformed(f"{path} is missing")
    return identifier


def optional_id(value: Json, path: str) -> str | None:
    """Read an id, which HubSpot's description calls a string and some answers write as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else optional(str, value, path) or None


def optional_number(value: Json, path: str) -> int | None:
    """Read a whole number, which some answers write as a string."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) < 20 else None  # no id of HubSpot's is that long
    return optional(int, value, path)
