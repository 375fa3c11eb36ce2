"""The shapes of a portal's own properties, as JSON Schema describes them to editors."""

import json
import math
import re
from collections.abc import Iterator, Mapping

from reconciler.declarations.keys.shapes import END, PROPERTY, SCALARS, Shape, any_of
from reconciler.event import Kind
from reconciler.json_values import Json
from reconciler.planning.properties import FORMS
from reconciler.portal import Definition
from reconciler.safe_text import visible
from reconciler.values import OPTION_SEPARATOR

_READ_AS = {
    Kind.NUMBER: ["number", "string", "null"],
    Kind.BOOLEAN: ["boolean", "string", "null"],
    Kind.DATE: ["string", "integer", "null"],
    Kind.MOMENT: ["string", "integer", "null"],
}
"""What an editor may read of the values of a kind; null makes any empty."""
_ONE = "Write one text here, not a list."


def properties_shape(definitions: Mapping[str, Definition]) -> Shape:
    """Return the shape of `customProperties` with the properties that may be declared, and no others."""
    declarable = sorted((one for one in definitions.values() if one.writable), key=lambda one: one.name)
    return {
        "type": "object",
        "properties": {one.name: _property(one) for one in declarable},
        "additionalProperties": False,
    }


def _property(definition: Definition) -> Shape:
    told = {"title": visible(definition.label), "description": _description(definition)}
    if definition.kind is not Kind.OPTIONS:
        return {**told, **_one_text(definition.kind)}
    if definition.options is None:
        return {**told, **PROPERTY}
    first, *others = (_several if definition.several else _single)(definition.options)
    # Only the first repeats what is told: see `_described` in `declarations/editor_schema`.
    return {**told, "anyOf": [{**first, **told}, *others]}


def _description(definition: Definition) -> str:
    kinds = {
        Kind.OPTIONS: "one of its options",
        Kind.NUMBER: "a number in plain digits",
        Kind.BOOLEAN: "true or false",
        Kind.DATE: "a date, as in 2027-04-15",
        Kind.MOMENT: "a date and time with its offset, as in 2027-04-15T17:00:00+02:00",
    }
    value = "a list of its options" if definition.several else kinds.get(definition.kind, "a text")
    said = visible(" ".join(definition.description.split()))
    return "\n".join(filter(None, (said, f"The value is {value}.")))


def _one_text(kind: Kind) -> Shape:
    """Return the shape of a property without options; an empty list is allowed, because it makes the property empty."""
    types = [*_READ_AS.get(kind, SCALARS), "array"]
    form = FORMS.get(kind)
    if form is None:
        return {"type": types, "maxItems": 0, "errorMessage": _ONE}
    wrong = f"It must be {form.wanted}: {form.hint}."
    pattern = f"^(?:{form.pattern.pattern})?{END}"
    return {"type": types, "maxItems": 0, "pattern": pattern, "errorMessage": wrong}


def _single(labels: Mapping[str, str]) -> Iterator[Shape]:
    """Yield the alternatives of a property with one option; a list of it means the same."""
    yield from _option_or_nothing(labels)
    yield {"type": "array", "maxItems": 1, "items": {"anyOf": [*_option(labels)]}}


def _several(labels: Mapping[str, str]) -> Iterator[Shape]:
    """Yield the alternatives of a property with several options: one alone, a list, a text with semicolons."""
    yield from _option_or_nothing(labels)
    yield {"type": "array", "items": {"anyOf": [*_option(labels)]}}
    one = f"(?:{any_of(labels)})"
    yield {"type": "string", "pattern": f"^{one}(?:{OPTION_SEPARATOR}{one})+{END}"}


def _option_or_nothing(labels: Mapping[str, str]) -> Iterator[Shape]:
    first, *others = _option(labels)
    meanings = [*first["enumDescriptions"], "Makes it empty."]
    yield {**first, "enum": [*first["enum"], None], "enumDescriptions": meanings}
    yield from others
    yield {"type": "string", "pattern": f"^{END}"}


def _option(labels: Mapping[str, str]) -> Iterator[Shape]:
    """Yield the alternatives of one option; an editor offers those of the first."""
    yield {
        "description": "One of the options.",
        "type": SCALARS,
        "enum": [*map(_offered, labels)],
        "enumDescriptions": [*map(visible, labels.values())],
    }
    in_quotes = [option for option in labels if not isinstance(_offered(option), str)]
    texts = [rf"(?:{any_of(labels)})[\r\n]+", *([any_of(in_quotes)] if in_quotes else [])]
    yield {"type": "string", "pattern": f"^(?:{'|'.join(texts)})$"}
    # What an editor reads of `01` and `True` is allowed, but not offered: as it is read, it would be another option.
    misread = [read for option in labels if not isinstance(read := as_editors_read(option), str)]
    if misread:
        yield {"not": {"not": {"enum": misread}}}


def _offered(option: str) -> Json:
    """Return an option as an editor reads it if it can be written so, else as a text, which the editor quotes."""
    read = as_editors_read(option)
    return read if isinstance(read, bool | int) and json.dumps(read) == option else option


def as_editors_read(text: str) -> Json:
    """Return what YAML 1.2 (core schema) reads of a text without quotes: a number, a boolean, null, or the text."""
    if text in {"~", "null", "Null", "NULL"}:
        return None
    if re.fullmatch("true|True|TRUE|false|False|FALSE", text):
        return text[0] in "tT"
    if re.fullmatch("[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch("0o[0-7]+|0x[0-9a-fA-F]+", text):
        return int(text, 0)
    if re.fullmatch(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", text):
        return float(text) if math.isfinite(float(text)) else text
    return text
