"""Layers: the checked mappings that together declare an event."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, assert_never, cast

from reconciler.declarations.events.positions import Block, block_of
from reconciler.declarations.keys import readers
from reconciler.declarations.keys.initial import INITIAL, declared_too, field_keys, property_nodes
from reconciler.declarations.keys.readers import Read, values_in
from reconciler.declarations.keys.synonyms import advice_on, meant_by, meant_in_repeat
from reconciler.declarations.values.advice_codes import CUT_BY_COMMENT
from reconciler.declarations.values.corrections import Wrong, did_you_mean
from reconciler.declarations.yaml.guidance import FOR_DECLARATIONS, FOR_SETTINGS, holds_text, instead_of_lines
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence, is_nothing
from reconciler.declarations.yaml.reader import read_yaml
from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.event import CUSTOM, PROPERTIES
from reconciler.safe_text import cut, quoted

if TYPE_CHECKING:
    from reconciler.declarations.keys.schema import Flaw

_OWN_PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}")
"""The form of the internal names of a portal's own properties in HubSpot."""
_OWN_HINT = "your own properties go under customProperties"
_WITHIN: Table[str, Table[str, Read]] = {INITIAL: readers.OF_INITIAL, "names": readers.OF_NAMES}
"""The keys that belong under another key, by that key."""
_DELETE = "delete it, or, if it belongs to the text above it, put that whole text in quotes"


@dataclass(frozen=True, slots=True)
class Layer:
    """One mapping, checked by itself: `values` holds the valid values, `problems` describes the others."""

    file: str
    mapping: Mapping
    values: dict[str, Any]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def place(self) -> Place:
        """The position where the mapping begins."""
        return Place(self.file, self.mapping.line, self.mapping.column)

    def key_place(self, key: str) -> Place:
        """Return the position of a key of the mapping."""
        return _place(self.file, self.mapping.keys[key])

    def value_place(self, key: str) -> Place:
        """Return the position where the value of a key begins."""
        return _place(self.file, self.mapping.values[key])

    def block(self) -> Block:
        """Return the positions of the fields, each custom property by itself."""
        return block_of(field_keys(self.mapping), self.mapping.line)

    def lists(self, below: frozenset[str]) -> frozenset[str]:
        """Return the custom properties that are lists; `below` holds those of the layers below."""
        values = property_nodes(self.mapping)
        if not values:
            return below
        return below.difference(values).union(name for name, value in values.items() if isinstance(value, Sequence))

    def is_silent_on(self, key: str) -> bool:
        """Return whether the mapping certainly does not have a key; if a key could not be read, nothing is certain."""
        return self.mapping.whole and key not in self.mapping.keys


