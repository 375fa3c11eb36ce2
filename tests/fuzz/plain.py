"""What was read can be written on: no text in it holds half a character."""

from dataclasses import fields, is_dataclass


def check(value: object) -> None:
    """Look through a value, whatever it is made of."""
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
