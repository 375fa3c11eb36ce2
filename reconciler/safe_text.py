"""Untrusted text made safe to show in messages, at a terminal and in the log of a workflow."""

import re

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Control characters except tab and line breaks; they control a terminal."""
_LINE_SEPARATORS = "\u2028\u2029"
"""Line breaks that editors do not count as lines."""
_DIRECTIONS = "\u202a-\u202e"
"""Characters that change the direction of the text after them; U+2066 to U+2069 do so too."""
_BYTE_ORDER_MARK = "\ufeff"
_SURROGATES = "\ud800-\udfff"

FORBIDDEN = re.compile(
    f"[{_CONTROLS}{_LINE_SEPARATORS}{_DIRECTIONS}\u2066-\u2069{_SURROGATES}{_BYTE_ORDER_MARK}\ufffe\uffff]|\r(?!\n)"
)
"""Characters that no file, value or file name may contain: they have an effect, or are not valid characters."""

# Format and bidirectional characters are invisible, or make a text look like another. Only the two joiners are allowed,
# because some scripts, and many emoji, cannot be written without them.
_UNSAFE = re.compile(
    f"[{_CONTROLS}\t\n\r{_LINE_SEPARATORS}{_DIRECTIONS}{_SURROGATES}{_BYTE_ORDER_MARK}"
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f\u2060-\u206f\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)

PASSING_UNSEEN = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u200c\u200d\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff"
)
"""Invisible characters that `visible` keeps, although a decoder may drop them; for use in a set of a regex."""

INVISIBLE = (
    f"{PASSING_UNSEEN}{_DIRECTIONS}{_BYTE_ORDER_MARK}\xad\u061c\u180e\u180f\u200b\u200e\u200f\u2060-\u206f\u2800"
)
"""Unicode's default-ignorable characters (DerivedCoreProperties) and the Braille blank; for use in a set of a regex."""

_CUT_AT = 60
_CODES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}

# The runner of GitHub Actions finds workflow commands in all that a step prints, in two forms: `::name
# properties::data` at the start of a line, after white space of any kind, and `##[name properties]data` anywhere in a
# line (actions/runner, ActionCommand).
_COMMAND_AT_START = re.compile(rf"\A([\s{PASSING_UNSEEN}]*+)(?=:[{PASSING_UNSEEN}]*+:)")
_COMMAND_ANYWHERE = re.compile(rf"(#[{PASSING_UNSEEN}]*+#[{PASSING_UNSEEN}]*+)(?=\[)")


def shown(text: str) -> str:
    """Return a name safe to show: forbidden characters, and every line break, are written as escapes."""
    # A text that is printable has none of them, and most names are.
    return text if text.isprintable() else re.sub(rf"{FORBIDDEN.pattern}|[\t\n\r]", _escape, text)


def quoted(text: str) -> str:
    """Return a user's text in quotes for a message, safe to show and not too long."""
    return f"'{cut(text)}'"


def cut(text: str) -> str:
    """Return a text safe to show, shortened where it is too long for a message."""
    safe = shown(text[:_CUT_AT])
    return safe if len(text) <= _CUT_AT else f"{safe}…"


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def visible(text: str) -> str:
    """Return a text with unsafe and invisible characters, and line breaks, written as their codes."""
    return _UNSAFE.sub(lambda match: _CODES.get(match[0], f"\\u{{{ord(match[0]):x}}}"), text)


def inert(text: str) -> str:
    """Return a text that is safe at a terminal and in a workflow's log; its line breaks stay."""
    return "\n".join(map(inert_line, text.split("\n")))


def inert_line(text: str) -> str:
    r"""Return a text that is as safe as that of `inert`, on one line: a line break is written as its code.

    A backslash turns workflow commands into plain text: `\::error::`, `##\[error]`.
    """
    return _COMMAND_ANYWHERE.sub(r"\1\\", _COMMAND_AT_START.sub(r"\1\\", visible(text)))
