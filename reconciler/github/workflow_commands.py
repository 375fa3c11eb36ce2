"""What the runner of GitHub Actions is told by lines of a log or of its output file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from reconciler.errors import ReconcilerError

MOST_OF_A_KIND = 10
"""Annotations of one kind that GitHub keeps of a step; it drops the rest without a word."""
MOST_CHARACTERS = 4096
"""Characters of an annotation's message; what is longer is cut."""


class Level(Enum):
    """How grave an annotation is; the value is the runner's word."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark that GitHub shows at a place in a file, or at the run where it names none."""

    kind: Level
    title: str
    message: str
    file: str | None = None
    """From the top of the repository, with slashes."""
    line: int | None = None
    column: int | None = None


def annotations(found: Iterable[Annotation]) -> tuple[str, ...]:
    """Write annotations as lines for the log; where there are too many, the last one says how many more there are."""
    listed = list(found)
    return tuple(
        _annotation(one)
        for kind in Level
        for one in _at_most(MOST_OF_A_KIND, kind, [one for one in listed if one.kind is kind])
    )


def _at_most(most: int, kind: Level, found: list[Annotation]) -> Iterator[Annotation]:
    if len(found) <= most:
        yield from found
        return
    yield from found[: most - 1]
    more = len(found) - most + 1
    yield Annotation(kind, f"{more} more", f"… and {more} more of this kind: the log lists them all.")


def _annotation(one: Annotation) -> str:
    properties = {"file": one.file, "line": one.line, "col": one.column, "title": one.title.strip()}
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    return f"::{one.kind.value}{f' {told}' if told else ''}::{_data(_cut(one.message))}"


def _cut(message: str) -> str:
    return message if len(message) <= MOST_CHARACTERS else f"{message[: MOST_CHARACTERS - 1]}…"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def masks(secret: str) -> tuple[str, ...]:
    """Write what makes the runner hide a secret in its log from there on.

    The log is hidden line by line, so each line of the secret is a secret of its own.
    """
    return tuple(f"::add-mask::{_data(line)}" for line in re.split(r"[\r\n]+", secret) if line.strip())


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DELIMITER = re.compile(r"[A-Za-z0-9_-]{16,}")


def output(name: str, value: str, delimiter: str) -> str:
    """Write an entry for the file that GITHUB_OUTPUT names.

    The delimiter has to be random and new for each entry: who knows it before could end the value and go on with an
    entry of their own. `ReconcilerError` where the value holds it nonetheless.
    """
    if not _NAME.fullmatch(name) or not _DELIMITER.fullmatch(delimiter):
        raise ValueError(f"{name!r} cannot name an output, or its delimiter is no long random word")
    if delimiter in value:
        raise ReconcilerError(f"the output {name} holds the mark of its own end", hint="run the step again")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
