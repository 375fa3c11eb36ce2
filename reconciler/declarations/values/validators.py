"""Validators for the values of keys."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from reconciler.declarations.values.corrections import Wrong, did_you_mean
from reconciler.declarations.values.expressions import Expression, expression
from reconciler.declarations.values.times import Hours, is_day, read_hours, read_time
from reconciler.declarations.values.zones import check_zone
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.safe_text import quoted
from reconciler.values import OPTION_SEPARATOR

if TYPE_CHECKING:
    from reconciler.declarations.values.recurrence import RecurrenceRule

PATH_WORDS = (".", "..", "search", "upsert", "delete")
"""Event ids that HubSpot's API would misread, because an id is a segment of a URL path."""

_NULL = ("null", "~")
"""The texts that mean *make it empty* if they are without quotes."""

DEFAULT = "default"
"""The name that declarations give the environment of a run without `--env`."""

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBER_HINT = "write the digits alone"
_ORDINARY_LINK = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)+(?:/[A-Za-z0-9/._~?#=&%+-]*)?", re.ASCII)
"""Links that are certainly right, which most are: to split one into its parts takes ten times as long."""
_NO_HOST = "the link names no host, or its port is out of range"
_LINK_HINT = "write it like https://acme.example/spring-launch"


def text(node: Node) -> str | None:
    """Read a text; None means *make it empty*."""
    if not isinstance(node, Scalar):
        raise wrong_shape(node, "a single value", "write one value, in quotes if it begins with [ or {")
    is_null = node.plain and node.text in _NULL
    return None if is_null else node.text or None


def filled(node: Node) -> str:
    """Read a text that cannot be emptied."""
    content = text(node)
    if content is None or content.isspace():
        raise Wrong("cannot-be-empty", "cannot be empty", "write a text")
    return content


def flag(node: Node) -> bool:
    """Read a boolean: true or false without quotes."""
    match node:
        case Scalar(text="true" | "false" as word, plain=True):
            return word == "true"
        case _:
            raise Wrong("not-a-boolean", "must be true or false", _boolean_hint(node))


def _boolean_hint(node: Node) -> str:
    """Return what to write: the word itself, where only its case or its quotes are wrong."""
    if not isinstance(node, Scalar) or (word := node.text.strip().casefold()) not in ("true", "false"):
        return "write true or false, without quotes"
    return f"write {word}, {'in small letters' if node.plain else 'without quotes'}"


def identifier(node: Node) -> str:
    """Read an id: a text without surrounding white space or invisible characters."""
    content = filled(node)
    if content != content.strip():
        raise Wrong("bad-id", "an id cannot begin or end with white space", "delete the white space")
    if hidden := _hidden_in(content):
        raise Wrong("bad-id", f"an id cannot hold the invisible character U+{ord(hidden):04X}", "delete it")
    return content


def event_id(node: Node) -> str:
    """Read an event's external id."""
    content = identifier(node)
    if content in PATH_WORDS:
        raise Wrong("reserved-id", f"HubSpot's API reserves {quoted(content)}", "choose another id")
    return content


def digits(node: Node) -> str:
    """Read the number of a portal, an app or an object, as HubSpot writes it."""
    content = text(node)
    if content is None or not _NUMBER.fullmatch(content):
        raise Wrong("not-a-number", "must be a whole number above 0 in plain digits", _NUMBER_HINT)
    return content


def number(node: Node) -> int:
    """Read the number of a portal or an app."""
    return int(digits(node))


def time(node: Node) -> datetime | date:
    """Read a time, or a date alone; a local time gets its zone later."""
    content = text(node)
    if content is None:
        raise Wrong("cannot-be-empty", "HubSpot has no way to empty a date", "delete the line to leave it alone")
    return read_time(content)


def date_alone(content: str) -> str:
    """Read a date alone, which stays the text that it is."""
    if not is_day(content):
        hint = "write it like 2027-04-15"
        raise Wrong("bad-date", f"{quoted(content)} is not a date", hint)
    read_time(content)
    return content


def one_date(node: Node) -> str:
    """Read one of several dates."""
    return date_alone(text(node) or "")


def date_items(node: Node) -> tuple[Node, ...]:
    """Read a list whose dates are read later."""
    if isinstance(node, Scalar) and is_day(node.text):
        raise wrong_shape(node, "a list", f"put it in brackets: skip: [{node.text}]")
    return items(node)


def dates(chosen: list[str]) -> list[str]:
    """Read several dates, each of which may stand there once."""
    for one, times in Counter(chosen).items():
        if times > 1:
            raise Wrong("bad-date", f"{one} stands there twice", "delete one of the two")
    return chosen


def recurrence(node: Node) -> "RecurrenceRule":
    """Read a recurrence rule."""
    from reconciler.declarations.values.recurrence import read_rule  # noqa: PLC0415  (only a series needs it)

    if not isinstance(node, Scalar):
        raise wrong_shape(node, "a single value", "write it on one line: rule: FREQ=WEEKLY;COUNT=8")
    content = text(node)
    if content is None:
        raise Wrong("cannot-be-empty", "cannot be empty", "write a rule such as FREQ=WEEKLY;BYDAY=TH;COUNT=12")
    return read_rule(content)


def zone(node: Node) -> str:
    """Read the name of a time zone."""
    content = text(node)
    if content is None:
        raise Wrong("cannot-be-empty", "cannot be empty", "write the name of a time zone, as in Europe/Berlin")
    return check_zone(content)


def hours(node: Node) -> Hours:
    """Read the hours of a day."""
    content = text(node)
    if content is None:
        hint = 'write the hours of a day, as in "09:00-17:00", or delete the line'
        raise Wrong("cannot-be-empty", "cannot be empty", hint)
    return read_hours(content)


def one_of(known: Collection[str]) -> Callable[[Node], str]:
    """Return a validator that accepts only the known words."""

    def read(node: Node) -> str:
        content = text(node) or ""
        if content in known:
            return content
        hint = did_you_mean(content, known) or "write one of these"
        raise Wrong("unknown-value", f"must be one of {', '.join(known)}", hint)

    return read


def name(content: str) -> str:
    """Read the name of a custom property or of an environment."""
    if not content or " " in content or _hidden_in(content):
        hint = "write the internal name, as HubSpot or the settings have it"
        raise Wrong("bad-name", "a name cannot be empty or hold white space", hint)
    return content


def environment(content: str) -> str:
    """Read the name that the settings give an environment."""
    if content == DEFAULT:
        message = f"{quoted(DEFAULT)} is reserved for a run without --env"
        raise Wrong("reserved-name", message, "give the environment another name")
    if not _ENVIRONMENT.fullmatch(name(content)):  # a shell that completes the name would run what it holds else
        message = "the name of an environment has only letters, digits, dots, hyphens and underscores, at most 64"
        raise Wrong(
            "bad-name", message, "write a name such as staging or eu-west.2, which begins with a letter or a digit"
        )
    return content


def rule(node: Node) -> Expression:
    """Read a regular expression."""
    return expression(filled(node))


def option(node: Node) -> str:
    """Read one of several options of a custom property."""
    content = text(node)
    if not content or content.isspace():
        raise Wrong("cannot-be-empty", "an option cannot be empty", "write an option, or delete this one")
    if OPTION_SEPARATOR in content:
        message = "an option cannot hold a semicolon: HubSpot puts it between options"
        raise Wrong("bad-option", message, "write each option as an item of the list")
    return content


def options(chosen: list[str]) -> str | None:
    """Join options as HubSpot stores them; an empty list empties the property."""
    for one, times in Counter(chosen).items():
        if times > 1:
            raise Wrong("bad-option", f"the option {quoted(one)} is given twice", "delete one of the two")
    return OPTION_SEPARATOR.join(chosen) or None


def types(chosen: list[str]) -> list[str]:
    """Read the only types that events may have; none at all would refuse every type."""
    if not chosen:
        raise Wrong("cannot-be-empty", "cannot be an empty list", "name the types, or delete the key to allow all")
    return chosen


def event_link(node: Node) -> str | None:
    """Read a web address; None means *make it empty*."""
    content = text(node)
    if content is None or _ORDINARY_LINK.fullmatch(content):
        return content
    if "@" in web_address(content).netloc:
        message = "a link cannot carry a user name or password"
        raise Wrong("url-with-credentials", message, "delete the user name and the password, with the @ after them")
    return content


def web_address(content: str) -> SplitResult:
    """Split a web address into its parts.

    Raises `Wrong` if no browser could open it. The error never quotes the address, which may hold a password.
    """
    if " " in content or "\\" in content or _hidden_in(content):
        raise Wrong("bad-url", "a link cannot hold white space, a backslash or an invisible character", _LINK_HINT)
    try:
        parts = urlsplit(content)
        is_complete = parts.hostname and parts.port != 0
    except ValueError:
        raise Wrong("bad-url", _NO_HOST, _LINK_HINT) from None  # the reason may quote a password
    if parts.scheme not in ("http", "https"):
        raise Wrong("bad-url", "a link begins with https:// or http://", _LINK_HINT)
    if not is_complete:
        raise Wrong("bad-url", _NO_HOST, _LINK_HINT)
    return parts


def entries(node: Node) -> dict[str, Node]:
    """Read a mapping whose values are read later."""
    if isinstance(node, Mapping):
        return node.values
    hint = "write each on a line of its own below the key, indented by two spaces, with a space after its colon"
    raise wrong_shape(node, "lines of `name: value`", hint)


def items(node: Node) -> tuple[Node, ...]:
    """Read a list whose items are read later."""
    if isinstance(node, Sequence):
        return node.items
    hint = "write each item on a line of its own that begins with a dash and a space"
    raise wrong_shape(node, "a list, lines of `- item`", hint)


def wrong_shape(node: Node, expected: str, hint: str) -> Wrong:
    """Return the error for a value of another kind than its key expects."""
    kinds = {Scalar: "a single value", Sequence: "a list", Mapping: "a mapping"}
    return Wrong("wrong-shape", f"must be {expected}, not {kinds[type(node)]}", hint)


def _hidden_in(content: str) -> str | None:
    """Find an invisible character, or white space other than an ordinary space."""
    if content.isascii() and content.isprintable():
        return None
    return next(filter(_is_hidden, content), None)


def _is_hidden(character: str) -> bool:
    return character != " " and (character.isspace() or unicodedata.category(character) in ("Cc", "Cf"))
