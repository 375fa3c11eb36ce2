"""`reconciler calendar`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from reconciler.cli.formats import Target
from reconciler.cli.options import Call, Common, command_options
from reconciler.cli.output import log_line, save
from reconciler.cli.pages import calendar_html, check_link, link_option
from reconciler.cli.settings import settings_at
from reconciler.connections import git_environment
from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.events.revisions import Revision, Revisions
from reconciler.declarations.files.history import history_of
from reconciler.declarations.load import list_files, load_files
from reconciler.declarations.settings import Settings
from reconciler.errors import UsageError
from reconciler.event import Declared, DeclaredEvent
from reconciler.render import phrases

_EXAMPLES = """
\b
Examples:
  # write a calendar that other programs can read or subscribe to
  reconciler calendar --ics calendar.ics
  # write a page for browsers
  reconciler calendar --html calendar.html
  # of one folder
  reconciler calendar events/2027 --ics calendar-2027.ics
"""


@click.command("calendar", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@click.option("--ics", type=Target(), metavar="FILE", help="Write the events to FILE as iCalendar.")
@click.option("--html", type=Target(), metavar="FILE", help="Write the events to FILE as a page for browsers.")
@link_option
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, *, ics: Path | None, html: Path | None, link: str | None, common: Common) -> int:
    """Write the events that are declared at PATH (default: events) as a calendar, offline.

    In iCalendar each event keeps its id, and its number rises with each change of its file in git, so that calendar
    programs take the new version in place of the old one. Cancelled events are marked. An event without a start is
    left out there.

    Exit codes: 0 done, 1 the file cannot be written, 3 the declarations are wrong.
    """
    if ics is None and html is None:
        raise UsageError("calendar needs a file to write", hint="--ics FILE or --html FILE")
    check_link(link, to_a_page=html is not None)
    settings = settings_at(path, common)
    files = list_files(settings)
    declared = load_files(files, settings)
    if html is not None:
        _write_html(html, declared, settings, link)
    if ics is not None:
        paths = {file.shown: file.path for file in files if isinstance(file, SourceFile)}
        revisions = _revisions(settings, call.now())
        _write_ics(ics, declared, lambda event: revisions.of(paths[event.place.file]))
    return 0


def _write_html(file: Path, declared: Declared, settings: Settings, link: str | None) -> None:
    save(file, calendar_html(declared, settings.timezone, link))
    shown = sum(not event.absent for event in declared.events)
    log_line(f"{phrases.count(shown, 'event')} written to {file}.")


def _revisions(settings: Settings, now: datetime) -> Revisions:
    """Read how often each file was changed; without a whole history no file is known."""
    try:
        history = history_of(settings.root.resolve(), git_environment())
    except UsageError as unknown:
        hint = "" if unknown.hint is None else f" ({unknown.hint})"
        log_line(f"{unknown.message}, so SEQUENCE is made of the content and does not rise with each change{hint}")
        return Revisions((), differing=frozenset(), now=now)
    return Revisions(history.commits, differing=history.differing, now=now)


def _write_ics(file: Path, declared: Declared, revision_of: Callable[[DeclaredEvent], Revision]) -> None:
    from reconciler.render.calendar import calendar, has_start  # noqa: PLC0415  (it loads a library, slowly)

    save(file, calendar(declared.events, revision_of))
    # An event that is to be deleted is none of the calendar.
    kept = sum(map(has_start, declared.events))
    left_out = sum(not event.absent for event in declared.events) - kept
    log_line(f"{phrases.count(kept, 'event')} written to {file}.")
    if left_out:
        log_line(f"{phrases.count(left_out, 'event')} without a start left out.")
    if skipped := len(declared.skipped):
        log_line(f"{phrases.count(skipped, 'event')} for another environment left out.")
