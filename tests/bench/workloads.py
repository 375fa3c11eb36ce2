"""The events that the figures are measured with: their files, and what a portal holds of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

PORTAL = 7
ACCOUNT = "acme"
OTHERS = 2002
"""An app whose events are not ours."""

LISTS = 10
"""The files that events are declared in as lists, unless there are fewer events, or too many for files of 1 MiB."""
_LONGEST_LIST = 1_000

_ZONE = "Europe/Berlin"
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")

Values = Mapping[str, str]
"""The keys of one event, as a file declares them."""
Ids = Callable[[int], str]
"""Returns the event id of each number."""


def prefixed(number: int) -> str:
    """Return an event id that begins as all others do."""
    return f"product-tour-{number:06}"


def scattered(number: int) -> str:
    """Return an event id that has no beginning in common with the others."""
    return sha256(str(number).encode()).hexdigest()[:16].translate(_LETTERS)


def event(number: int, ids: Ids = prefixed) -> Values:
    """Return one event of eight keys."""
    day = _day(number)
    return {
        "externalEventId": ids(number),
        "eventName": f"Product tour {number}",
        "eventOrganizer": "Acme Field Marketing",
        "eventType": "WEBINAR",
        "startDateTime": f"{day} 17:00",
        "endDateTime": f"{day} 18:00",
        "eventUrl": f"https://acme.example/tours/{number}",
        "eventDescription": "What is new this spring, with time for your questions.",
    }


def live(number: int, ids: Ids = prefixed, **other: object) -> Mapping[str, object]:
    """Return the same event as the portal holds it; `other` says in what it differs."""
    times = {"startDateTime": _instant(number, 17), "endDateTime": _instant(number, 18)}
    return {**event(number, ids), **times, "externalAccountId": ACCOUNT, **other}


def older(number: int, ids: Ids = prefixed) -> Mapping[str, object]:
    """Return the event as the portal holds it with another link."""
    return live(number, ids, eventUrl=f"https://old.example/{number}")


def foreign(number: int) -> Mapping[str, object]:
    """Return an event that another app made."""
    return live(number, appInfo={"id": str(OTHERS)}, externalAccountId="others")


def held(count: int, differ: int) -> Iterable[Mapping[str, object]]:
    """Yield what the portal holds of so many events, some of which differ, evenly spread."""
    every = count // differ
    return (older(number) if number % every == 0 else live(number) for number in range(count))


def _day(number: int) -> date:
    return date(2027, 1, 4) + timedelta(days=number % 700)


def _instant(number: int, hour: int) -> str:
    local = datetime.combine(_day(number), time(hour), ZoneInfo(_ZONE))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def declare_each(folder: Path, numbers: range, ids: Ids = prefixed, *, orphans: str = "report") -> Path:
    """Write one file for each event, and the settings; return the folder."""
    _settings(folder, orphans)
    for number in numbers:
        (folder / f"{number:06}.yaml").write_text(_keys(event(number, ids), "", ""), encoding="utf-8")
    return folder


def declare_lists(folder: Path, numbers: range, ids: Ids = prefixed, *, orphans: str = "report") -> Path:
    """Write the events into lists, and the settings; return the folder."""
    _settings(folder, orphans)
    return add_lists(folder, numbers, ids)


def add_lists(folder: Path, numbers: range, ids: Ids = prefixed) -> Path:
    """Write the events into lists, in a folder whose settings stand in one above; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = max(LISTS, len(numbers) // _LONGEST_LIST)
    for file in range(min(lists, len(numbers))):
        items = "".join(_keys(event(number, ids), "  - ", "    ") for number in numbers[file::lists])
        (folder / f"{file}.yaml").write_text("events:\n" + items, encoding="utf-8")
    return folder


def _settings(folder: Path, orphans: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"portal: {PORTAL}\nexternalAccountId: {ACCOUNT}\ntimezone: {_ZONE}\norphans: {orphans}\n"
    (folder / "reconciler.yaml").write_text(text, encoding="utf-8")


def _keys(values: Values, first: str, rest: str) -> str:
    lines = (f"{first if place == 0 else rest}{key}: {value}\n" for place, (key, value) in enumerate(values.items()))
    return "".join(lines)


def seed(file: Path, events: Iterable[Mapping[str, object]]) -> Path:
    """Write a seed of the sandbox, event by event, so that this process stays small; return the file."""
    with file.open("w", encoding="utf-8") as opened:
        opened.write(json.dumps({"portal": {"id": PORTAL}, "properties": []})[:-1] + ', "events": [')
        for number, one in enumerate(events):
            opened.write((",\n" if number else "\n") + json.dumps(one))
        opened.write("]}\n")
    return file


def zones(folder: Path, count: int, differ: int) -> Path:
    """Write as many records for octoDNS, twice, some of which differ, evenly spread; return its configuration."""
    every = count // differ
    _zone(folder / "declared", (_record(number, "new") for number in range(count)))
    _zone(folder / "held", (_record(number, "old" if number % every == 0 else "new") for number in range(count)))
    configuration = folder / "octodns.yaml"
    sides = "".join(
        f"  {side}:\n    class: octodns.provider.yaml.YamlProvider\n    directory: {folder / side}\n"
        "    escaped_semicolons: false\n    supports_root_ns: false\n"
        for side in ("declared", "held")
    )
    zone = "zones:\n  acme.example.:\n    sources: [declared]\n    targets: [held]\n"
    configuration.write_text(f"providers:\n{sides}{zone}", encoding="utf-8")
    return configuration


def _zone(folder: Path, records: Iterable[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "acme.example.yaml").write_text("".join(records), encoding="utf-8")


def _record(number: int, state: str) -> str:
    """Return an ordinary record: three keys and two texts, half as much as an event, so octoDNS has less to do."""
    return (
        f"tour-{number:06}:\n  ttl: 300\n  type: TXT\n  values:\n"
        f"    - https://{state}.example/tours/{number}\n"
        "    - What is new this spring, with time for your questions.\n"
    )
