"""Texts in quotation marks that YAML takes for a part of the text."""

from collections.abc import Iterator, Mapping, Sequence

from reconciler.advice.subject import Found, Subject, found_in
from reconciler.event import CUSTOM
from reconciler.safe_text import cut

_CLOSING: Mapping[str, str] = {
    '"': '"',
    "'": "'",
    "\u201c": "\u201d\u201c",
    "\u201d": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u2018": "\u2019\u2018",
    "\u2019": "\u2019",
    "\u201a": "\u2018\u2019",
    "\xab": "\xbb",
    "\xbb": "\xab\xbb",
    "\u2039": "\u203a",
    "\u203a": "\u2039\u203a",
}
"""The marks that may close a quotation, by the one that opens it; languages differ."""
_HINT = "delete them: YAML removes only one pair of straight ones"


def quotes_in_text(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find texts that are one quotation: straight marks in it are doubled, as YAML's own are no part of the text."""
    for subject in subjects:
        for name, value in subject.fields.items():
            if isinstance(value, str) and value[:1] in _CLOSING and _is_quoted(value):
                field = cut(name.removeprefix(CUSTOM))
                message = f"{field} begins and ends with quotation marks, which HubSpot would get too"
                yield found_in(subject, name, message, _HINT)


def _is_quoted(text: str) -> bool:
    """Return whether only the end of a text closes the quotation that its begin opens: `"A" or "B"` is two of them."""
    opening, closing = text[0], text[-1]
    inside = text.strip(opening + closing)
    return closing in _CLOSING[opening] and bool(inside) and opening not in inside and closing not in inside
