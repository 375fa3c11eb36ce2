"""`reconciler import`."""  # noqa: N999  (commands are loaded by their names)

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from reconciler.cli.new_files import announce_files, check_option, write_files
from reconciler.cli.options import Common, command_options, parsed_day
from reconciler.cli.output import LEFT_UNDONE, WOULD_CHANGE, log_line
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.settings import settings_at
from reconciler.cli.sources import ImportSource, files_from, source_options
from reconciler.declarations.events.file_names import SETTINGS_FILE
from reconciler.declarations.files.disk import LARGEST, Disk, name_of, names_in_folders
from reconciler.declarations.load import load, load_defaults, terms_of
from reconciler.declarations.settings import Settings
from reconciler.declarations.sources.new_events import Destination
from reconciler.declarations.values.corrections import did_you_mean
from reconciler.declarations.values.zones import is_zone, load_zone
from reconciler.declarations.writing.new_files import NewFile, NewNames
from reconciler.diagnostics import Place, error
from reconciler.errors import DeclarationsInvalid, ReconcilerError, UsageError
from reconciler.event import Declared
from reconciler.planning.claims import Claims
from reconciler.planning.drafts import Draft, Undraftable, drafts
from reconciler.planning.live_values import Ground
from reconciler.planning.reading import read_undeclared
from reconciler.planning.undeclared import Choice, Sorted, import_warnings, sort_out
from reconciler.portal import Definition, Portal
from reconciler.render import imported, phrases, words
from reconciler.safe_text import quoted

_DEFAULT = Path("events")
_EXAMPLES = """
\b
Examples:
  # list what would be written for the events of our app
  reconciler import --check
  # write files for everything from 2027 on, whoever made it
  reconciler import --app any --since 2027-01-01
  # write files for a calendar, whose whole days are from nine to five
  reconciler import --from launches.ics --hours 09:00-17:00
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a portal holds that no file declares, and the files for it."""

    claims: Claims
    sorted: Sorted
    drafts: tuple[Draft, ...]
    failed: tuple[Undraftable, ...]


@click.command("import", epilog=_EXAMPLES)
@click.argument("path", default=_DEFAULT, type=click.Path(path_type=Path))
@click.option(
    "--app", type=click.Choice(["mine", "any"]), default="mine", help="Whose events: our app's, or anybody's."
)
@click.option(
    "--since", callback=parsed_day, metavar="YYYY-MM-DD", help="Only what begins or ends then or later, or has no date."
)
@click.option("--only", metavar="GLOB", help="Only events whose event id, object id or name matches.")
@click.option(
    "--properties",
    is_flag=False,
    flag_value="",
    metavar="[NAME,…]",
    help="Declare custom properties too: all that can be, or these.",
)
@source_options
@check_option
@command_options
def command(
    path: Path,
    *,
    app: str,
    since: datetime | None,
    only: str | None,
    properties: str | None,
    source: ImportSource | None,
    check: bool,
    common: Common,
) -> int:
    """Write a file for each event in HubSpot that no file declares, below PATH (default: events).

    Afterwards the plan has no changes. An event of our app is declared by its account id and event id, one that
    another app or a person made by its objectId. Files that exist are not changed, and nothing is written to HubSpot.

    With --from, the events of a calendar or a table are declared instead: all that no file declares, or none.

    Exit codes: 0 done, 2 there is something to import (--check), 3 the declarations are wrong, or there are no
    settings, 4 token refused, 5 wrong portal or files changed meanwhile, 6 some events cannot be declared, 7 HubSpot
    cannot be reached.
    """
    if source is not None and (app != "mine" or properties is not None):
        raise click.UsageError("--app and --properties are about events in HubSpot, so they cannot go with --from")
    settings = _settings(path, common)
    choice = Choice(app == "any", None if since is None else since.date(), only)
    if source is not None:
        declared = load(settings)
        files = files_from(source, settings, declared, _destination(settings, path), choice)
        return _finish(settings, files, check=check)
    found = _find(settings, path, choice, _names_in(properties), common)
    _report(found, settings, common)
    code = _finish(settings, list(map(imported.new_file, found.drafts)), check=check)
    return code or (LEFT_UNDONE if found.failed else 0)


def _finish(settings: Settings, files: list[NewFile], *, check: bool) -> int:
    """Write the files, or list them for `--check`; return the exit code."""
    files.sort(key=lambda file: file.path)
    if not files:
        log_line("There is nothing to import.")
        return 0
    if check:
        announce_files(settings, files)
        return WOULD_CHANGE
    write_files(settings, files)
    return 0


