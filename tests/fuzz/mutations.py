"""Random mutations that keep most of what makes an input readable."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from reconciler.json_values import Json

Mutate = Callable[[bytes, Random], bytes]

RAW = (
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "-0",
        "1E5",
        "0.1",
        "01",
        "9" * 5000,
        "9" * 4300,
        "1" + "0" * 30,
    ),
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\ud83d\\ude00"', '"\\u202e"', '"\ufeff"', '"\\x"', "'x'"),
    *("[" * 90 + "]" * 90, "[" * 101 + "]" * 101, "[" * 990 + "]" * 990, "[" * 100_000, '{"a":' * 95 + "1" + "}" * 95),
    *('{"a": 1, "a": 2}', "{", "}", "]", ",", "", "nul", "true false", '"' + "x" * 3000 + '"', "/* */ 1", "\x00"),
)
"""JSON that `json.dumps` would not write: its edge cases, and invalid JSON."""

PLAIN: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 7, 2**31, 2**53 + 1, 2**63, 10**20, 0.5, -1.0),
    *("", " ", "0", "-1", "7", "true", "null", "a\nb", "a\x1b[2Jb", "é", "e\u0301", "\u200b", "😀", "../..", "%2F"),
    *("x" * 300, "2027-01-01", "2027-02-30T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    *(
        "2027-04-14T07:00:00",
        "2027-04-14T24:00:00Z",
        "2027-W15-3T07Z",
        "20270414T070000Z",
        "2027-04-14T07:00:00.123456Z",
    ),
    *([], {}, [[]], [None], [{}], {"id": None}, {"": ""}, ["x"], [1], {"after": ""}, {"next": {"after": "x"}}),
)

TOKENS = (
    *(
        "&a ",
        "*a",
        "*a ",
        "&a",
        "!!str ",
        "!x ",
        "!",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "---\n",
        "...\n",
        "--- ",
        "<<: ",
        "? ",
    ),
    *(
        ": ",
        ":",
        "- ",
        "-",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "#",
        " #",
        "|\n",
        ">\n",
        "|2-\n",
        ">+\n",
        "|9\n",
        "'",
        '"',
        "''",
        "\\",
    ),
    *(
        "\t",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\r",
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u202e",
        "\ud7ff",
        "😀",
    ),
    *(
        '"\\x1b"',
        '"\\u202e"',
        '"\\ud800"',
        '"\\U00110000"',
        '"\\',
        '"\\\n',
        "null",
        "~",
        "true",
        "no",
        "0x1F",
        "12:30",
        "@",
        "`",
    ),
    *("events:\n", "defaults: ", "repeat: ", "objectId: ", "externalEventId: ", "eventName: ", "customProperties: "),
    *(
        "startDateTime: ",
        "endDateTime: ",
        "timezone: ",
        "2027-04-15T17:00:00+02:00",
        "2027-03-28 02:30",
        "Europe/Berlin",
    ),
    *(
        "https://u:p@acme.example/",
        "https://acme.example:99999",
        "javascript:x",
        "é",
        "e\u0301",
        "\u200b",
        "search",
        "..",
    ),
)


def everywhere(document: Json) -> Iterator[bytes]:
    """Write a value with each odd value at each of its places, and without each of its keys."""
    for odd in (*PLAIN, *(f"<raw {index}>" for index, raw in enumerate(RAW) if len(raw) < 1000)):
        yield from (written(bent, ascii_only=True) for bent in _at_each_place(document, odd))


def _at_each_place(document: Json, odd: Json) -> Iterator[Json]:
    yield odd
    if isinstance(document, dict):
        for key in document:
            yield {name: value for name, value in document.items() if name != key}
            yield from ({**document, key: inner} for inner in _at_each_place(document[key], odd))
    elif isinstance(document, list):
        for index, item in enumerate(document):
            yield from ([*document[:index], inner, *document[index + 1 :]] for inner in _at_each_place(item, odd))


def written(document: Json, *, ascii_only: bool) -> bytes:
    """Write a value as JSON, with the placeholders of raw text replaced."""
    text = json.dumps(document, ensure_ascii=ascii_only)
    for index, raw in enumerate(RAW):
        text = text.replace(f'"<raw {index}>"', raw)
    return text.encode(errors="surrogatepass")


def yaml(content: bytes, random: Random) -> bytes:
    """Mutate a YAML text: add, remove or move a few tokens."""
    for _ in range(random.randint(1, 4)):
        content = random.choice(_YAML_EDITS)(content, random)
    return content


def json_text(content: bytes, random: Random) -> bytes:
    """Mutate a JSON text: values of other kinds, keys missing or added, the text cut or with another beginning."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return anything(content, random)
    for _ in range(random.randint(1, 3)):
        document = bent(document, random)
    try:
        text = written(document, ascii_only=random.random() < 0.5)
    except RecursionError:
        return content
    return text if random.random() < 0.8 else random.choice(_ENDS)(text, random)


