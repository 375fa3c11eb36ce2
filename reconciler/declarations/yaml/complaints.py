"""libyaml's syntax errors, in words for people who do not write YAML every day."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.diagnostics import Diagnostic, Place, error


class Position(NamedTuple):
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """A syntax error of libyaml, with its surroundings."""

    problem: str
    context: str
    character: str
    """The character at `at`; empty at the end of the file."""
    after: str
    """The kind of value that ends on the same line just before: `quoted`, `alias`, `bracket`, or anything else."""
    at: Position
    since: Position
    """Where the part begins that libyaml was reading."""
    before: Position
    """Where the value before this position begins."""
    plain_end: Position | None
    """Where that value ends, if it is a text without quotes."""
    document: int
    """The number of the document in the file, from 1."""
    begun: Position
    """Where the document begins."""
    lines: tuple[str, ...]
    """The file, line by line."""

    def line(self, number: int) -> str:
        """Return a line of the file, counted from 1; empty before the first and after the last."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


class _Rule(NamedTuple):
    pattern: str
    code: str
    message: str
    hint: str
    where: str = "at"


_QUOTES = "put the value in quotes"

_RULES = (
    _Rule(
        r"at '\\t'",
        "tab-indentation",
        "there is a tab where YAML requires spaces",
        "indent with spaces",
    ),
    _Rule(
        r"a quoted scalar: found unexpected (end of stream|document indicator)",
        "unclosed-quote",
        "the quote that opens here is never closed",
        "close it at the end of the value",
        "since",
    ),
    _Rule(
        r"invalid Unicode character escape",
        "bad-escape",
        "this escape stands for no character",
        "write the character itself in its place, or delete the escape",
    ),
    _Rule(
        r"a quoted scalar",
        "bad-escape",
        "in double quotes a backslash begins an escape, and this is not one",
        r"write \\ for a backslash, or put the value in single quotes",
    ),
    _Rule(
        r"cannot start any token; at '[@`%]'",
        "needs-quotes",
        "a value cannot begin with this character",
        _QUOTES,
    ),
    _Rule(
        r"a directive|a %\w+ directive|incompatible YAML",
        "directive",
        "a line that begins with % is a YAML directive, which is not allowed",
        "delete the line, or put what begins with % in quotes",
        "since",
    ),
    _Rule(
        r"scanning an (alias|anchor)",
        "needs-quotes",
        "a value that begins with * or & is a reference in YAML, and this is not one",
        _QUOTES,
        "since",
    ),
    _Rule(
        r"(scanning|parsing) a tag|undefined tag handle",
        "tag",
        "a value that begins with ! is a YAML tag, which is not allowed",
        _QUOTES,
        "since",
    ),
    _Rule(
        r"did not find expected (key|',').*after alias",
        "needs-quotes",
        "a value that begins with * is a reference in YAML, and more text follows it",
        _QUOTES,
        "before",
    ),
    _Rule(
        r"did not find expected (key|',').*after quoted",
        "needs-quotes",
        "the quoted text that opens here ends before the value does",
        "put the whole value in quotes; a quote inside is written \\\" in double quotes, '' in single quotes",
        "before",
    ),
    _Rule(
        r"did not find expected key.*after bracket",
        "needs-quotes",
        "text follows a closing bracket",
        "put the whole value in quotes",
    ),
    _Rule(
        r"did not find expected key; at ':'",
        "yaml-syntax",
        "a colon has no key before it",
        "write the key before the colon, or put the value in quotes",
    ),
    _Rule(
        r"mapping values are not allowed",
        "needs-quotes",
        "a colon with a space after it stands inside a value",
        'put the whole value in quotes, as in eventName: "Webinar: intro"',
    ),
    _Rule(
        r"a flow sequence: did not find expected ','",
        "yaml-syntax",
        "the list that opens here lacks a comma or its closing ]",
        "close the list, or put the value in quotes",
        "since",
    ),
    _Rule(
        r"a flow mapping: did not find expected ','",
        "yaml-syntax",
        "the mapping that opens here lacks a comma or its closing }",
        "close the mapping, or put the value in quotes",
        "since",
    ),
    _Rule(
        r"could not find expected ':'",
        "yaml-syntax",
        "this line is not `key: value`",
        "write it as `key: value`, or put # before it if it is a comment",
        "since",
    ),
    _Rule(
        r"did not find expected comment or line break",
        "needs-quotes",
        "after | or > the text begins on the next line",
        "move the text to the next line and indent it, or put the value in quotes",
        "since",
    ),
    _Rule(
        r"indentation indicator",
        "needs-quotes",
        "| and > cannot be followed by 0",
        "write | alone, and indent the text on the lines below it",
        "since",
    ),
    _Rule(
        r"(block sequence entries|mapping keys) are not allowed",
        "needs-quotes",
        "a value cannot begin with this character and a space",
        "put the value in quotes, or each item of a list on a line of its own",
    ),
    _Rule(
        r"did not find expected (key|'-')",
        "yaml-syntax",
        "this does not line up with what stands above it",
        "begin the keys of one event, and the items of one list, in the same column",
    ),
    _Rule(
        r"did not find expected node content; at ','",
        "yaml-syntax",
        "no value stands before this comma",
        "delete the comma",
    ),
    _Rule(
        r"did not find expected node content; at ''",
        "yaml-syntax",
        "the list or mapping that opens here is never closed",
        "close it with ] or }, or put the value in quotes",
        "before",
    ),
    _Rule(
        r"did not find expected node content",
        "yaml-syntax",
        "a value is missing, or it begins with a character that YAML keeps for itself",
        _QUOTES,
    ),
    _Rule(
        r"<document start>",
        "yaml-syntax",
        "this does not belong to what stands above it",
        "begin all keys of one event in the same column, or put a line with --- before another event",
    ),
    _Rule(
        r"",
        "yaml-syntax",
        "this cannot be read as YAML",
        "put texts with special characters in quotes, and check the indentation",
    ),
)
"""The first rule whose pattern is found applies; the last one matches everything."""


def explain(complaint: Complaint, file: str) -> Diagnostic:
    """Return the diagnostic for a syntax error, from the first rule that matches."""
    description = f"{complaint.context}: {complaint.problem}; at {complaint.character!r}; after {complaint.after}"
    rule = next(rule for rule in _RULES if re.search(rule.pattern, description))
    position: Position = getattr(complaint, rule.where)
    return error(rule.code, rule.message, Place(file, *position), rule.hint)
