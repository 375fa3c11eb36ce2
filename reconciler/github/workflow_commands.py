"""Workflow commands, which the runner of GitHub Actions reads in its log or its output file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from reconciler.errors import ReconcilerError

MOST_OF_A_KIND = 10
"""Maximum number of annotations of one level that GitHub keeps for a step; it silently drops the rest."""
MOST_CHARACTERS = 4096
"""Maximum characters of an annotation's message; a longer one is cut."""


class Level(Enum):
    """The severity of an annotation; the value is the runner's word."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message that GitHub shows at a place in a file, or at the run if it names no file."""

    kind: Level
    title: str
    message: str
    file: str | None = None
    """The path from the root of the repository, with slashes."""
    line: int | None = None
    column: int | None = None


def annotations(items: Iterable[Annotation]) -> tuple[str, ...]:
    """Return annotations as lines for the log; if there are too many, the last line says how many more there are."""
    listed = list(items)
    return tuple(
        _command(item)
        for kind in Level
        for item in _at_most(MOST_OF_A_KIND, kind, [item for item in listed if item.kind is kind])
    )


def _at_most(most: int, kind: Level, items: list[Annotation]) -> Iterator[Annotation]:
    if len(items) <= most:
        yield from items
        return
    yield from items[: most - 1]
    more = len(items) - most + 1
    yield Annotation(kind, f"{more} more", f"… and {more} more of this kind: the log lists them all.")


def _command(item: Annotation) -> str:
    properties = {"file": item.file, "line": item.line, "col": item.column, "title": item.title.strip()}
    text = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    return f"::{item.kind.value}{f' {text}' if text else ''}::{_data(_cut(item.message))}"


def _cut(message: str) -> str:
    return message if len(message) <= MOST_CHARACTERS else f"{message[: MOST_CHARACTERS - 1]}…"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def masks(secret: str) -> tuple[str, ...]:
    """Return the commands that make the runner mask a secret in its log from then on.

    The log is masked line by line, so each line of the secret is masked by itself.
    """
    return tuple(f"::add-mask::{_data(line)}" for line in re.split(r"[\r\n]+", secret) if line.strip())


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DELIMITER = re.compile(r"[A-Za-z0-9_-]{16,}")


def output(name: str, value: str, delimiter: str) -> str:
    """Return an entry for the file that GITHUB_OUTPUT names.

    The delimiter must be random and new for each entry: whoever knows it in advance could end the value and add an
    entry of their own. Raise `ReconcilerError` if the value contains it all the same.
    """
    if not _NAME.fullmatch(name) or not _DELIMITER.fullmatch(delimiter):
        raise ValueError(f"{name!r} cannot name an output, or its delimiter is no long random word")
    if delimiter in value:
        raise ReconcilerError(f"the output {name} contains its own delimiter", hint="run the step again")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
