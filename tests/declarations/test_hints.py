"""Every hint, followed to the letter, leads to a file that is accepted, or to the next true problem.

An entry in `hints/*.txt` holds files in the form of the catalogue. Under `--- says` are their hints, and under
`--- follow` the files after somebody has followed the first hint, or a part of it after an `or`. If the files had
another problem already, `--- gives` names its code. `pytest tests/declarations --rewrite` rewrites the hints.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler import declarations
from reconciler.declarations.events.declaring import Portals, Terms
from reconciler.declarations.events.file_names import SETTINGS_FILE, SourceFile, reading_order
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.events.layers import EVENT, EVENT_LIST, REPEAT, SETTINGS, Keys
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.yaml.complaints import _RULES
from reconciler.declarations.yaml.guidance import FOR_DECLARATIONS, FOR_SETTINGS
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid
from tests.declarations.catalogue import TERMS, Case, visible

FILES = sorted((Path(__file__).parent / "hints").glob("*.txt"))
ON_DISK = {
    *("base-invalid", "hidden-settings", "not-a-file", "second-settings", "symbolic-link", "too-large"),
    *("too-many-files", "too-many-folders", "unread-file", "unreadable", "no-events"),
}
"""These concern files by name and kind, not by content: test_files.py, test_as_of.py."""
WHEN_WRITING = {"file-changed", "file-exists", "not-pulled"}
"""These concern what is written: test_replacing.py, test_pulling.py."""
OF_OTHERS = {"sources", "read_back.py"}
"""Where problems concern calendars and tables, and what is written for them: tests/declarations/sources."""
TELLERS = {"error", "warning", "Wrong", "_Rule", "Mistake", "tell", "final"}
"""The functions of the package that report a problem; the code is the first word."""


@dataclass(frozen=True)
class Entry:
    """A problem, its hint, the file after the hint was followed, and the next problems."""

    title: str
    wrong: str
    says: str
    followed: str
    next: str

    @property
    def before(self) -> list[Diagnostic]:
        return problems_in(Case(self.title, self.wrong, ""))

    @property
    def after(self) -> list[Diagnostic]:
        return problems_in(Case(self.title, self.followed, ""))

    @property
    def said(self) -> str:
        return visible("".join(f"{found.code}: {found.hint}\n" for found in self.before))

    def __str__(self) -> str:
        gives = f"--- gives\n{self.next}" if self.next else ""
        return f"=== {self.title}\n{self.wrong}--- says\n{self.said}--- follow\n{self.followed}{gives}"


def entries(path: Path) -> Iterator[Entry]:
    for entry in path.read_text(encoding="utf-8").split("=== ")[1:]:
        title, rest = entry.split("\n", 1)
        wrong, rest = rest.split("--- says\n")
        says, rest = rest.split("--- follow\n")
        followed, _, codes = rest.partition("--- gives\n")
        yield Entry(title, wrong, says, followed, codes)


ENTRIES = [entry for path in FILES for entry in entries(path)]


def problems_in(case: Case) -> list[Diagnostic]:
    """Read settings and declarations; return the problems of both."""
    files = dict(case.files)
    said = SETTINGS.check_file(files.pop(SETTINGS_FILE, b""), SETTINGS_FILE)
    sources = (SourceFile(path, path, files[path]) for path in sorted(files, key=reading_order))
    try:
        found = read_all(sources, terms(said.values) if SETTINGS_FILE in case.files else TERMS).diagnostics
    except DeclarationsInvalid as invalid:
        found = invalid.diagnostics
    return [one for one in (*said.problems, *found) if one.severity is not Severity.INFO and one.code != "no-events"]


def terms(said: dict[str, Any]) -> Terms:
    environments = said.get("environments", {})
    portals = Portals(said.get("portal"), said.get("portal"), any("portal" in one for one in environments.values()))
    rules = HouseRules(said.get("names", {}), said.get("eventTypes"))
    return Terms(
        None,
        tuple(environments),
        said.get("externalAccountId"),
        portals=portals,
        rules=rules,
        protect=tuple(said.get("protect", ())),
    )


@pytest.fixture(scope="session", autouse=True)
def rewrites(request: pytest.FixtureRequest) -> bool:
    wanted = bool(request.config.getoption("--rewrite"))
    if wanted:
        for path in FILES:
            path.write_text("".join(map(str, entries(path))), encoding="utf-8")
    return wanted


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.title) for entry in ENTRIES])
def test_whoever_follows_a_hint_is_led_out(entry: Entry, *, rewrites: bool) -> None:
    assert rewrites or entry.said == entry.says
    assert all(found.hint for found in entry.before)
    first = entry.before[0]
    assert [found.code for found in entry.after] == entry.next.split()
    assert (first.code, first.message) not in {(found.code, found.message) for found in entry.after}


def test_every_problem_that_the_reader_tells_has_a_hint_that_was_followed() -> None:
    assert codes() - {found.code for entry in ENTRIES for found in entry.before} == ON_DISK | WHEN_WRITING


def test_every_complaint_of_the_parser_has_a_hint_that_was_followed() -> None:
    *known, whatever_else = (rule.message for rule in _RULES)
    assert not set(known) - {found.message for entry in ENTRIES for found in entry.before}
    assert whatever_else == "this cannot be read as YAML"


WHAT_TO_WRITE = {
    "externalEventId": "spring-launch-2027",
    "externalAccountId": "acme-events",
    "objectId": "1234",
    "objectId.*": "1234",
    "eventName": "Spring launch",
    "eventOrganizer": "Acme",
    "eventType": '""',
    "eventDescription": '""',
    "eventUrl": '""',
    "startDateTime": "2027-04-15 17:00",
    "endDateTime": "2027-04-15 17:00",
    "timezone": "Europe/Berlin",
    "hours": '"09:00-17:00"',
    "eventCancelled": "true",
    "eventCompleted": "false",
    "customProperties": "\n  name: value",
    "customProperties.*": '""',
    "initial": "\n  eventType: WEBINAR",
    "protect": "true",
    "environments": "\n- staging",
    "absent": "true",
    "repeat": "\n  rule: FREQ=WEEKLY;COUNT=8",
    "rule": "FREQ=WEEKLY;BYDAY=TH;COUNT=12",
    "skip": "\n- 2027-04-15",
    "overrides": "\n  2027-04-15: {}",
    "overrides.*": "\n    eventName: A",
    "defaults": "\n  eventType: WEBINAR",
    "events": "\n- externalEventId: a",
}
IN_SETTINGS = {
    "portal": "1234",
    "appId": "1234",
    "externalAccountId": "acme-events",
    "apiVersion": "2026-03",
    "timezone": "Europe/Berlin",
    "orphans": "ignore",
    "protect": "\n- summit-*",
    "besides": "\n- 2002",
    "silence": "\n- overlap",
    "names": "\n  eventName: .*",
    "names.*": '"[a-z]+"',
    "eventTypes": "\n- WEBINAR",
    "environments": "\n  staging: {}",
    "environments.*": "\n    portal: 1234",
}
"""The text of somebody who follows the hint to a key without a value."""


def lines(key: str, value: str) -> bytes:
    above, _, _ = key.rpartition(".")
    name = {"names": "eventName", "overrides": "2027-04-15"}.get(above, "staging")
    return (f"{above}:\n  {name}: {value}\n" if above else f"{key}: {value}\n").encode()


def kind_of(key: str) -> Keys:
    kinds = (EVENT_LIST, REPEAT, EVENT)
    return next((kind for kind in kinds if key.partition(".")[0] in kind.names), EVENT)


@pytest.mark.parametrize("key", sorted({*FOR_DECLARATIONS, *EVENT.names, *EVENT_LIST.names}))
def test_a_key_without_a_value_is_told_what_to_write(key: str) -> None:
    (before,) = kind_of(key).check_file(lines(key, ""), "a.yaml").problems
    assert (before.code, before.hint) == ("no-value", FOR_DECLARATIONS[key])
    assert kind_of(key).check_file(lines(key, WHAT_TO_WRITE[key]), "a.yaml").problems == ()


@pytest.mark.parametrize("key", sorted({*FOR_SETTINGS, *SETTINGS.names}))
def test_a_setting_without_a_value_is_told_what_to_write(key: str) -> None:
    (before,) = SETTINGS.check_file(lines(key, ""), "reconciler.yaml").problems
    assert (before.code, before.hint) == ("no-value", FOR_SETTINGS[key])
    assert SETTINGS.check_file(lines(key, IN_SETTINGS[key]), "reconciler.yaml").problems == ()


def codes() -> set[str]:
    """Return every code in the package that a file of declarations can have."""
    (folder,) = map(Path, declarations.__path__)
    files = (file for file in folder.rglob("*.py") if OF_OTHERS.isdisjoint(file.relative_to(folder).parts))
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {code for call in calls if name_of(call) in TELLERS and (code := first_word(call.args))}


def first_word(arguments: list[ast.expr]) -> str:
    texts = (one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return next((text for text in texts if text and " " not in text), "")


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
