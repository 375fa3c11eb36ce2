"""Any bytes of a calendar or a table are read as events that can be declared, or as problems that lie in that file."""

from collections.abc import Iterator
from pathlib import Path

from reconciler.declarations.events.inheritance import NOTHING
from reconciler.declarations.files.disk import LARGEST
from reconciler.declarations.sources.calendar import read_calendar
from reconciler.declarations.sources.new_events import Destination, new_events
from reconciler.declarations.sources.sourced import Additions, Sourced
from reconciler.declarations.sources.table import read_table
from reconciler.declarations.writing.new_files import NewNames
from reconciler.event import Declared
from reconciler.safe_text import FORBIDDEN
from tests.fuzz import plain
from tests.fuzz.declarations import TERMS

_SAMPLES = Path(__file__).parents[1] / "declarations" / "sources" / "samples"
_ADDITIONS = Additions("Europe/Berlin", "09:00-17:00", "Acme", "WEBINAR")


def calendar(content: bytes) -> None:
    """Read a calendar."""
    found = read_calendar(content, "a.ics", _ADDITIONS)
    assert found == read_calendar(content, "a.ics", _ADDITIONS), "reading the same twice gives two outcomes"
    _check(found, content)


def table(content: bytes) -> None:
    """Read a table."""
    found = read_table(content, "a.csv", _ADDITIONS)
    assert found == read_table(content, "a.csv", _ADDITIONS), "reading the same twice gives two outcomes"
    _check(found, content)


def _check(found: Sourced, content: bytes) -> None:
    """Check that each event gets a file that is read back, or that every problem lies in the source."""
    destination = Destination(TERMS, lambda _: NOTHING, NewNames({}), LARGEST)
    made = new_events(found, Declared((), 0), destination, lambda _: True)
    assert not (made.problems and made.events)
    assert len({event.path for event in made.events}) == len(made.events)
    plain.check([event.text for event in made.events])
    last = len(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    for problem in made.problems:
        assert problem.code != "read-differently", problem
        assert problem.place is not None
        assert 1 <= problem.place.line <= last, problem
        assert not FORBIDDEN.search(f"{problem.message}{problem.hint}"), problem


def calendars() -> Iterator[bytes]:
    """Yield calendars to begin with."""
    yield from (path.read_bytes() for path in sorted(_SAMPLES.glob("*.ics")))


def tables() -> Iterator[bytes]:
    """Yield tables to begin with."""
    header, row = "Event Name;externalEventId;startDateTime;customProperties.x", '"A\r\nB";a;2027-04-15 17:00;=1'
    for delimiter in ";,\t":
        for encoding in ("utf-8-sig", "utf-16"):
            yield f"{header}\r\n{row}\r\n".replace(";", delimiter).encode(encoding)
    yield b"sep=,\neventName,endDateTime,eventCancelled\nA,46492.7,TRUE\n,,\nB\n"
