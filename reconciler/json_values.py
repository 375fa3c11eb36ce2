"""JSON values, checked for the types that an API's description promises."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

Json = Any
"""Any JSON value, not checked yet."""

_T = TypeVar("_T")

_TYPE_NAMES: Mapping[type, str] = {str: "a text", int: "a number", bool: "true or false"}


class Malformed(Exception):
    """An answer is not what its description promises; the message names the place in the answer.

    `held` is the wrong value if it is a single one, else None.
    """

    def __init__(self, message: str, held: Json = None) -> None:
        super().__init__(message)
        self.held = held

    def inside(self, path: str) -> "Malformed":
        """Return the same error with its place inside `path`, which is written only if something is wrong there."""
        return Malformed(f"{path}.{self}", self.held)


def as_mapping(value: Json, path: str) -> Mapping[str, Json]:
    """Return a value that has to be an object."""
    if not isinstance(value, dict):
        raise Malformed(f"{path or 'the answer'} is not an object")
    return value


def as_list(value: Json, path: str) -> Sequence[Json]:
    """Return a value that has to be a list."""
    if not isinstance(value, list):
        raise Malformed(f"{path} is not a list")
    return value


def as_kind(kind: type[_T], value: Json, path: str) -> _T:
    """Return a value that has to be a text, a number or a flag."""
    # A JSON true is an int to Python.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Malformed(f"{path} is not {_TYPE_NAMES[kind]}", value)
    return value


def optional(kind: type[_T], value: Json, path: str) -> _T | None:
    """Return a value that may be missing or null, and else has to be of one kind."""
    return None if value is None else as_kind(kind, value, path)
