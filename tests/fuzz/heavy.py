"""Inputs meant to use all memory or all time; run as a module, it reads them within small bounds.

`python -m tests.fuzz.heavy` gives every target the inputs of its kind, within a memory limit; a reader that needs more
ends it with a traceback.
"""

import io
import json
import resource
import zipfile
from collections.abc import Callable, Mapping

from tests.fuzz import git_objects, mutations
from tests.fuzz.hubspot import EVENT
from tests.fuzz.mutations import Mutate
from tests.fuzz.targets import TARGETS

MOST_MEMORY = 1024**3
"""Bytes of address space, of which the libraries and their code take about half."""
_LARGE = 16 * 1024


def _bomb(write: Callable[[int], str], last: str) -> bytes:
    """Build nine levels, each of which stands nine times for the one above."""
    return ("a0: &a0 [x, x]\n" + "".join(write(level) for level in range(1, 10)) + last).encode()


def _filled(text: str) -> bytes:
    """Repeat a text to a length at which its square would be felt."""
    return (text * (_LARGE // len(text.encode()))).encode()


YAML = (
    _bomb(lambda level: f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n", "b: *a9\n"),
    _bomb(lambda level: f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}\n", "<<: *a9\n"),
    b"a: &a [*a, *a]\n",
    *map(_filled, ("[", "{", "- ", "? ", "[{a: ", "a:\n", "{a, b}\n", "- &a\n", "- *a\n", "!x ", "!", "&", "*", "|\n")),
    *map(
        _filled,
        ("'", '"', "''\n", "\t", "#", "# \n", "%\n", "---\n", "--- a\n...\n", "a: b\n", "eventName: x\n", "<<: a\n"),
    ),
    *map(_filled, ("\0", "\x85", "\u202e", "\ufeff", "\r", "é", "😀", "e\u0301")),
    b'eventName: "' + _filled("\\0") + b'"',
    b'eventName: "' + _filled("\\x0a\n ") + b'"',
    b"? " + _filled("a") + b"\n: b",
    b"events:\n" + _filled("- {externalEventId: a, eventUrl: 'https://[', startDateTime: 2027-02-30T10:00}\n"),
    b"customProperties:\n  a:\n" + _filled("  - x\n"),
    b"startDateTime: '" + _filled("2027-01-01T10:00+") + b"'",
    b"eventUrl: https://" + _filled("a.") + b"/",
    b"externalEventId: " + _filled("\u200b"),
)
JSON = (
    *(opening * 100_000 for opening in (b"[", b'{"a":', b'[{"results":', b'"')),
    b"[" * 100_000 + b"]" * 100_000,
    b'{"results":' + b"[" * 95 + b"]" * 95 + b"}",
    b'{"results": [' + b"null," * 20_000 + b"null]}",
    b'{"results": [' + b"9" * 1_000_000 + b"]}",
    b'{"inputs": [' + b",".join([b"9" * 4000] * 100) + b"]}",
    b'{"message": "' + b"\\ud800" * 100_000 + b'"}',
    b'{"' + b"x" * 1_000_000 + b'": 1}',
    b"{" + b",".join(b'"k%d": 1' % number for number in range(20_000)) + b"}",
    json.dumps({"results": [{**EVENT, "objectId": str(number)} for number in range(500)]}).encode(),
    json.dumps({"results": [{**EVENT, "customProperties": [{"name": "x" * 1000, "value": "y" * 1_000_000}]}]}).encode(),
    b"\0" * 1_000_000,
    b"\xff" * 1_000_000,
)


def _zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plan.json", b"0" * 100_000_000)
    return content.getvalue()


BYTES = (
    _zip_bomb(),
    b"PK\x01\x02" * 500_000,
    b"".join(git_objects.item("40000", b"%06d" % number) for number in range(50_000)),
    git_objects.item("100644", b"x" * 8_000_000),
    b"eventName\n" + b'"x\n' * 100_000,
    b"eventName,eventUrl\n" + b",,,\n" * 100_000,
    git_objects.answered("tree", git_objects.RECORD) * 300,
    b"a" * 40 + b" tree 999999999999999999\n",
    b"a" * 40 + b" blob " + b"9" * 5_000_000,
)


def _vevents(lines: str) -> bytes:
    """Build a calendar of one event with these lines."""
    event = f"BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:b\r\nDTSTART:20270415T150000\r\n{lines}END:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n".encode()


HEADERS = b"429\n" + b"".join(b"x-%d: y\n" % number for number in range(20_000)) + b"retry-after: " + b"9" * 2_000_000

_RULES = ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", "FREQ=DAILY;BYSETPOS=-366;BYDAY=MO;COUNT=400")
CALENDAR = (
    *(_vevents(f"RRULE:{rule}\r\nEXDATE:{','.join(['20270415T150000'] * 1000)}\r\n") for rule in _RULES),
    b"BEGIN:VCALENDAR\r\n" * 20_000,
    _vevents("X:" + "y" * 70 + "\r\n" + (" " + "z" * 70 + "\r\n") * 10_000),
    b"\r\n".join(b"BEGIN:VEVENT\r\nUID:%d\r\nEND:VEVENT" % number for number in range(20_000)),
)

KINDS: Mapping[Mutate, tuple[bytes, ...]] = {
    mutations.yaml: YAML,
    mutations.json_text: JSON,
    mutations.answer: (*(b"200\n\n" + body for body in JSON), *(b"503\n\n" + body for body in JSON[:7]), HEADERS),
    mutations.anything: BYTES,
    mutations.calendar: CALENDAR,
}
"""The heavy inputs by the kind of mutation that their targets use."""


def main() -> None:
    """Read everything within the bound."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for target in TARGETS.values():
        for content in KINDS[target.mutate]:
            target.read(content)


if __name__ == "__main__":
    main()
