"""The difference between a file and what is written in its place, as a unified diff."""

from collections.abc import Iterator
from difflib import unified_diff


def file_diff(file: str, before: bytes | None, after: bytes) -> str:
    """Return the difference in the form that git writes; `before` is None for a new file.

    Line ends are not shown, and a byte that is not UTF-8 is shown as a replacement character.
    """
    old, new = ([] if each is None else _lines(_shown(each)) for each in (before, after))
    names = "/dev/null" if before is None else f"a/{file}", f"b/{file}"
    return "".join(_ended(unified_diff(old, new, *names)))


def file_patch(path: str, before: bytes, after: bytes) -> str:
    """Return the difference for `git apply`, to the byte; both contents are UTF-8.

    `path` leads from the top of the repository, with `/`.
    """
    old, new = (_lines(each.decode()) for each in (before, after))
    names = _name(f"a/{path}"), _name(f"b/{path}")
    return "".join([f"diff --git {names[0]} {names[1]}\n", *_ended(unified_diff(old, new, *names))])


def _shown(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n")


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _ended(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines, with git's note behind the one that has no line end."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _name(path: str) -> str:
    """Return a path in quotes, each unusual byte as an octal number: git reads it as this path whatever is in it."""
    inside = "".join(map(_byte, path.encode(errors="surrogateescape")))
    return f'"{inside}"'


def _byte(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}"
