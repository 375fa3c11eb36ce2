"""Markdown read as GitHub reads it, for the laws of every page."""

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

OUR_HTML = {"<br>", "<!-- -->"}

COMMAND = re.compile(r"^\s*::.*::|##\[", re.MULTILINE)
"""What GitHub's runner takes for a command (actions/runner, ActionCommand.cs): both of its syntaxes, of any name."""

REFERENCE = re.compile(r"[@#]\S|(?i:\bGH-\d)")
"""What GitHub makes a mention, a mail address or an issue of, in text that entities have become characters in."""


def kind(token: Token) -> str:
    return token.type.removesuffix("_open").removesuffix("_close")


def runs(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield the texts of one block, each as long as no element interrupts it."""
    run = ""
    for token in tokens:
        if token.type == "text":
            run += token.content
        else:
            yield run
            run = ""
    yield run