class Keys:
    """The keys that one kind of mapping may have."""

    def __init__(self, form: str, read: Table[str, Read], *, guidance: Table[str, str] = FOR_DECLARATIONS) -> None:
        self.form = form
        self.readers = read
        self.names = frozenset(read)
        self.guidance = guidance

    def check_file(self, content: bytes, file: str) -> Layer:
        """Check a file that holds one mapping of this kind, or nothing."""
        reading = read_yaml(content, file, self.guidance)
        mappings = [node for node in reading.documents if not is_nothing(node)]
        if mappings:
            layer = self.check(mappings[0], file)
        else:
            layer = unknown_layer(file) if reading.problems else Layer(file, _EMPTY, {})
        more = [_several_documents(_place(file, node)) for node in mappings[1:]]
        return replace(layer, problems=(*reading.problems, *layer.problems, *more))

    def check(self, node: Node, file: str) -> Layer:
        """Check one node of a file by itself; it is a problem if the node is not a mapping."""
        if not isinstance(node, Mapping):
            return _not_a_mapping(node, file, self.form)
        values = values_in(node.values, self.readers)
        if values is None:
            return self._check_by_schema(node, file)
        # Most mappings have none of these, and there are as many mappings as events.
        problems = (*_both(node, file), *cut_texts(node, file)) if node.cut or INITIAL in values else ()
        return Layer(file, node, values, problems)

    def _check_by_schema(self, mapping: Mapping, file: str) -> Layer:
        from reconciler.declarations.keys.schema import check_values  # noqa: PLC0415  (slow to load; only a mistake needs it)

        right, flaws = check_values(self.form, mapping.values)
        problems = (self._problem(flaw, mapping, file) for flaw in flaws)
        return Layer(file, mapping, right, (*problems, *_both(mapping, file), *cut_texts(mapping, file)))

    def _problem(self, flaw: "Flaw", mapping: Mapping, file: str) -> Diagnostic:
        if flaw.wrong is None:
            *path, key = map(str, flaw.path)
            _, holder = _follow(mapping, path)
            # Under the name of an environment stand the settings again.
            if len(path) % 2:
                return _unknown_within(path[-1], key, cast("Mapping", holder), file)
            return self._unknown(key, cast("Mapping", holder), file)
        names, node = _follow(mapping, flaw.path)
        return refusal(flaw.wrong, ".".join(names), _place(file, node))

    def _unknown(self, key: str, holder: Mapping, file: str) -> Diagnostic:
        place = _place(file, holder.keys[key])
        if self is OVERRIDE and key in EVENT.names:
            message = f"{key} belongs to the whole series, so it cannot be different on one date"
            return error("not-an-override", message, place, "delete it here")
        if self is DEFAULTS and key in EVENT.names:
            message = f"{key} names one event, so no other event can inherit it"
            return error("not-a-default", message, place, "move it to the event")
        return error("unknown-key", f"unknown key {quoted(key)}", place, self._hint_for(key, holder))

    def _hint_for(self, key: str, holder: Mapping) -> str:
        """Return a hint for an unknown key: where it belongs, or which key is meant."""
        if self is EVENT_LIST and key in EVENT.names:
            return "move it to defaults, or to each event"
        if self is DEFAULTS and key in EVENT_LIST.names:
            return "move it to another file"
        if self is REPEAT:
            return self._hint_in_repeat(key, holder)
        if self not in (EVENT, DEFAULTS, OVERRIDE):
            return self._hint_outside_events(key, holder)
        return self._hint_in_event(key, holder)

    def _hint_outside_events(self, key: str, holder: Mapping) -> str:
        """Return a hint for an unknown key in the settings or beside a list of events."""
        meant = meant_by(key)
        if self is EVENT_LIST and meant in EVENT.names:
            return f"it means {meant}: move it to each event under that name"
        return did_you_mean(key, self._names_left(holder)) or "delete it"

    def _hint_in_repeat(self, key: str, holder: Mapping) -> str:
        if meant := meant_in_repeat(key):
            is_there = meant in holder.keys
            return f"it means {meant}: delete one of the two" if is_there else f"did you mean {meant}?"
        if meant_by(key) in EVENT.names:
            return "move it out of repeat, to the other keys of the event"
        return did_you_mean(key, self._names_left(holder)) or f"only {', '.join(self.readers)} belong here"

    def _names_left(self, holder: Mapping) -> set[str]:
        return {name for name in self.names if name not in holder.keys}

    def _hint_in_event(self, key: str, holder: Mapping) -> str:
        """Return a hint for an unknown key in an event or in defaults."""
        if "repeat" in holder.keys and key in REPEAT.names:
            return "it belongs below repeat, indented by two spaces"
        meant = meant_by(key)
        if meant is not None and meant != key:
            return self._hint_for_synonym(meant, holder)
        if hint := advice_on(key):
            return hint
        if _is_below_empty_properties(key, holder):
            return "indent this line by two spaces, so that it belongs to customProperties above"
        return self._hint_by_spelling(key, holder) or (_OWN_HINT if _OWN_PROPERTY.fullmatch(key) else _DELETE)

    def _hint_for_synonym(self, meant: str, holder: Mapping) -> str:
        if meant in holder.keys:
            return f"it means {meant}, which is given too: delete one of the two"
        if len([key for key in holder.keys if meant_by(key) == meant]) > 1:
            return f"combine these lines into one: `{meant}: …`"
        if meant in self.names or meant in EVENT_LIST.names:
            return f"did you mean {meant}?"
        return f"it means {meant}, which names one event: move it to the event under that name"

    def _hint_by_spelling(self, key: str, holder: Mapping) -> str | None:
        """Suggest the nearest key; for a name like a portal's own property, only underscores and case may differ."""
        if "_" in key and _OWN_PROPERTY.fullmatch(key) and key.replace("_", "") not in map(str.lower, self.names):
            return None
        return did_you_mean(key, self._names_left(holder))


