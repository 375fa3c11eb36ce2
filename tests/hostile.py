"""Hostile texts, and checks for what acts in a printed text."""

import unicodedata

from hypothesis import strategies as st

from tests.github.runner_parser import LEFT_OUT, WHITE_SPACE

COMMANDS = (
    "::error::boo",
    " \t::add-mask::e",
    "\u3000::stop-commands::x",
    "\x85::error::boo",
    "fine\n::error file=a::boo",
    "fine\r::error::boo",
    "Foo ##[add-mask]e",
    "###[group]x",
    "##[set-env name=PATH]x",
    "::##[error]::",
    "\ufeff::error::boo",
    ":\u200b:error::boo",
    "#\u200d#\ud800[error]boo",
    "#\ufe0f#\U000e0101[error]boo",
    "\u3164\U000e0041:\U000e0101:error::boo",
)
"""What GitHub's runner takes, or might take, for a command."""

_PIECES = (
    *("##[error]", "##[", "::error::", "::", ":", "#", "[", "]"),
    *("error", "add-mask", "set-env name=PATH", "stop-commands", " ", "e", "=", ","),
    *(";", "%0A", "%25", "\\", "\r", "\n", "\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\u202e", '"'),
    *WHITE_SPACE,
    *LEFT_OUT,
)
anything = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=20).map("".join) | st.text()


def acting(printed: str) -> list[str]:
    """Return the characters, except line ends, that could control a terminal or make a text look like another."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [one for one in printed if unicodedata.category(one) in kinds and one not in "\n\u200c\u200d"]
