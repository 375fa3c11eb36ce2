"""Schemas of OpenAPI 3.0 as validators of requests and of answers.

Both are stricter than OpenAPI: an object holds only properties that its schema names. An answer may lack any of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

Json = Mapping[str, Any]
Check = Callable[[Any, Any, Any, Json], Iterable[ValidationError] | None]
"""What a keyword means: of a validator, the keyword's value, an instance and the whole schema."""

FORMATS = FormatChecker()
_UNDESCRIBED = "undescribed"


@FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return not isinstance(value, str) or re.fullmatch(form, value) is not None


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"https?://[^\s/]+(/\S*)?", value) is not None


@FORMATS.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _or_null(check: Check) -> Check:
    """Let `nullable`, which JSON Schema does not know, allow null beside whatever a keyword allows."""

    def checked(validator: Any, value: Any, instance: Any, schema: Json) -> Iterator[ValidationError]:
        if not (instance is None and schema.get("nullable")):
            yield from check(validator, value, instance, schema) or ()

    return checked


def _properties(validator: Any, value: Json, instance: Any, schema: Json) -> Iterator[ValidationError]:
    yield from _STANDARD["properties"](validator, value, instance, schema) or ()
    if isinstance(instance, dict) and "additionalProperties" not in schema:
        for name in instance.keys() - value.keys():
            yield ValidationError(f"{name!r} is not described", validator=_UNDESCRIBED)


def _all_of(validator: Any, value: list[Json], instance: Any, _: Json) -> Iterator[ValidationError]:
    """Hold an instance against each schema; what one of them names is described."""
    found = [list(validator.descend(instance, schema)) for schema in value]
    unnamed = [{_told(one) for one in errors if one.validator == _UNDESCRIBED} for errors in found]
    in_none = set.intersection(*unnamed)
    yield from (one for errors in found for one in errors if one.validator != _UNDESCRIBED or _told(one) in in_none)


def _told(error: ValidationError) -> tuple[str, str]:
    return error.json_path, error.message


def _nothing(*_: object) -> Iterable[ValidationError]:
    return ()


def _extended(rules: type[Validator], keywords: Mapping[str, Check]) -> type[Validator]:
    extended: type[Validator] = extend(rules, {name: _or_null(check) for name, check in keywords.items()})  # type: ignore[no-untyped-call]  # (its stub has no types)
    return extended


_STANDARD: Mapping[str, Check] = Draft202012Validator.VALIDATORS
OF_REQUESTS = _extended(Draft202012Validator, {**_STANDARD, "properties": _properties, "allOf": _all_of})
# Where nothing is required, an object may fit several alternatives of which it is meant to be one.
OF_ANSWERS = _extended(OF_REQUESTS, {"required": _nothing, "oneOf": _STANDARD["anyOf"]})
