"""The catalogue of advice: for each kind, files that get it and files that do not.

A case in `cases/*.txt` has the form of those of `tests/declarations/cases`, whose defaults name and organise events.
Its times are those of Berlin, today is 1 November 2026, and HubSpot does not hold the events whose ids begin with
`new`. Under `--- gives` stands all that is advised, with its hints.
"""

from pathlib import Path

from reconciler.advice.report import Scope, advised
from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.reading import read_all
from reconciler.diagnostics import Diagnostic
from reconciler.event import Declared
from tests.command_line import NOW
from tests.declarations.catalogue import Case, cases, told, visible

FOLDER = Path(__file__).parent / "cases"
TERMS = Terms(external_account_id="acme", timezone="Europe/Berlin")


def declared(case: Case, terms: Terms = TERMS) -> Declared:
    paths = sorted(case.files, key=reading_order)
    return read_all((SourceFile(path, path, case.files[path]) for path in paths), terms)


def found(case: Case, terms: Terms = TERMS) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of a case, with the advice on it."""
    said = declared(case, terms)
    new = {event.identity for event in said.events if (event.identity.external_event_id or "").startswith("new")}
    return advised(said.diagnostics, said, NOW, Scope(new=new))


def outcome(case: Case) -> str:
    """Return what is advised, as it stands in the catalogue."""
    return visible("".join(map(told, found(case))))


def rewrite(path: Path) -> None:
    """Write the actual outcomes as the expected ones; people review the difference."""
    entries = [f"=== {case.title}\n{case.written}--- gives\n{outcome(case)}" for case in cases(path)]
    path.write_text("".join(entries), encoding="utf-8")
