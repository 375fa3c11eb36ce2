"""JSON as it is printed: nothing in it acts at a terminal or in the log of a workflow."""

import json

from reconciler.json_values import Json


def json_text(document: Json) -> str:
    """Return a document as JSON in ASCII, with a line break at its end."""
    return without_commands(json.dumps(document, indent=2, ensure_ascii=True)) + "\n"


def without_commands(text: str) -> str:
    """Return JSON in which `##[`, which starts a workflow command, is escaped as all that controls a terminal is."""
    return text.replace("##[", r"#\u0023[")
