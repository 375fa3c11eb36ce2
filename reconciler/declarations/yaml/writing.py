"""YAML lines that declare given values, safe inside a fence of Markdown."""

import re
from collections.abc import Mapping

from reconciler.declarations.yaml.scalars import block_lines, in_double_quotes, key_text, reads_as_a_block
from reconciler.event import CUSTOM, Kind, Value, kind_of

_ACTIVE = re.compile("```|~~~|::|##")
"""Text that could end the code fence around the lines, or be a workflow command to GitHub's runner."""


def yaml_lines(fields: Mapping[str, Value]) -> list[str]:
    """Return lines that the strict reader reads as exactly these values; an empty text stands for None.

    The reader does not preserve line breaks at the end of a text, or carriage returns before other line breaks.
    """
    own = {name: value for name, value in fields.items() if not name.startswith(CUSTOM)}
    custom = {name.removeprefix(CUSTOM): value for name, value in fields.items() if name.startswith(CUSTOM)}
    lines = [line for name, value in own.items() for line in _lines(name, value, "")]
    if custom:
        lines.append("customProperties:")
    return lines + [line for name, value in custom.items() for line in _lines(name, value, "  ")]


def _lines(name: str, value: Value, indent: str) -> list[str]:
    if not indent and kind_of(name) is Kind.FLAG:
        return [f"{name}: {'true' if value is True else 'false'}"]
    key = _inactive(key_text(name))
    text = "" if value is None else str(value)
    if _ACTIVE.search(text) or not reads_as_a_block(text):
        return [f"{indent}{key}: {_inactive(in_double_quotes(text))}"]
    return [f"{indent}{key}: |-", *block_lines(text, f"{indent}  ")]


def _inactive(written: str) -> str:
    """Escape in quotes what begins a workflow command to GitHub's runner at any position."""
    return written.replace("##", "#\\x23")
