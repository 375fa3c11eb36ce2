"""Any bytes of a file of declarations are read as events, or as problems that lie in that file."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from reconciler.change import Create, FieldChange
from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.events.layers import SETTINGS
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.files.trees import Entry, EntryKind
from reconciler.declarations.settings import Settings, settings_in
from reconciler.declarations.yaml import strict_yaml
from reconciler.declarations.yaml.nodes import Reading
from reconciler.declarations.yaml.ordinary import ordinary_documents
from reconciler.diagnostics import Diagnostic
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared, DeclaredEvent
from reconciler.hubspot import bodies, wire
from reconciler.policy import Policy
from reconciler.safe_text import FORBIDDEN
from reconciler.transport.json_text import parsed
from tests.declarations.catalogue import FOLDER, cases

TERMS = Terms("staging", ("production", "staging"), "acme", "Europe/Berlin")
NAMED = SourceFile("_defaults.yaml", "_defaults.yaml", b"eventName: A name\neventOrganizer: Acme\n")
ONE = SourceFile("in/e.yaml", "in/e.yaml", b"externalEventId: one\n")
_EVENTS = Path(__file__).parents[2] / "events"
_ROOT = Path("/nowhere/at/all")
_SETTINGS = Settings(_ROOT, _ROOT, "staging", ("staging",), "2026-03", None, Policy(), None)


def file(content: bytes) -> None:
    """Read a file of declarations below defaults that name its events."""
    check_ordinary(content)
    _read([NAMED, SourceFile("e.yaml", "e.yaml", content)], "e.yaml", content)


def defaults(content: bytes) -> None:
    """Read a file of defaults above one event."""
    _read([SourceFile("_defaults.yaml", "_defaults.yaml", content), ONE], "_defaults.yaml", content)


def settings(content: bytes) -> None:
    """Read a settings file, and go by it in each of its environments."""
    layer = SETTINGS.check_file(content, "reconciler.yaml")
    assert layer == SETTINGS.check_file(content, "reconciler.yaml")
    check_places(layer.problems, "reconciler.yaml", content)
    for environment in ("staging", *layer.values.get("environments", {})):
        try:
            settings_in(_OneFile(content), replace(_SETTINGS, environment=environment))
        except DeclarationsInvalid as invalid:
            assert len(invalid.diagnostics) == len(layer.problems)
        else:
            assert not layer.problems


def check_ordinary(content: bytes) -> None:
    """Check that the quick reader gives the nodes of the strict one, which finds no problem, or none at all."""
    documents = ordinary_documents(content)
    assert documents is None or Reading(documents) == strict_yaml.read(content, "e.yaml")


def check_places(found: Iterable[Diagnostic], file: str, content: bytes) -> None:
    """Check that each problem stands in its file, and that its words can be shown."""
    lines = content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").split("\n")
    for one in found:
        assert not FORBIDDEN.search(f"{one.message}{one.hint}"), one
        if one.place is not None and one.place.file == file:
            assert 1 <= one.place.line <= len(lines), one
            assert 1 <= one.place.column <= len(lines[one.place.line - 1]) + 1, one


def outcome(listing: Iterable[SourceFile]) -> Declared | tuple[Diagnostic, ...]:
    """Return the declared events, or every problem."""
    try:
        return read_all(listing, TERMS)
    except DeclarationsInvalid as invalid:
        assert invalid.diagnostics, "the files are wrong, and nothing says why"
        return invalid.diagnostics


def _read(listing: list[SourceFile], file: str, content: bytes) -> None:
    found = outcome(listing)
    assert found == outcome(listing), "reading the same twice gives two outcomes"
    if isinstance(found, Declared):
        check_places(found.diagnostics, file, content)
        for event in found.events:
            _check_event(event)
    else:
        check_places(found, file, content)


def _check_event(event: DeclaredEvent) -> None:
    """Check that HubSpot's JSON carries what is declared there and back."""
    assert event.identity.external or event.identity.object_id
    changes = tuple(FieldChange(name, None, value) for name, value in event.fields.items())
    record = bodies.full_record(Create(event.identity, event.name, changes))
    sent = json.dumps({**record, "objectId": "7"}, ensure_ascii=False).encode()
    live = wire.as_event(parsed(sent))
    assert live.fields == {name: value for name, value in event.fields.items() if value is not None}
    assert live.identity.external_event_id == event.identity.external_event_id


class _OneFile:
    """A tree that holds a settings file and nothing else."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def kind(self, path: str) -> EntryKind | None:
        return EntryKind.FILE if path == f"{_ROOT}/reconciler.yaml" else None

    def entries(self, folder: str) -> Iterable[Entry]:
        return [Entry(f"{folder}/reconciler.yaml", EntryKind.FILE)]

    def read(self, _path: str, _file: str) -> bytes:
        return self._content


RIGHT_SETTINGS = b"""\
portal: 1234567
appId: 5801892
externalAccountId: acme
apiVersion: "2026-03"
timezone: Europe/Berlin
orphans: report
protect: [summit-*]
environments:
  staging: {portal: 7654321}
  production:
    orphans: delete
    protect: []
    apiVersion: v3
"""
WRONG_SETTINGS = b"environments: {staging: {portal: x, zone: Berlin}}\n"


def settings_seeds() -> Iterator[bytes]:
    """Yield settings to begin with."""
    yield from (RIGHT_SETTINGS, WRONG_SETTINGS)


SAMPLES = [path.read_bytes() for path in sorted(_EVENTS.glob("20*/**/*.yaml")) if not path.name.startswith("_")]
"""Files that are right."""


def seeds() -> Iterator[bytes]:
    """Yield files to begin with: the samples, and those of the catalogue."""
    yield from SAMPLES
    for path in sorted(FOLDER.glob("*.txt")):
        for case in cases(path):
            yield from case.files.values()
