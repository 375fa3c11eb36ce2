"""Everything that was read can be written again: no text in it holds a lone surrogate."""

from dataclasses import fields, is_dataclass


def check(value: object) -> None:
    """Check a value of any kind, and everything in it."""
    match value:
        case str():
            value.encode()
        case dict():
            for key, held in value.items():
                check(key)
                check(held)
        case list() | tuple() | set() | frozenset():
            for item in value:
                check(item)
        case _ if is_dataclass(value):
            for field in fields(value):
                check(getattr(value, field.name))
        case _:
            pass
