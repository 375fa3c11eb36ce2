"""JSON values, read as the types that a description promises."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

Json = Any
"""What a JSON text can hold; every function here checks what it got."""

_T = TypeVar("_T")

_WORDS: Mapping[type, str] = {str: "a text", int: "a number", bool: "true or false"}


class Malformed(Exception):
    """An answer is not what its description promises; the message names the place in it.

    `held` is the single value that stands there; None where there is none, or more than that.
    """

    def __init__(self, message: str, held: Json = None) -> None:
        super().__init__(message)
        self.held = held


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
        raise Malformed(f"{path} is not {_WORDS[kind]}", value)
    return value


def optional(kind: type[_T], value: Json, path: str) -> _T | None:
    """Read a value that may be missing or null."""
    return None if value is None else as_kind(kind, value, path)
