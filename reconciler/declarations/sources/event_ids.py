"""The ids of events that other programs name in their own way."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from reconciler.declarations.values import validators
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.safe_text import quoted

_LONGEST = 250
"""The most characters of an id: with its account id it has to fit into the path of a request."""
_LONGEST_WORDS = 80
_NONE: Mapping[str, Place] = {}

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
"""Latin letters that Unicode does not take apart."""


def id_from_uid(uid: str) -> str:
    """Return the id of an event whose UID is known: the UID itself, or one made from it if it cannot be an id."""
    content = uid.strip()
    try:
        validators.event_id(Scalar(content, plain=False, line=1, column=1))
    except Wrong:
        is_usable = False
    else:
        is_usable = len(content) <= _LONGEST
    return content if is_usable else f"{_words(content) or 'event'}-{_digest(content)}"


def id_from_name(name: str, day: date | None) -> str:
    """Return an id made from an event's name and the day on which it begins."""
    words = _words(name) or f"event-{_digest(name)}"
    return words if day is None else f"{words}-{day.isoformat()}"


def _words(text: str) -> str:
    """Return a text in small letters from a to z and digits, with dashes between the words."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", ""))[:_LONGEST_WORDS].strip("-")


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


class UniqueIds:
    """The ids of one run; whichever event would get the id of another is told.

    No id is numbered: the numbers would move with the events above, and the next import would take one for another.
    """

    def __init__(self, hint: str, taken: Mapping[str, Place] = _NONE) -> None:
        """`taken` are the ids that events have already, with their places; `hint` says how to give an event its own."""
        self._hint = hint
        self._places = dict(taken)
        self.problems: list[Diagnostic] = []

    def new(self, wanted: str, place: Place) -> str:
        """Return the id itself; where another event has it, note that, and return one that none has."""
        found, number = wanted, len(self._places)
        while found in self._places:
            number += 1
            found = f"{wanted}-{number}"
        if found != wanted:
            message = f"its id would be {quoted(wanted)}, which the event at line {self._places[wanted].line} has"
            self.problems.append(error("duplicate-event", message, place, self._hint))
        self._places[found] = place
        return found