def answer(content: bytes, random: Random) -> bytes:
    """Mutate an answer: mostly its body, else its status or its headers."""
    head, gap, body = content.partition(b"\n\n")
    if random.random() < 0.75:
        return head + gap + json_text(body, random)
    status, *lines = head.split(b"\n")
    match random.randrange(3):
        case 0:
            status = str(
                random.choice((*range(200, 210), *range(300, 309), *range(400, 430), *range(500, 530), 477))
            ).encode()
        case 1:
            lines.append(random.choice(_HEADERS).encode() + b": " + random.choice(_SAID).encode())
        case _:
            lines = [anything(line, random) for line in lines]
    return b"\n".join([status, *lines]) + gap + body


def anything(content: bytes, random: Random) -> bytes:
    """Mutate any bytes: add, remove, replace or repeat some."""
    begin, end = sorted(random.randint(0, len(content)) for _ in range(2))
    if random.random() < 0.7:
        end = min(end, begin + 8)
    part = random.choice(
        (b"", random.randbytes(random.randint(1, 4)), content[begin:end] * 2, bytes([random.randrange(256)]))
    )
    return content[:begin] + part + content[end:]


CALENDAR_LINES = (
    *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:STANDARD", "BEGIN:VALARM", "END:VALARM"),
    *(
        "UID:",
        "UID:launch",
        "UID:\u200b",
        "SUMMARY:x",
        "STATUS:CANCELLED",
        "ORGANIZER;CN=a,b:c",
        "X-WR-TIMEZONE:Asia/Tokyo",
    ),
    *("DTSTART:20270415T150000Z", "DTSTART:20270415", "DTSTART:00010101T000000", "DTSTART:99991231T235959", "DTSTART:"),
    *("DTSTART;TZID=Europe/Berlin:20270328T023000", "DTEND:20270415", "DTEND:19990101T000000Z", "DURATION:P9999W"),
    *("DURATION:PT0S", "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=YEARLY;COUNT=400", "RRULE:FREQ=WEEKLY", "RRULE:"),
    *("RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6;COUNT=2", "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z", "EXDATE:20270415"),
    *("RDATE:20270416,20270417T000000Z", "RECURRENCE-ID:20270415", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270415"),
    "X-WR-TIMEZONE:Asia/Tokyo",
    *("TZOFFSETTO:+2359", "TZOFFSETFROM:-2359", "TZID:Own", "RRULE:FREQ=YEARLY;UNTIL=00010101T000000Z", " ", "x"),
)


def calendar(content: bytes, random: Random) -> bytes:
    """Mutate a calendar: mostly its lines, which are added, removed or moved."""
    if random.random() < 0.3:
        return anything(content, random)
    lines = content.split(b"\r\n")
    at = random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(random.randrange(len(lines)), lines[at])
        case _:
            lines.insert(at, random.choice(CALENDAR_LINES).encode())
    return b"\r\n".join(lines)


def bent(document: Json, random: Random) -> Json:
    """Change one place of a value, at any depth."""
    if isinstance(document, dict) and document and random.random() < 0.8:
        key = random.choice(list(document))
        return _bent_object(document, key, random)
    if isinstance(document, list) and document and random.random() < 0.8:
        index = random.randrange(len(document))
        items = [*document]
        items[index] = bent(items[index], random)
        return random.choice(([*items], [*items], [*items], items[:index], [*items, items[index]]))
    return _odd(random)


def _bent_object(document: dict[str, Any], key: str, random: Random) -> Json:
    match random.randrange(8):
        case 0:
            return {name: value for name, value in document.items() if name != key}
        case 1:
            return {**document, random.choice(("x", "", "\ud800", "__proto__", key.upper())): _odd(random)}
        case 2:
            return {name: document[key] if random.random() < 0.5 else value for name, value in document.items()}
        case _:
            return {**document, key: bent(document[key], random)}


def _odd(random: Random) -> Json:
    if random.random() < 0.3:
        return f"<raw {random.randrange(len(RAW))}>"
    return random.choice(PLAIN)


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randint(0, len(content))]


