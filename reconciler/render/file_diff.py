"""The difference between a file and what is written in its place, as a unified diff."""

from collections.abc import Iterator
from difflib import unified_diff


def file_diff(file: str, before: bytes | None, after: bytes) -> str:
    """Return the difference in the form that git writes; `before` is None for a new file.

    Line ends are not shown, and a byte that is not UTF-8 is shown as a replacement character.
    """
    old, new = ([] if each is None else _lines(each) for each in (before, after))
    names = "/dev/null" if before is None else f"a/{file}", f"b/{file}"
    return "".join(_ended(unified_diff(old, new, *names)))


def _lines(content: bytes) -> list[str]:
    text = content.decode(errors="replace").replace("\r\n", "\n")
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _ended(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines, with git's note behind the one that has no line end."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
