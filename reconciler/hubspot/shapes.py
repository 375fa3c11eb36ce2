"""HubSpot's JSON values, read as the types that its description promises."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

Json = Any
"""What a JSON text can hold; every function here checks what it got."""

_T = TypeVar("_T")

_WORDS: Mapping[type, str] = {str: "a text", int: "a number", bool: "true or false"}


class Malformed(Exception):
    """HubSpot's answer is not what its description promises; the message names the place in it."""


def as_mapping(value: Json, path: str) -> Mapping[str, Json]:
    """Read an object."""
    if not isinstance(value, dict):
        raise Malformed(f"{path or 'the answer'} is not an object")
    return value


def as_list(value: Json, path: str) -> Sequence[Json]:
    """Read a list."""
    if not isinstance(value, list):
        raise Malformed(f"{path} is not a list")
    return value


def as_kind(kind: type[_T], value: Json, path: str) -> _T:
    """Read a value of one kind: a text, a number, a flag."""
    # A JSON true is an int to Python.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Malformed(f"{path} is not {_WORDS[kind]}")
    return value


def optional(kind: type[_T], value: Json, path: str) -> _T | None:
    """Read a value that may be missing or null."""
    return None if value is None else as_kind(kind, value, path)


def headcount(value: Json, path: str) -> int | None:
    """Read a number of people; one below zero counts nobody."""
    people = optional(int, value, path)
    return None if people is None or people < 0 else people


def required_id(value: Json, path: str) -> str:
    """Read an id that has to be there."""
    found = optional_id(value, path)
    if found is None:
        raise Malformed(f"{path} is missing")
    return found


def optional_id(value: Json, path: str) -> str | None:
    """Read an id, which the description calls a text and some answers write as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else optional(str, value, path) or None


def number(value: Json, path: str) -> int | None:
    """Read a whole number that some answers write as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) < 20 else None  # no id of HubSpot's is that long
    return optional(int, value, path)
