"""The canonical text of an event: how a declaration is written where nobody has written one yet."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.declarations.yaml.scalars import block_lines, key_text, on_one_line, reads_as_a_block
from reconciler.safe_text import FORBIDDEN, cut, visible

ORDER = (
    *("externalEventId", "objectId", "externalAccountId"),
    *("eventName", "eventOrganizer", "eventType"),
    *("startDateTime", "endDateTime", "timezone", "hours"),
    *("eventUrl", "eventDescription", "eventCancelled", "eventCompleted"),
    *("customProperties", "initial", "protect", "environments", "absent", "repeat"),
)
"""The keys of an event, in the order in which they are written."""

_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d)(?P<seconds>:\d\d(?:\.\d{3})?)?(?P<offset>Z|[+-]\d\d:\d\d|)",
    re.ASCII,
)
_REPEAT_RANK = {"rule": 0, "skip": 1, "overrides": 2}
_RANK = {key: rank for rank, key in enumerate(ORDER)}
_STEP = "  "
_LONGEST_KEY = 1000
"""The most characters of a key: libyaml looks for its colon no further than 1024."""


class Undeclarable(ValueError):
    """A value that no declaration can hold; `message` names its key and says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def event_text(values: Mapping[str, object], *, comments: Iterable[str] = ()) -> str:
    """Return the lines that declare an event, which the strict reader reads as exactly these values.

    A value is a text, True or False, None for *make it empty*, a whole number, a list of values, or a mapping from
    names to values; a time is a text. Each comment becomes a line above the event. A text loses what the reader would
    drop: line breaks at its end, and carriage returns before others.

    Raises `Undeclarable`, naming the key, if a text cannot be declared.
    """
    notes = [f"# {visible(comment)}" for comment in comments]
    lines = (line for key in sorted(values, key=key_rank) for line in entry_lines(key, values[key], ""))
    return "".join(f"{line}\n" for line in (*notes, *lines))


def key_rank(key: str) -> int:
    """Return the place of a key among those of an event; unknown ones come last, in the order that they have."""
    return _RANK.get(key, len(_RANK))


def repeat_rank(key: str) -> int:
    """Return the place of a key under `repeat`; unknown ones come last."""
    return _REPEAT_RANK.get(key, len(_REPEAT_RANK))


def entry_lines(key: str, value: object, indent: str) -> Iterator[str]:
    """Yield the lines of a key with its value, `indent` before each; raise `Undeclarable` if one cannot be declared."""
    written = key_text(declarable(key, key))
    if len(written) > _LONGEST_KEY:
        raise Undeclarable(f"{cut(key)} is too long for a key", "shorten the name")
    first, *more = _value_lines(key, value, f"{indent}{_STEP}")
    yield f"{indent}{written}: {first}" if first else f"{indent}{written}:"
    yield from more


def _value_lines(key: str, value: object, indent: str) -> Iterator[str]:
    """Yield what stands behind the key, then the lines below it."""
    match value:
        case str():
            yield from _text_lines(declarable(value, key), indent)
        case Mapping() if value:
            yield ""
            for name in sorted(map(str, value), key=key_rank):
                yield from entry_lines(name, value[name], indent)
        case Sequence() if value:
            yield ""
            for item in value:
                first, *more = _value_lines(key, item, f"{indent}{_STEP}")
                yield f"{indent}- {first}" if first else f"{indent}-"
                yield from more
        case _:
            yield _short(value)


def _text_lines(text: str, indent: str) -> Iterator[str]:
    if reads_as_a_block(text):
        yield "|"
        yield from block_lines(text, indent)
    else:
        yield on_one_line(text)


def _short(value: object) -> str:
    match value:
        case None:
            return '""'
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Mapping():
            return "{}"
        case Sequence():
            return "[]"
        case _:
            raise TypeError(f"{type(value).__name__} is no value of a declaration")


def declarable(text: str, key: str) -> str:
    """Return a text as the reader would return it; raise `Undeclarable` if it has characters that no file may have."""
    if found := FORBIDDEN.search(text):
        message = f"{cut(key)} holds the character U+{ord(found[0]):04X}, which no declaration may have"
        raise Undeclarable(message, "delete it in HubSpot")
    return text.replace("\r\n", "\n").rstrip("\n")


def canonical_time(text: str) -> str | None:
    """Return a time as `YYYY-MM-DD HH:MM[:SS[.fff]]` with its offset, if it has one; None for anything else."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    seconds = re.sub(r"\.000$", "", found["seconds"] or "")
    return f"{found['day']} {found['clock']}{'' if seconds == ':00' else seconds}{found['offset']}"