def _inserted(content: bytes, random: Random) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(TOKENS).encode(errors="surrogatepass") + content[at:]


def _without_some(content: bytes, random: Random) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + content[at + random.randint(1, 6) :]


def _with_lines_moved(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    line = random.choice(lines)
    lines.insert(random.randint(0, len(lines)), b" " * random.randrange(5) + line)
    if random.random() < 0.5:
        lines.remove(line)
    return b"\n".join(lines)


def _with_another_value(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    key = lines[at].partition(b":")[0]
    value = "".join(random.choice(TOKENS) for _ in range(random.randint(1, 3)))
    lines[at] = key + b": " + value.encode(errors="surrogatepass")
    return b"\n".join(lines)


def _nested(content: bytes, random: Random) -> bytes:
    at = random.randint(0, len(content))
    opening = random.choice((b"[", b"{a: ", b"- ", b"? ", b"? - "))
    return content[:at] + opening * random.choice((5, 19, 25, 2000)) + content[at:]


_YAML_EDITS: tuple[Mutate, ...] = (
    *(_inserted, _inserted, _inserted, _without_some, _with_lines_moved, _with_another_value, _with_another_value),
    *(_nested, anything),
)
_ENDS: tuple[Mutate, ...] = (
    *(
        _cut,
        anything,
        lambda content, _: b"\xef\xbb\xbf" + content,
        lambda content, _: content.decode(errors="replace").encode("utf-16"),
    ),
    *(lambda content, _: content + content, lambda content, _: b" " * 9 + content + b"\n"),
)
_HEADERS = (
    *("Retry-After", "Date", "Content-Type", "Link", "Location", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    *("X-HubSpot-RateLimit-Max", "X-HubSpot-RateLimit-Remaining", "X-HubSpot-RateLimit-Interval-Milliseconds"),
    *("X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining"),
)
_SAID = (
    *(
        "",
        "0",
        "1",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "007",
        "999999999",
        "1000000000",
        "9" * 5000,
        "١٢",
        "0x10",
        "1, 2",
        "nan",
    ),
    *("Sun, 22 Nov 2026 08:00:00 GMT", "Sun, 00 Nov 2026 08:00:00 GMT", "Sun, 22 Nov 0000 08:00:00 GMT", "Sunday"),
    *("Sun, 31 Feb 2026 08:00:00 GMT", "Sun, 22 Nov 2026 24:00:60 GMT", "Sun, 22 Nov 9999 23:59:59 GMT"),
    *('<http://[>; rel="next"', '<http://127.0.0.1:1/../x>; rel="next"', "<>; rel=next; url", ",", ";;;", "é"),
)
