"""GitHub's runner as a parser of the commands in what a step prints, rebuilt from its behaviour.

Two things are stricter than in the runner: every name counts as a known command, and a line is also read without the
characters that a culture-sensitive comparison or a decoder may ignore.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""The characters that .NET trims."""
LEFT_OUT = "\x00\xad\u200b\u200c\u200d\u2060\u3164\ud800\ufe0f\ufeff\U000e0041\U000e0101"


@dataclass(frozen=True)
class Command:
    """A command as the runner would carry it out."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def commands(printed: str) -> list[Command]:
    """Find every command in what a step printed."""
    return [found for line in _lines(printed) for found in [command(line)] if found is not None]


def possible_commands(printed: str) -> list[Command]:
    """Find every command that the runner might see, even if something on the way removes characters."""
    thinned = printed.translate(dict.fromkeys(map(ord, LEFT_OUT)))
    broken = "\n".join(printed.splitlines())
    return [*commands(printed), *commands(thinned), *commands(broken)]


def _lines(printed: str) -> Iterator[str]:
    yield from re.split(r"\r\n|\r|\n", printed)


def command(line: str) -> Command | None:
    """Read one line: the newer form is tried first."""
    return _newer(line) or _older(line)


def _newer(line: str) -> Command | None:
    trimmed = line.lstrip(WHITE_SPACE)
    if not trimmed.startswith("::"):
        return None
    head, mark, data = trimmed[2:].partition("::")
    name, _, rest = head.partition(" ")
    if not mark or not name:
        return None
    pairs = _pairs(rest.strip(WHITE_SPACE), ",")
    escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return Command(
        name,
        _unescaped(data, {"%0D": "\r", "%0A": "\n", "%25": "%"}),
        {key: _unescaped(value, escapes) for key, value in pairs},
    )


def _older(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, rest = line[start + 3 : end].partition(" ")
    if not name:
        return None
    escapes = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%25": "%"}
    pairs = _pairs(rest, ";")
    return Command(
        name, _unescaped(line[end + 1 :], escapes), {key: _unescaped(value, escapes) for key, value in pairs}
    )


def _pairs(text: str, separator: str) -> Iterator[tuple[str, str]]:
    """Split `name=value` pairs; empty parts are skipped, so that a value never starts with an equals sign."""
    for part in filter(None, text.split(separator)):
        name, _, value = part.lstrip("=").partition("=")
        if value.lstrip("="):
            yield name, value.lstrip("=")


def _unescaped(text: str, escapes: dict[str, str]) -> str:
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text


class NoOutput(Exception):
    """The output file is malformed, so the runner fails the step."""


def outputs(content: str) -> dict[str, str]:
    """Read an output file as the runner does."""
    found: dict[str, str] = {}
    lines = iter(content.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, mark = line.find("="), line.find("<<")
        if equals >= 0 and not 0 <= mark < equals:
            found[line[:equals]] = line[equals + 1 :]
        elif mark > 0 and line[mark + 2 :]:
            found[line[:mark]] = "\n".join(_until(lines, line[mark + 2 :]))
        else:
            raise NoOutput(line)
    return found


def _until(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    for line in lines:
        if line == delimiter:
            return
        yield line
    raise NoOutput(delimiter)
