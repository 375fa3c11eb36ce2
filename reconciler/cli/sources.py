"""Calendars and tables on the disk, imported by `reconciler import --from`."""

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.options import Function
from reconciler.cli.output import log_line
from reconciler.declarations.files.disk import name_of
from reconciler.declarations.settings import Settings
from reconciler.declarations.sources.new_events import Destination, new_events
from reconciler.declarations.sources.sourced import Additions, Sourced
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.times import read_hours
from reconciler.declarations.values.zones import load_zone
from reconciler.declarations.writing.new_files import NewFile
from reconciler.errors import SourceInvalid, UsageError
from reconciler.event import Declared, DeclaredEvent, LiveEvent
from reconciler.planning.undeclared import Choice
from reconciler.render import imported
from reconciler.safe_text import FORBIDDEN, quoted

LARGEST_SOURCE = 64 * 1024 * 1024
"""The largest calendar or table that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A calendar or a table, and what is to be added to its events."""

    file: Path
    hours: str | None = None
    organizer: str | None = None
    event_type: str | None = None


def source_options(function: Function) -> Function:
    """Add `--from` to a command, with the options that go with it; the command gets them as `source`."""

    @wraps(function)
    def collected(*arguments: Any, from_: Path | None, **options: Any) -> Any:
        added = {name: options.pop(name) for name in ("hours", "organizer", "event_type")}
        if from_ is None and any(value is not None for value in added.values()):
            raise click.UsageError("--hours, --organizer and --type go with --from alone")
        return function(*arguments, source=None if from_ is None else ImportSource(from_, **added), **options)

    decorated: Function = collected
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _hours(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        read_hours(value)
    except Wrong as wrong:
        raise click.BadParameter(f"{wrong.message} ({wrong.hint})", ctx, parameter) from wrong
    return value


def _text(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty: give a text, or leave the option out", ctx, parameter)
    if value is not None and FORBIDDEN.search(value):
        raise click.BadParameter("it holds a character that no file may have", ctx, parameter)
    return value


_OPTIONS = (
    click.option(
        "--from",
        "from_",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Import a calendar (.ics) or a table (.csv) instead, without a network.",
    ),
    click.option("--hours", callback=_hours, metavar="HH:MM-HH:MM", help="With --from: the hours of whole days."),
    click.option("--organizer", callback=_text, metavar="NAME", help="With --from: the usual organizer."),
    click.option("--type", "event_type", callback=_text, metavar="TYPE", help="With --from: the usual type."),
)


def files_from(
    source: ImportSource, settings: Settings, declared: Declared, destination: Destination, choice: Choice
) -> list[NewFile]:
    """Return the files for the events of a calendar or a table that are not declared yet, and log what becomes of all.

    Raises `UsageError` if the source cannot be read, and `SourceInvalid` with everything in it that cannot be declared.
    """
    zone = load_zone(settings.timezone or "UTC")

    def is_wanted(event: DeclaredEvent) -> bool:
        return choice.fits(LiveEvent(event.identity, None, event.fields), zone)

    sourced = _read(source, settings)
    found = new_events(sourced, declared, destination, is_wanted)
    if found.problems:
        raise SourceInvalid(found.problems)
    for line in imported.source_counts(sourced, found):
        log_line(line)
    return [imported.new_source_file(event) for event in found.events]


def _read(source: ImportSource, settings: Settings) -> Sourced:
    """Read a calendar or a table, as the name of its file says."""
    additions = Additions(settings.timezone, source.hours, source.organizer, source.event_type)
    match source.file.suffix.lower():
        case ".ics":
            from reconciler.declarations.sources.calendar import read_calendar  # noqa: PLC0415  (slow to load; only a calendar needs it)

            return read_calendar(_content(source.file), name_of(source.file), additions)
        case ".csv":
            from reconciler.declarations.sources.table import read_table  # noqa: PLC0415  (only a table needs it)

            return read_table(_content(source.file), name_of(source.file), additions)
        case _:
            message = f"{quoted(str(source.file))} is neither a calendar nor a table"
            raise UsageError(message, hint="name a file that ends in .ics or .csv")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_SOURCE + 1)
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(file))}: {error.strerror}") from error
    if len(content) > LARGEST_SOURCE:
        raise UsageError(f"{quoted(str(file))} is larger than {LARGEST_SOURCE:,} bytes", hint="split it into several")
    return content
