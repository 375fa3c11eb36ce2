"""The strict reader of YAML, from text to nodes."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from itertools import islice
from typing import cast

import yaml

from reconciler.declarations.yaml.characters import REPORTED_AT_MOST, deceptive_character, decode
from reconciler.declarations.yaml.comments import comment_at
from reconciler.declarations.yaml.complaints import Position
from reconciler.declarations.yaml.escapes import escapes, text_of_quoted
from reconciler.declarations.yaml.events import events_of, position_of, readable
from reconciler.declarations.yaml.guidance import FOR_DECLARATIONS, hint_for_absent
from reconciler.declarations.yaml.mistakes import ODD_SPACE, odd_indentation
from reconciler.declarations.yaml.nodes import Mapping, Node, Reading, Scalar, Sequence
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.safe_text import FORBIDDEN, quoted

DEPTH = 20
"""How deep values may be nested; a declaration needs 5."""

REPEATED = 10_000
"""How many values of one file may come from references; a few short references can expand to millions."""

_NEAR = 80
"""How many characters beside a key are examined for a hint; a line or a file can have a hundred thousand keys."""

_NESTED = "nest less deeply, or put a text with brackets in quotes"
_NO_ITEM = "write a value after it, or delete it"
_QUOTE = "put the value in quotes"

_NEXT_LINE = re.compile(rf"[ \t]*(?:#.*)?\r?\n *{ODD_SPACE}")

_Valued = yaml.ScalarEvent | yaml.CollectionStartEvent


def read(content: bytes, file: str, guidance: Table[str, str] = FOR_DECLARATIONS) -> Reading:
    """Read a file's content; `file` is its name as shown to people, `guidance` holds the hint for each key.

    No types are guessed: every scalar stays text. Raises `ReconcilerError` if PyYAML lacks libyaml, because only
    libyaml's parser works without recursion and is the same on every machine.
    """
    if not yaml.__with_libyaml__:
        raise ReconcilerError(
            "this installation of PyYAML lacks libyaml, which is needed to read the files",
            hint="install its wheel: "
            f"pip install --force-reinstall --no-deps --only-binary=:all: pyyaml=={yaml.__version__}",
        )
    documents: list[Node] = []
    problems: list[Diagnostic] = []
    try:
        for document in _Tree(readable(decode(content, file)), file, problems, guidance).documents():
            documents.append(document)  # noqa: PERF402  the documents before a syntax error are kept
    except DeclarationsInvalid as invalid:
        reported = {problem.place for problem in problems}  # a syntax error may follow from one of these
        problems.extend(problem for problem in invalid.diagnostics if problem.place not in reported)
    return Reading(tuple(documents), tuple(problems))


@dataclass(slots=True)
class _Anchor:
    """A value that references can repeat as soon as it is no longer `open`."""

    name: str
    position: Position
    open: bool = True
    node: Node | None = None
    size: int = 0
    used: bool = False


class _Tree:
    """Builds the nodes of one text.

    A method that returns no node has added the reason to `problems`; an error that ends the reading is raised.
    """

    def __init__(
        self, text: str, file: str, problems: list[Diagnostic], guidance: Table[str, str] = FOR_DECLARATIONS
    ) -> None:
        self.text = text
        self.file = file
        self.problems = problems
        self.guidance = guidance
        self.above: Scalar | None = None  # the key whose value is being read
        self.events = events_of(text, file)
        self.anchors: list[_Anchor] = []
        self.named: dict[str, _Anchor] = {}
        self.size = 0  # all values, each counted as often as it is repeated
        self.repeated = 0  # the values among them that came from references

    def documents(self) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and (root := self.document(event)):
                yield root

    def document(self, start: yaml.DocumentStartEvent) -> Node | None:
        if start.version or start.tags:
            message = "a line that begins with % is a YAML directive, which is not allowed"
            self.report("directive", message, position_of(start), "delete the line")
        self.anchors, self.named = [], {}
        first = next(self.events)
        root = _nothing(start) if _is_absent(first) else self.node(first, 1)
        next(self.events)  # the end of the document: a syntax error comes before it
        for anchor in self.anchors:
            if not anchor.used:
                self.report_unused(anchor)
        return root

    def node(self, event: yaml.Event, depth: int) -> Node | None:
        if depth > DEPTH:
            raise self.fatal("too-deep", f"values are nested more than {DEPTH} deep", event, _NESTED)
        if isinstance(event, yaml.AliasEvent):
            return self.repeat(event)
        event = cast("_Valued", event)
        return self.value(event, depth) if event.anchor is None else self.anchored(event, depth)

    def value(self, event: _Valued, depth: int) -> Node | None:
        self.size += 1
        node: Node | None
        match event:
            case yaml.ScalarEvent():
                node = self.scalar(event)
            case yaml.SequenceStartEvent():
                node = self.sequence(event, depth)
            case _:
                node = self.mapping(event, depth)
        if event.tag is None:
            return node
        self.report("tag", "a value that begins with ! is a YAML tag, which is not allowed", position_of(event), _QUOTE)
        return None

    def scalar(self, event: yaml.ScalarEvent) -> Scalar | None:
        if event.style == '"' and FORBIDDEN.search(event.value):
            self.report_escapes(event)
            return None
        if not event.style:
            return Scalar(event.value, True, *position_of(event), cut=self.cut_from(event))  # noqa: FBT003  (`plain`)
        return Scalar(text_of_quoted(event.value, event.style), False, *position_of(event))  # noqa: FBT003  (`plain`)

    def cut_from(self, event: yaml.ScalarEvent) -> str:
        """Return what YAML takes for a comment after a plain text, if it may be part of that text."""
        found = comment_at(self.text, cast("yaml.Mark", event.end_mark).index)
        if found is None:
            return ""
        continues = self.above is not None and len(found["indent"]) >= self.above.column
        return found["cut"].rstrip("\r") if continues or not found["below"] else ""

    def sequence(self, event: yaml.CollectionStartEvent, depth: int) -> Sequence:
        items: list[Node] = []
        above, self.above = self.above, None
        while not isinstance(item_event := next(self.events), yaml.SequenceEndEvent):
            if _is_absent(item_event):
                self.report("no-value", "this item has no value", position_of(item_event), _NO_ITEM)
            elif item := self.node(item_event, depth + 1):
                items.append(item)
        self.above = above
        return Sequence(tuple(items), *position_of(event))

    def mapping(self, event: yaml.CollectionStartEvent, depth: int) -> Mapping:
        above = self.above
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        whole = True
        while not isinstance(key_event := next(self.events), yaml.MappingEndEvent):
            key = self.key(key_event, depth + 1)
            value_event = next(self.events)
            self.above = key
            if key is not None and _is_absent(value_event):
                self.report_absent(key, "" if above is None else above.text, key_event, value_event)
                value = None
            else:
                value = self.node(value_event, depth + 1)
            if key is None:
                whole = False
            elif key.text in keys:
                self.report_duplicate(key, keys[key.text])
            else:
                keys[key.text] = key
                if value:
                    values[key.text] = value
        self.above = above
        return Mapping(keys, values, whole, *position_of(event), cut=any(map(_is_cut, values.values())))

    def key(self, event: yaml.Event, depth: int) -> Scalar | None:
        key = self.node(event, depth)
        if isinstance(key, Scalar) and key.plain and (mistake := odd_indentation(key.text, key.line)):
            self.report(mistake.code, mistake.message, Position(key.line, key.column), mistake.hint)
            return None
        if isinstance(key, Scalar) and not (key.plain and key.text == "<<"):
            return key
        if isinstance(key, Scalar):
            hint = "put what is shared under defaults instead"
            self.report("merge-key", "merge keys (<<) are not allowed", position_of(event), hint)
        elif key is not None:
            self.report("key-not-text", "a key must be a text", position_of(event), "put the key in quotes")
        return None

    def report_absent(self, key: Scalar, above: str, key_event: yaml.Event, event: yaml.Event) -> None:
        """Report a key without a value, with what may have been meant as its value."""
        begin, end = (cast("yaml.Mark", one.start_mark).index for one in (key_event, event))
        rest = self.text[end : end + _NEAR]
        if _NEXT_LINE.match(rest):
            return  # the value below is indented with an odd space, which is reported there
        hint = hint_for_absent(key, above, self.text[max(0, begin - _NEAR) : begin], rest, self.guidance)
        self.report("no-value", f"{quoted(key.text)} has no value", Position(key.line, key.column), hint)

    def anchored(self, event: _Valued, depth: int) -> Node | None:
        anchor = _Anchor(event.anchor or "", position_of(event))
        self.anchors.append(anchor)
        self.named[anchor.name] = anchor
        before = self.size
        anchor.node = self.value(event, depth)
        anchor.size = self.size - before
        anchor.open = False
        return anchor.node

    def repeat(self, alias: yaml.AliasEvent) -> Node | None:
        """Return the value that a reference stands for, counted as if it were written out."""
        anchor = self.named.get(alias.anchor or "")
        if anchor is None:
            message = f"YAML reads *{alias.anchor} as a reference to an &{alias.anchor}, and there is none above"
            self.report("unknown-alias", message, position_of(alias), _QUOTE)
            return None
        anchor.used = True
        if anchor.open:
            message = f"*{alias.anchor} stands inside the value that it refers to"
            self.report("recursive-alias", message, position_of(alias), "write the value out")
            return None
        self.size += anchor.size
        self.repeated += anchor.size
        if self.repeated > REPEATED:
            message = f"references expand to more than {REPEATED:,} values in this file"
            raise self.fatal("too-many-aliases", message, alias, "write the values out, or refer to fewer of them")
        return anchor.node

    def report_unused(self, anchor: _Anchor) -> None:
        message = f"YAML reads &{anchor.name} as a name for what follows, and nothing refers to it"
        self.report("unused-anchor", message, anchor.position, f"put the value in quotes, or delete &{anchor.name}")

    def report_duplicate(self, key: Scalar, first: Scalar) -> None:
        message = f"{quoted(key.text)} is given twice, first at {first.line}:{first.column}"
        hint = "delete one of the two"
        if key.text in {"externalEventId", "objectId"}:
            hint = f"{hint}, or put a line with --- before each further event"
        self.report("duplicate-key", message, Position(key.line, key.column), hint)

    def report_escapes(self, event: yaml.ScalarEvent) -> None:
        begin, end = cast("yaml.Mark", event.start_mark), cast("yaml.Mark", event.end_mark)
        found = escapes(self.text, begin.index, end.index)
        deceptive = ((index, character) for index, character in found if FORBIDDEN.match(character))
        for index, character in islice(deceptive, REPORTED_AT_MOST):
            line = begin.line + 1 + self.text.count("\n", begin.index, index)
            place = Place(self.file, line, index - self.text.rfind("\n", 0, index))
            self.problems.append(deceptive_character(character, place))

    def report(self, code: str, message: str, position: Position, hint: str) -> None:
        self.problems.append(error(code, message, Place(self.file, *position), hint))

    def fatal(self, code: str, message: str, event: yaml.Event, hint: str) -> DeclarationsInvalid:
        """Return an error after which nothing more of the file is read."""
        problem = error(code, message, Place(self.file, *position_of(event)), hint)
        return DeclarationsInvalid((problem,))


def _is_absent(event: yaml.Event) -> bool:
    """Return whether nothing at all is written where a value belongs."""
    return isinstance(event, yaml.ScalarEvent) and not (event.value or event.style or event.tag)


def _is_cut(node: Node) -> bool:
    return any(map(_is_cut, node.items)) if isinstance(node, Sequence) else bool(node.cut)


def _nothing(start: yaml.DocumentStartEvent) -> Scalar:
    line, column = position_of(start)
    return Scalar("", plain=True, line=line, column=column)
