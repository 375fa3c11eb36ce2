"""What a file declares, whatever the form in which it is written."""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from reconciler.declarations.events.file_names import DEFAULTS_FILE, SourceFile
from reconciler.declarations.events.layers import DEFAULTS
from reconciler.declarations.events.reading import read_documents
from reconciler.declarations.events.whole_days import TIMES
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.times import read_time
from reconciler.declarations.values.validators import text
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.declarations.yaml.reader import read_yaml
from reconciler.diagnostics import Diagnostic
from reconciler.event import PROPERTIES

Meaning = str | date | list["Meaning"] | dict[str, "Meaning"] | None


def meaning(source: SourceFile) -> tuple[list[Meaning], list[str]]:
    """Return the values in each document of a file, and the codes of its diagnostics; positions do not count."""
    reading = read_yaml(source.content, source.shown)
    return [_meaning(document, "") for document in reading.documents], sorted(each.code for each in _findings(source))


def _findings(source: SourceFile) -> Iterator[Diagnostic]:
    """Return what is wrong or noteworthy in a file by itself."""
    if source.name == DEFAULTS_FILE:
        yield from DEFAULTS.check_file(source.content, source.shown).problems
        return
    for document in read_documents(source.content, source.shown):
        yield from [document] if isinstance(document, Diagnostic) else document.problems


def _meaning(node: Node, name: str) -> Meaning:
    match node:
        case Scalar():
            return _value(node, name)
        case Sequence():
            return [_meaning(item, "") for item in node.items]
        case Mapping():
            above = f"{name}." if name == PROPERTIES else ""
            return {key: _meaning(value, above + key) for key, value in node.values.items()}
        case _:
            assert_never(node)


def _value(node: Scalar, name: str) -> Meaning:
    value = text(node)
    try:
        return read_time(value) if name in TIMES and value is not None else value
    except Wrong:
        return value
