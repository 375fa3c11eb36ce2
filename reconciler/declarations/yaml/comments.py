"""Comments that may be part of the text before them: people who write a comment put a space after #."""

import re

_BEGUN = r"(?:[^\W_]|\{(?:date|number)\})"
"""How a text goes on after #: a series invites to write #{number}."""
_CLOSE = re.compile(rf"#(?<=[ \t]#){_BEGUN}")
_CUT = re.compile(rf"(?P<below>[ \t]*(?:\r?\n)+)?(?P<indent>[ \t]+)(?P<cut>#(?!reconciler:){_BEGUN}.*)")


def may_cut(text: str) -> bool:
    """Return whether `comment_at` may find a comment anywhere in a text; this is quick, and may be wrong."""
    return _CLOSE.search(text) is not None


def comment_at(text: str, index: int) -> re.Match[str] | None:
    """Find a comment that may belong to the plain text that ends at an index; there may be empty lines between."""
    return _CUT.match(text, index)
