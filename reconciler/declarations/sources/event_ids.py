"""The ids of events that other programs name in their own way."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from reconciler.declarations import validators
from reconciler.declarations.corrections import Wrong
from reconciler.declarations.yaml.nodes import Scalar

_LONGEST = 250
"""The most characters of an id: with its account id it has to fit into the path of a request."""
_LONGEST_WORDS = 80

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
    """Makes ids unique within one run: the second event of a name and day ends in `-2`."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """`taken` are ids that events have already."""
        self._taken = set(taken)

    def new(self, wanted: str) -> str:
        """Return the id itself, or with a number after it if it was returned before."""
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}-{number}"
        self._taken.add(found)
        return found
