"""`reconciler pull`."""

from functools import partial
from pathlib import Path

import click

from reconciler.cli.inputs import base_at
from reconciler.cli.options import Call, Common, base_option, command_options
from reconciler.cli.output import LEFT_UNDONE, WOULD_CHANGE, log_line, print_result
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.settings import settings_at
from reconciler.connections import git_environment
from reconciler.declarations.base import Base
from reconciler.declarations.files.git import committed_as_they_are
from reconciler.declarations.files.replacing import Replacement, replace_files
from reconciler.declarations.load import list_files, load_files, replacement, terms_of
from reconciler.declarations.settings import Settings
from reconciler.declarations.writing.pulling import Pulled, pull_into
from reconciler.diagnostics import Diagnostic, Place, error, in_file_order
from reconciler.errors import Refused, UsageError
from reconciler.event import Declared, is_named_by
from reconciler.pipeline import make_plan
from reconciler.planning.plan import Planned
from reconciler.planning.pulls import pulls_in
from reconciler.render import phrases
from reconciler.render.file_diff import file_diff
from reconciler.render.listing import abridged, in_full

_EXAMPLES = """
\b
Examples:
  # write what somebody has changed in HubSpot since the branch main
  reconciler pull --base main
  # write every value that differs, of the events whose id begins so
  reconciler pull --all --only 'spring-*'
  # only show what would be written
  reconciler pull --all --check
"""


@click.command("pull", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@base_option
@click.option("--all", "everything", is_flag=True, help="Write every value that differs, whoever changed it.")
@click.option("--only", metavar="GLOB", help="Only events with such an event id, object id or name.")
@click.option("--check", is_flag=True, help="Write nothing: print what would change.")
@command_options
@click.pass_obj
def command(
    call: Call,
    /,
    path: Path,
    *,
    base: str | None,
    everything: bool,
    only: str | None,
    check: bool,
    common: Common,
) -> int:
    """Write HubSpot's values into the lines of the declarations at PATH (default: events) that differ from them.

    HubSpot is only read. A value that an event inherits becomes a key of the event. Comments and all other lines stay
    as they are. Nothing is deleted, and no event or key is added that is not declared. Files must be committed.

    Exit codes: 0 done, 2 files would change (--check), 3 the declarations are wrong, 4 token refused, 5 a file is not
    committed or has changed meanwhile, or wrong portal, and nothing was written, 6 a difference was left and is named,
    7 HubSpot cannot be reached.
    """
    if (base is None) is not everything:
        hint = "--base REF: only what HubSpot has changed since REF"
        raise UsageError("pull needs --base REF or --all, and not both", hint=hint)
    settings = settings_at(path, common)
    past = base_at(settings, base)
    files = list_files(settings)
    planned = _plan(load_files(files, settings), past, settings, common, call)
    pulls, problems = pulls_in(planned, partial(is_named_by, only), by_origin=not everything)
    pulled = pull_into(files, terms_of(settings), pulls)
    changed = sorted(replacement(settings, file) for file in pulled.files)
    if not check:
        _refuse_uncommitted(settings, changed)
        replace_files(changed)
    print_result("".join(file_diff(file.shown, file.before, file.after) for file in changed))
    _tell(pulled, problems, common, check=check)
    if check and changed:
        return WOULD_CHANGE
    return LEFT_UNDONE if problems or pulled.left else 0


def _plan(declared: Declared, base: Base, settings: Settings, common: Common, call: Call) -> Planned:
    with open_session(common, settings, StopRequest()) as session, session.reader() as portal, session.progress.shown():
        return make_plan(declared, session.policy, portal, call.now(), base)


def _refuse_uncommitted(settings: Settings, files: list[Replacement]) -> None:
    if not files:
        return
    root = settings.root.resolve()
    committed = committed_as_they_are(root, git_environment())
    changed = [file for file in files if file.path.relative_to(root).as_posix() not in committed]
    if changed:
        what = "this file has changes that are not committed"
        reasons = tuple(error("uncommitted", what, Place(file.shown)) for file in changed)
        message = "pull writes only files that are committed, so nothing was written"
        raise Refused(message, reasons, hint="commit them first")


def _tell(pulled: Pulled, problems: list[Diagnostic], common: Common, *, check: bool) -> None:
    listing = in_full if common.verbose else abridged
    named = in_file_order([*problems, *pulled.left])
    for line in listing(named):
        log_line(line)
    if not pulled.files:
        log_line("Nothing to write: what differs is named above." if named else "There is nothing to pull.")
        return
    what = f"{phrases.count(pulled.values, 'value')} in {phrases.count(len(pulled.files), 'file')}"
    log_line(f"{what} would be written." if check else f"{what} written.")
