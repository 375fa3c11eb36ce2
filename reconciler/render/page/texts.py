"""Texts of others as parts of a page."""

import re
from urllib.parse import quote

from markupsafe import Markup, escape

from reconciler.safe_text import visible

# What begins a command to the runner of GitHub Actions, which may read a page that is printed in a log. An escaped text
# has no & but in entities.
_COMMAND = re.compile("(?<!&)#|:")
_WEB = re.compile(r"https?://[^\s/?#\\@\[\]]+(?:[/?#]\S*)?", re.IGNORECASE)
MOST_OF_A_NAME = 200
"""The most characters of a name on each of its days; the list of events has the whole one."""
_IN_ADDRESS = ":/?#=&%@+,;~!$*()"


def safe(text: str) -> Markup:
    """Return a text as HTML that shows it as it is, with line breaks kept and invisible characters as codes."""
    lines = (escape(visible(line)) for line in text.split("\n"))
    return Markup("\n").join(Markup(_COMMAND.sub(_entity, line)) for line in lines)  # noqa: S704  (it is escaped)


def safe_name(name: str) -> Markup:
    """Return a name as HTML for a place of which an event has many; only a longer one than people give is cut."""
    return safe(name if len(name) <= MOST_OF_A_NAME else f"{name[:MOST_OF_A_NAME]}…")


def linkable(text: str) -> str | None:
    """Return an address that a page may lead to, with all that could end it encoded; None if the text is none."""
    if not _WEB.fullmatch(text) or not text.isprintable():
        return None
    return quote(text, safe=_IN_ADDRESS, errors="replace")


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