def _settings(path: Path, common: Common) -> Settings:
    """Return the settings for the whole root, as what is declared anywhere is not imported again."""
    if path == _DEFAULT and not path.exists():
        raise _without_settings(path)
    settings = settings_at(path, common)
    if settings.file is None:
        raise _without_settings(path)
    if not path.is_dir():
        raise UsageError(f"{quoted(str(path))} is not a folder", hint="name the folder to write the files to")
    below = path.resolve().relative_to(settings.root.resolve())
    if any(part.startswith(".") for part in below.parts):
        raise UsageError(f"{quoted(str(path))} is hidden, and hidden files are not read", hint="name another folder")
    return settings_at(settings.root, common)


def _without_settings(path: Path) -> DeclarationsInvalid:
    hint = "write it with reconciler init"
    return DeclarationsInvalid((error("no-settings", "there is no reconciler.yaml", Place(name_of(path)), hint),))


def _destination(settings: Settings, path: Path) -> Destination:
    """Return where the files for a calendar or a table go; the declarations must have been loaded before."""
    return Destination(
        terms_of(settings),
        load_defaults(settings),
        _new_names(path),
        LARGEST,
        _below_root(settings, path),
        _text_of(settings),
    )


def _names_in(properties: str | None) -> Collection[str] | None:
    """Return the names in `--properties`; None means *all*."""
    if properties is None:
        return ()
    return frozenset(name.strip() for name in properties.split(",")) if properties else None


def _find(settings: Settings, path: Path, choice: Choice, properties: Collection[str] | None, common: Common) -> _Found:
    declared = load(settings)
    with open_session(common, settings, StopRequest()) as session, session.reader() as portal, session.progress.shown():
        place = _place(settings, portal.details())
        zone = load_zone(place)
        listing, claims = read_undeclared(declared, session.policy, portal, choice, zone)
        if properties:
            _check_properties(properties, portal.definitions())
        result = sort_out(listing, claims, choice, zone)
        ground = Ground(
            terms_of(settings),
            place,
            load_defaults(settings),
            portal.definitions,
            properties,
            LARGEST,
            _below_root(settings, path),
            _text_of(settings),
        )
        return _drafted(claims, result, declared, ground, path)


def _place(settings: Settings, portal: Portal) -> str:
    """Return the time zone of local times: that of the settings, else the portal's."""
    return settings.timezone or (portal.timezone if portal.timezone and is_zone(portal.timezone) else "UTC")


def _check_properties(names: Collection[str], definitions: Mapping[str, Definition]) -> None:
    """Raise `UsageError` if one of the custom properties cannot be declared at all."""
    for name in sorted(names):
        if name not in definitions:
            writable = [each.name for each in definitions.values() if each.writable]
            hint = did_you_mean(name, writable) or "write the internal names, with commas and without blanks"
            raise UsageError(f"the portal defines no custom property {quoted(name)}", hint=hint)
        if not definitions[name].writable:
            raise UsageError(f"only HubSpot itself sets the property {quoted(name)}", hint="leave it out")


def _text_of(settings: Settings) -> str:
    """Return the text of the settings, which were read before."""
    file = settings.root / SETTINGS_FILE
    return Disk().read(str(file), name_of(file)).decode()


def _below_root(settings: Settings, path: Path) -> str:
    below = path.resolve().relative_to(settings.root.resolve()).as_posix()
    return "" if below == "." else f"{below}/"


def _drafted(claims: Claims, result: Sorted, declared: Declared, ground: Ground, path: Path) -> _Found:
    outcomes = list(drafts(result.wanted, declared, ground, _new_names(path)))
    return _Found(
        claims,
        result,
        tuple(each for each in outcomes if isinstance(each, Draft)),
        tuple(each for each in outcomes if isinstance(each, Undraftable)),
    )


def _new_names(path: Path) -> NewNames:
    try:
        return NewNames(names_in_folders(path))
    except OSError as reason:
        raise ReconcilerError(f"cannot read the folders below {name_of(path)}: {reason.strerror}") from reason


def _report(found: _Found, settings: Settings, common: Common) -> None:
    """Log whose events there are, what becomes of them, and what has to be known of single ones."""
    evidence = found.claims.evidence
    log_line(words.portal(found.claims.listing.portal))
    for line in imported.makers(found.sorted, found.failed, evidence.app_id):
        log_line(line)
    for line in imported.import_notes(found.drafts, found.failed, every=common.verbose):
        log_line(line)
    drafted = {draft.live.identity.object_id for draft in found.drafts}
    left_out = found.sorted.undeclared(evidence.app_id, drafted)
    for warning in import_warnings(found.claims, settings.policy, left_out):
        log_line(phrases.diagnostic(warning))
