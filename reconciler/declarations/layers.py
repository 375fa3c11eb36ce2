"""What one mapping of a file says, checked by itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from reconciler.declarations import schema, strict_yaml
from reconciler.declarations.characters import cut, quoted
from reconciler.declarations.nearest import did_you_mean
from reconciler.declarations.nodes import Mapping, Node, Sequence, is_nothing
from reconciler.declarations.schema import Flaw, Shape
from reconciler.declarations.wrong import Wrong
from reconciler.diagnostics import Diagnostic, Place, error

_OWN_PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}")
"""How HubSpot writes the internal names of a portal's own properties."""
_OWN_HINT = "your own properties go under customProperties"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one mapping says, checked by itself: `values` holds what is right, `problems` tells the rest."""

    file: str
    mapping: Mapping
    values: dict[str, Any]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def place(self) -> Place:
        """Where the mapping begins."""
        return Place(self.file, self.mapping.line, self.mapping.column)

    def key_place(self, key: str) -> Place:
        """Where a key stands that the mapping holds."""
        return _place(self.file, self.mapping.keys[key])

    def value_place(self, key: str) -> Place:
        """Where the value of a key begins."""
        return _place(self.file, self.mapping.values[key])

    def is_silent_on(self, key: str) -> bool:
        """Tell whether the mapping certainly says nothing of a key."""
        return self.mapping.whole and key not in self.mapping.keys


class Keys:
    """The keys of one kind of mapping."""

    def __init__(self, kind: Any) -> None:
        self.shape = Shape(kind)
        self.names = self.shape.names

    def check_file(self, content: bytes, file: str) -> Layer:
        """Check a file that holds one such mapping, or nothing."""
        reading = strict_yaml.read(content, file)
        mappings = [node for node in reading.documents if not is_nothing(node)]
        if mappings:
            layer = self.check(mappings[0], file)
        else:
            layer = unknown(file) if reading.problems else Layer(file, _EMPTY, {})
        more = [_several_documents(_place(file, node)) for node in mappings[1:]]
        return replace(layer, problems=(*reading.problems, *layer.problems, *more))

    def check(self, node: Node, file: str) -> Layer:
        """Check a mapping of the file by itself, whatever it turns out to be."""
        if not isinstance(node, Mapping):
            return _shapeless(node, file)
        right, flaws = self.shape.check(node.values)
        return Layer(file, node, right, tuple(self._problem(flaw, node, file) for flaw in flaws))

    def _problem(self, flaw: Flaw, mapping: Mapping, file: str) -> Diagnostic:
        if flaw.wrong is None:
            *way, key = map(str, flaw.path)
            _, holder = _find(mapping, way)
            return self._unknown(key, _place(file, cast("Mapping", holder).keys[key]))
        names, node = _find(mapping, flaw.path)
        return refusal(flaw.wrong, ".".join(names), _place(file, node))

    def _unknown(self, key: str, place: Place) -> Diagnostic:
        if key == "repeat":
            return error("not-yet-supported", "repeat is not yet supported", place, "declare every date as an event")
        if self is DEFAULTS and key in EVENT.names:
            message = f"{key} names one event, so no other event can inherit it"
            return error("not-a-default", message, place, "move it to the event")
        return error("unknown-key", f"unknown key {quoted(key)}", place, self._right_place(key))

    def _right_place(self, key: str) -> str | None:
        """Say where a key belongs that is not known here."""
        if self is EVENT_LIST and key in EVENT.names:
            return "move it to defaults, or to each event"
        if self is DEFAULTS and key in EVENT_LIST.names:
            return "move it to another file"
        if self is not EVENT and self is not DEFAULTS:
            return did_you_mean(key, self.names)
        if self is EVENT and f"{key}s" in EVENT_LIST.names:
            return f"did you mean {key}s?"
        own = _OWN_HINT if _OWN_PROPERTY.fullmatch(key) else None
        if own and "_" in key and key.replace("_", "") not in map(str.lower, self.names):
            return own
        return did_you_mean(key, self.names) or own


def unknown(file: str, line: int = 1, column: int = 1) -> Layer:
    """Give the layer that stands for what could not be read: it may have said anything."""
    return Layer(file, Mapping({}, {}, whole=False, line=line, column=column), {})


def _shapeless(node: Node, file: str) -> Layer:
    hint = "write a list of events under `events:`" if isinstance(node, Sequence) else None
    problem = error("wrong-shape", "lines of `key: value` belong here", _place(file, node), hint)
    return replace(unknown(file, node.line, node.column), problems=(problem,))


def _several_documents(place: Place) -> Diagnostic:
    return error("several-documents", "this file holds a single document", place, "delete the lines with ---")


def refusal(wrong: Wrong, subject: str, place: Place) -> Diagnostic:
    """Tell why the value of a key is refused."""
    return error(wrong.code, f"{cut(subject)}: {wrong.message}", place, wrong.hint)


def _find(mapping: Mapping, path: Iterable[int | str]) -> tuple[list[str], Node]:
    """Follow pydantic's path to what is wrong: the keys on the way, and the value, or the key that is wrong itself.

    Between keys and numbers of items the path names kinds of values; after a key that is wrong stands `[key]`.
    """
    names: list[str] = []
    holder, node = mapping, cast("Node", mapping)
    for step in path:
        if isinstance(node, Mapping) and step in node.values:
            names.append(str(step))
            holder, node = node, node.values[names[-1]]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        elif step == "[key]":
            node = holder.keys[names.pop()]
    return names, node


def _place(file: str, node: Node) -> Place:
    return Place(file, node.line, node.column)


_EMPTY = Mapping({}, {}, whole=True, line=1, column=1)

EVENT = Keys(schema.Event)
DEFAULTS = Keys(schema.Defaults)
EVENT_LIST = Keys(schema.EventList)
SETTINGS = Keys(schema.SettingsFile)
