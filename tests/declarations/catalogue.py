"""The catalogue of tricky declarations: files, and their outcome.

A case in `cases/*.txt` begins with `=== title`; what follows is a file called e.yaml, `@@ path` begins another one, and
`--- gives` the outcome. `<U+001B>` stands for a character, `<0xE9>` for a byte. Defaults above every case name and
organise its events, so that it can show one thing alone.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.reading import read_all
from reconciler.diagnostics import Diagnostic
from reconciler.errors import DeclarationsInvalid
from reconciler.event import DeclaredEvent
from reconciler.safe_text import shown as safe

FOLDER = Path(__file__).parent / "cases"
TERMS = Terms(environment="staging", environments=("production", "staging"), external_account_id="acme")
INHERITED = {"eventName": "A name", "eventOrganizer": "Acme"}
DEFAULTS = {"_defaults.yaml": json.dumps(INHERITED).encode()}


@dataclass(frozen=True)
class Case:
    """Files as they stand in the catalogue, and the outcome that is expected of them."""

    title: str
    written: str
    expected: str

    @property
    def files(self) -> dict[str, bytes]:
        content, *others = re.split(r"^@@ (.*)\n", self.written, flags=re.MULTILINE)
        named = {"e.yaml": content} if content else {}
        named |= zip(others[::2], others[1::2], strict=True)
        return DEFAULTS | {encoded(path).decode(): encoded(text) for path, text in named.items()}

    @property
    def outcome(self) -> str:
        """Every diagnostic, and every event if none is an error."""
        paths = sorted(self.files, key=reading_order)
        try:
            declared = read_all((SourceFile(path, safe(path), self.files[path]) for path in paths), TERMS)
        except DeclarationsInvalid as invalid:
            return visible("".join(map(told, invalid.diagnostics)))
        return visible("".join([*map(told, declared.diagnostics), *map(shown, declared.events)]))


def encoded(text: str) -> bytes:
    text = re.sub(r"<U\+([0-9A-F]+)>", lambda code: chr(int(code[1], 16)), text)
    parts = re.split(r"<0x([0-9A-F]{2})>", text)
    return b"".join(bytes.fromhex(part) if place % 2 else part.encode() for place, part in enumerate(parts))


def visible(text: str) -> str:
    """Write as a code any character that nobody could see, or tell apart, in the catalogue."""
    hidden = ("Cf", "Mn", "Zs")
    return "".join(f"<U+{ord(c):04X}>" if c != " " and category(c) in hidden else c for c in text)


def told(found: Diagnostic) -> str:
    hint = f"    {found.hint}\n" if found.hint else ""
    return f"{found.place or '-'}: {found.severity} {found.code}: {found.message}\n{hint}"


def shown(event: DeclaredEvent) -> str:
    fields = [(name, value) for name, value in event.fields.items() if INHERITED.get(name, ...) != value]
    fields += [(f"initial {name}", value) for name, value in event.initial.items()]
    lines = [f"    {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields]
    marks = f"{' (protected)' if event.protect else ''}{' (absent)' if event.absent else ''}"
    return f"{event.identity}{marks}\n{''.join(lines)}"


def cases(path: Path) -> Iterator[Case]:
    for entry in path.read_text(encoding="utf-8").split("=== ")[1:]:
        title, rest = entry.split("\n", 1)
        written, expected = rest.split("--- gives\n")
        yield Case(title, written, expected)


def rewrite(path: Path) -> None:
    """Write the actual outcomes as the expected ones; people review the difference."""
    entries = [f"=== {case.title}\n{case.written}--- gives\n{case.outcome}" for case in cases(path)]
    path.write_text("".join(entries), encoding="utf-8")