def _unknown_within(above: str, key: str, holder: Mapping, file: str) -> Diagnostic:
    """Return the error for an unknown key below one that holds only certain keys."""
    place, known = _place(file, holder.keys[key]), _WITHIN[above]
    meant = meant_by(key) or key
    if above == INITIAL and meant in EVENT.names - known.keys():
        message = f"{meant} cannot be initial: only {', '.join(known)} can"
        return error("not-initial", message, place, "move it out of initial")
    if meant in known and meant not in holder.keys:
        hint = f"did you mean {meant}?"
    else:
        hint = did_you_mean(key, known.keys() - holder.keys.keys()) or f"only {', '.join(known)} belong here"
    return error("unknown-key", f"unknown key {quoted(key)} under {above}", place, hint)


def _both(mapping: Mapping, file: str) -> Iterator[Diagnostic]:
    """Find fields that are initial and declared for good at once."""
    for name, key in declared_too(mapping):
        message = f"{cut(name.removeprefix(CUSTOM))} is declared twice: under initial and for good"
        yield error("initial-and-declared", message, _place(file, key), "delete one of the two")


def unknown_layer(file: str, line: int = 1, column: int = 1) -> Layer:
    """Return the layer for a mapping that could not be read and may have had any key."""
    return Layer(file, Mapping({}, {}, whole=False, line=line, column=column), {})


def cut_texts(mapping: Mapping, file: str) -> Iterator[Diagnostic]:
    """Find texts whose end YAML took for a comment; in an `externalEventId` that is an error."""
    if not mapping.cut:
        return
    for key, above, node in _texts(mapping):
        if node.cut and holds_text(key, above):
            report = error if key == "externalEventId" else warning
            message = f"{cut(key)} ends before {quoted(node.cut)}, which YAML takes for a comment"
            hint = "put the value in quotes, or a space after # if it is a comment"
            yield report(CUT_BY_COMMENT, message, _place(file, node), hint)


def _texts(mapping: Mapping, above: str = "") -> Iterator[tuple[str, str, Scalar]]:
    """Yield every single value of a mapping and of the mappings in it, with its key and the key above."""
    for key, node in mapping.values.items():
        match node:
            case Scalar():
                yield key, above, node
            case Sequence():
                yield from ((key, above, item) for item in node.items if isinstance(item, Scalar))
            case Mapping():
                yield from _texts(node, key) if above in ("", INITIAL) else ()
            case _:
                assert_never(node)


def _is_below_empty_properties(key: str, holder: Mapping) -> bool:
    """Return whether a key comes after `customProperties` in the same mapping, and that has no value."""
    properties = holder.keys.get(PROPERTIES)
    if properties is None or PROPERTIES in holder.values:
        return False
    return (properties.line, properties.column) < (holder.keys[key].line, holder.keys[key].column)


def _not_a_mapping(node: Node, file: str, form: str) -> Layer:
    hint = instead_of_lines(node, form)
    problem = error("wrong-shape", "lines of `key: value` belong here", _place(file, node), hint)
    return replace(unknown_layer(file, node.line, node.column), problems=(problem,))


def _several_documents(place: Place) -> Diagnostic:
    return error("several-documents", "this file can hold only one document", place, "delete the lines with ---")


def refusal(wrong: Wrong, subject: str, place: Place) -> Diagnostic:
    """Return the error for a refused value; `subject` names its key."""
    return error(wrong.code, f"{cut(subject)}: {wrong.message}", place, wrong.hint)


def _follow(mapping: Mapping, path: Iterable[int | str]) -> tuple[list[str], Node]:
    """Follow pydantic's path to a problem; return the keys on the way, and the value or the key that is wrong.

    The path has union tags between its keys and item indexes, and `[key]` after a key that is itself wrong.
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

EVENT = Keys("Event", readers.OF_EVENT)
DEFAULTS = Keys("Defaults", readers.OF_DEFAULTS)
EVENT_LIST = Keys("EventList", readers.OF_EVENT_LIST)
REPEAT = Keys("Repeat", readers.OF_REPEAT)
OVERRIDE = Keys("DateOverride", readers.OF_OVERRIDE)
SETTINGS = Keys("SettingsFile", readers.OF_SETTINGS, guidance=FOR_SETTINGS)
