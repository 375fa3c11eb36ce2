"""The entries of docs/runbook.md."""

import re
from collections.abc import Mapping
from pathlib import Path

_FILE = Path(__file__).parents[1] / "docs" / "runbook.md"
_PARTS = ["What happened", "Written", "Do", "Well again"]


def entries(section: str) -> Mapping[str, str]:
    """Return the entries of a section by their headings; each has all its parts, in their order."""
    text = _FILE.read_text(encoding="utf-8").partition(f"\n## {section}")[2].partition("\n## ")[0]
    _, *pieces = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    found = dict(zip(pieces[::2], pieces[1::2], strict=True))
    for heading, entry in found.items():
        assert re.findall(r"^- \*\*(.+):\*\*", entry, re.MULTILINE) == _PARTS, heading
    return found
