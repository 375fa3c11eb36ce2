"""The shapes of values, as JSON Schema describes them to editors.

An editor reads YAML 1.2: to it `2027` is a number, `true` a boolean and `Null` is null. The reader takes each of them
as a text, so a shape of texts allows them all. The reader also drops the line breaks at the end of a text, so each
pattern allows some there. `errorMessage` and `patternErrorMessage` are what `yaml-language-server` then says.
"""

import re
from collections.abc import Iterable

from reconciler.declarations.values.times import DAY, HOURS, TIME
from reconciler.json_values import Json

Shape = dict[str, Json]
"""A JSON Schema of one value."""

SCALARS = ["string", "number", "boolean", "null"]
"""What an editor may read of a text."""

END = r"[\r\n]*$"
"""The end of a pattern."""

_ID = r"[^ \t\r\n](?:[^\t\r\n]*[^ \t\r\n])?"
_WITH_A_MEANING = re.compile(r"[$()*+.?\[\\\]^{|}]")
"""Characters with a meaning in a pattern; to escape any other would be an error in JavaScript."""


def texts(pattern: str, message: str) -> Shape:
    """Return the shape of a text that a regular expression matches whole; `message` is the error of any other."""
    return {"type": "string", "pattern": f"^(?:{pattern}){END}", "patternErrorMessage": message}


TEXT: Shape = {"type": SCALARS, "errorMessage": "Write one text here."}
FILLED: Shape = {**TEXT, "pattern": r"[^ \t\r\n]", "patternErrorMessage": "This cannot be empty."}
ID: Shape = {**texts(_ID, "An id is not empty, and has no blank at either end."), **TEXT}
FLAG: Shape = {"type": "boolean", "errorMessage": "Write true or false, without quotes."}
POINT: Shape = texts(
    f"{TIME}|{DAY}", "Write it like 2027-04-15 17:00, or with an offset like 2027-04-15T17:00:00+02:00."
)
"""A time, or a date alone."""
DAY_ALONE: Shape = texts(DAY, "Write a date like 2027-04-15.")
RECURRENCE: Shape = texts("[A-Za-z]+=[^;=]+(?:;[A-Za-z]+=[^;=]+)*", "Write it like FREQ=WEEKLY;BYDAY=TH;COUNT=12.")
ZONE: Shape = texts(
    r"UTC|GMT|(?!Etc/GMT[+-][1-9])[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)+", "Name a place, as in Europe/Berlin."
)
HOURS_OF_DAY: Shape = texts(HOURS, 'Write it like "09:00-17:00".')
LINK: Shape = {
    **texts(
        r"(?:[Hh][Tt][Tt][Pp][Ss]?://[^/?#@ \\]+(?:[/?#][^ \\]*)?)?",
        "A link begins with https:// or http:// and a host, and has neither blanks nor a password.",
    ),
    "type": ["string", "null"],
}
DIGITS: Shape = {
    **texts("[1-9][0-9]{0,18}", "Write the digits alone."),
    "type": ["integer", "string"],
    "minimum": 1,
}
NAME: Shape = {"pattern": r"^[^ \t\r\n]+[\r\n]*$", "patternErrorMessage": "A name is not empty, and has no blanks."}
"""The name of a custom property or of an environment; an editor reads some as numbers, for which no pattern holds."""
DIGITS_OF_EACH: Shape = {
    **DIGITS,
    "type": ["integer", "string", "object"],
    "propertyNames": NAME,
    "additionalProperties": DIGITS,
    "errorMessage": "Write a number, or below this line one for each environment.",
}
"""A number, or a mapping from environment to number."""
_OPTION: Shape = {"type": SCALARS, "pattern": "^[^;]+$", "patternErrorMessage": "Write each option as an item."}
PROPERTY: Shape = {"type": [*SCALARS, "array"], "items": _OPTION, "errorMessage": "Write one text, or a list."}


def id_except(reserved: Iterable[str]) -> Shape:
    """Return the shape of an id that is none of the reserved words."""
    words = f"(?!(?:{any_of(reserved)}){END})"
    return {**texts(f"{words}{_ID}", "An id has no blank at either end, and is no word of HubSpot's API."), **TEXT}


def choice(known: Iterable[str]) -> Shape:
    """Return the shape of a text that is one of the known words."""
    words = [str(word) for word in known]
    block = {"type": "string", "pattern": rf"^(?:{any_of(words)})[\r\n]+$"}
    return {"anyOf": [{"type": "string", "enum": words}, block]}


def any_of(words: Iterable[str]) -> str:
    """Return the pattern that matches these words alone, in Python and in JavaScript."""
    return "|".join(_WITH_A_MEANING.sub(lambda found: f"\\{found[0]}", word) for word in words)
