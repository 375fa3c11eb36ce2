"""`reconciler init`."""

import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconciler.cli.options import Call, Common, command_options, not_yet
from reconciler.cli.output import print_result
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.terminal import ask_for
from reconciler.declarations.events.file_names import SETTINGS_FILE
from reconciler.declarations.files.disk import name_of
from reconciler.declarations.files.replacing import Replacement, replace_files
from reconciler.declarations.keys.editor_schema import declarations_schema, settings_schema
from reconciler.declarations.keys.schema_line import schema_line
from reconciler.declarations.settings import nearest_settings, settings_to_be
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.validators import identifier
from reconciler.declarations.writing.first_files import (
    GITIGNORE,
    IGNORED,
    Beginning,
    ignores,
    pre_commit_text,
    settings_text,
)
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Place, error
from reconciler.doctor.checks import WRITE
from reconciler.errors import AccessDenied, ReconcilerError, Refused, Rejected, Unavailable, UsageError
from reconciler.hubspot.reader import PortalInspector
from reconciler.planning.undeclared import samples
from reconciler.portal import Hit, Listing, Token
from reconciler.render.json_text import json_text
from reconciler.render.phrases import count
from reconciler.safe_text import FORBIDDEN, quoted, visible

_USUAL = "marketing-events"
"""The account id that is proposed where our app has made no event yet."""
_QUESTION = "Account id, which stands for you in HubSpot and never changes"
_PLAIN = re.compile(r"[\w.-]+")
"""An account id that needs no escape in an address, and no quotes in a file."""
_EXAMPLES = """
\b
Examples:
  # write the settings for the portal that the token opens
  reconciler init
  # in a script, with hooks that check the files before each commit
  reconciler init --account-id acme-events --pre-commit
  # try it with a local HubSpot
  reconciler init --sandbox
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What HubSpot says of the token's portal."""

    listing: Listing
    token: Token
    account_ids: tuple[str, ...]
    """The account ids of some events of our app, the most frequent first."""

    @property
    def ours(self) -> int:
        """The number of events that the token's app made."""
        return sum(event.app_id is not None and event.app_id == self.token.app_id for event in self.listing.events)


@click.command("init", epilog=_EXAMPLES)
@click.argument("path", default=Path("events"), type=click.Path(path_type=Path))
@click.option("--account-id", metavar="ID", help="The account id of your events, which never changes.")
@click.option("--pre-commit", is_flag=True, help="Also write .pre-commit-config.yaml, with hooks.")
@click.option("--github", metavar="OWNER/REPO@COMMIT", callback=not_yet, expose_value=False, hidden=True)
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, *, account_id: str | None, pre_commit: bool, common: Common) -> int:
    """Write the settings for the portal that the token opens into PATH (default: events), each line explained.

    It asks HubSpot for the portal, its time zone and the token's app, and at a terminal it asks you for the account
    id. Nothing is written to HubSpot, and no file that is there is changed.

    Exit codes: 0 done, 4 token refused, 5 there is a file already and nothing was written, 7 HubSpot cannot be reached,
    64 nobody chose an account id.
    """
    _check_free(path, pre_commit=pre_commit)
    chosen = None if account_id is None else _account_id(account_id)
    known = _ask_hubspot(path, common)
    chosen = chosen or _account_id(_choice(known.account_ids))
    head = f"{schema_line(_from(path, _SETTINGS_SCHEMA))}\n"
    settings = settings_text(_beginning(known, chosen, call.now().year + 1, head, common))
    files = list(_files(path, settings, pre_commit=pre_commit))
    replace_files(files)
    report = (*_written(files, path, chosen), *_next_steps(known, path, common))
    print_result("".join(f"{line}\n" for line in report))
    return 0


def _check_free(path: Path, *, pre_commit: bool) -> None:
    """Raise `Refused` if a file would be in the way, and `UsageError` if the path is no folder."""
    if path.exists() and not path.is_dir():
        raise UsageError(f"{quoted(str(path))} is not a folder", hint="name the folder for the declarations")
    hooks = Path(_HOOKS)
    found = [nearest_settings(path), hooks if pre_commit and os.path.lexists(hooks) else None]
    reasons = tuple(
        error("file-exists", "this file is there already", Place(name_of(file)), "change it by hand, or move it away")
        for file in found
        if file is not None
    )
    if reasons:
        raise Refused("nothing was written", reasons)


def _ask_hubspot(path: Path, common: Common) -> _Known:
    settings = settings_to_be(path, environment=common.environment, api_version=common.api_version)
    with (
        open_session(common, settings, StopRequest()) as session,
        session.inspector() as portal,
        session.reading.shown(),
    ):
        account = portal.account()
        token = _token(portal)
        listing = Listing(account, portal.events())
        hits = list(_some_of_ours(portal, listing, token))
    app_id = token.app_id or next((hit.app_id for hit in hits), None)
    accounts = Counter(str(hit.identity.external_account_id) for hit in hits)
    return _Known(listing, replace(token, app_id=app_id), tuple(name for name, _ in accounts.most_common()))


def _token(portal: PortalInspector) -> Token:
    try:
        return portal.token()
    except (AccessDenied, Rejected, Unavailable):  # HubSpot does not show the details of every kind of token
        return Token(None, None)


def _some_of_ours(portal: PortalInspector, listing: Listing, token: Token) -> Iterator[Hit]:
    """Search for some events of the token's app, which shows their account ids."""
    events = (event for event in listing.events if token.app_id in (None, event.app_id))
    found = 0
    for event_id in samples(replace(listing, events=tuple(events))):
        hits = portal.search(event_id)
        yield from hits
        found += bool(hits)
        if found == _ENOUGH:
            return


_ENOUGH = 3
"""Searches with a result that are enough to propose an account id."""


def _beginning(known: _Known, account_id: str, year: int, head: str, common: Common) -> Beginning:
    portal, scopes = known.listing.portal, known.token.scopes
    kind = (portal.account_type or "").lower().replace("_", " ")
    may_write = not scopes or WRITE in scopes
    return Beginning(
        portal.id, kind, account_id, known.token.app_id, may_write, portal.timezone, common.api_version, year, head
    )


def _from(folder: Path, file: Path) -> str:
    """Return the way from a folder to a file, as a URL would have it."""
    return Path(os.path.relpath(file, folder)).as_posix()


def _choice(known: Sequence[str]) -> str:
    """Ask for the account id; where nobody can be asked, return the proposed one.

    It can never change, so somebody who was asked has to choose: else this raises `UsageError`.
    """
    answer = ask_for(_QUESTION, next(iter(known), _USUAL))
    if answer is None:
        hint = "give --account-id ID; choose it once, because it can never change"
        raise UsageError("nobody chose an account id", hint=hint)
    return answer if answer in known or _PLAIN.fullmatch(answer) else _plainer(answer)


def _plainer(answer: str) -> str:
    """Ask once more, proposing the plain form of an account id; what is answered now is taken."""
    plain = "-".join(_PLAIN.findall(answer)).lower() or _USUAL
    return ask_for("Blanks and signs are awkward in an account id. Again: account id", plain) or answer


def _account_id(text: str) -> str:
    """Return an account id; raise `UsageError` if it cannot be one."""
    if FORBIDDEN.search(text):
        raise UsageError(f"{quoted(text)} holds a character that no account id may have", hint="delete it")
    try:
        return identifier(Scalar(text, plain=False, line=1, column=1))
    except Wrong as wrong:
        raise UsageError(f"{quoted(text)} cannot be an account id: {wrong.message}", hint=wrong.hint) from wrong


_HOOKS = ".pre-commit-config.yaml"
_GITIGNORE = ".gitignore"
_SCHEMAS = Path("schema")
_SETTINGS_SCHEMA = _SCHEMAS / "settings.json"
_DECLARATIONS_SCHEMA = _SCHEMAS / "declarations.json"


def _files(path: Path, settings: str, *, pre_commit: bool) -> Iterator[Replacement]:
    yield _new(path / SETTINGS_FILE, settings)
    for file, text in _alongside().items():
        if not os.path.lexists(file):
            yield _new(file, text)
    if pre_commit:
        yield _new(Path(_HOOKS), pre_commit_text(path.as_posix()))


def _alongside() -> Mapping[Path, str]:
    """Return the files that are written unless they are there: they may hold more than `init` would write."""
    return {
        _SETTINGS_SCHEMA: json_text(settings_schema()),
        _DECLARATIONS_SCHEMA: json_text(declarations_schema()),
        Path(_GITIGNORE): GITIGNORE,
    }


def _new(path: Path, text: str) -> Replacement:
    return Replacement(_place(path), name_of(path), None, text.encode())


def _place(path: Path) -> Path:
    """Return the absolute path of a file; a link below the current folder stays one, and is refused, not followed."""
    here = Path.cwd().resolve()
    place = Path(os.path.normpath(here / path))
    return place if place.is_relative_to(here) else path.resolve()


def _written(files: Sequence[Replacement], path: Path, account_id: str) -> Iterator[str]:
    """Yield what was written, and the one value that cannot be changed later."""
    yield from (f"wrote {file.shown}" for file in files)
    if not _is_ignored():
        yield f"add this line to {_GITIGNORE}: {IGNORED}"
    yield ""
    yield visible(f"The account id of your events is {account_id}. Once events are made, it can never change:")
    yield f"if it is not the right one, correct it in {name_of(path / SETTINGS_FILE)} now."
    yield ""


def _next_steps(known: _Known, path: Path, common: Common) -> Iterator[str]:
    """Yield what to do next, each command on a line of its own as a shell takes it."""
    events, local = known.listing.events, " ".join(_sandbox_options(common))
    at = "" if path == Path("events") else shlex.quote(name_of(path))

    def line(*words: str) -> str:
        return f"  {' '.join(filter(None, ('reconciler', *words[:1], local, *words[1:], at)))}"

    yield "Next:"
    yield f"- Read {name_of(path / SETTINGS_FILE)}, which explains each line. At its end is an example of an event."
    if events:
        yield f"- HubSpot holds {count(known.ours, 'event')} of your app and {len(events) - known.ours:,} of others."
        yield "  List those of your app, then write a file for each; add --app any for those of others too:"
        yield line("import", "--check")
        yield line("import")
    yield "- See what would change:"
    yield line("plan")
    yield f"- An editor completes and checks the files by {_SCHEMAS}/. With the custom properties of your portal too:"
    yield f"{line('schema', '--portal')} > {_DECLARATIONS_SCHEMA}"
    if not common.sandbox:
        yield (
            "- On GitHub, store the tokens as the secrets HUBSPOT_READ_TOKEN and HUBSPOT_WRITE_TOKEN, and protect the"
            " branch by a ruleset: docs/github.md of reconciler has the steps."
        )


def _sandbox_options(common: Common) -> Iterator[str]:
    """Yield the options of the local HubSpot that this run was given, as a shell takes them."""
    if common.sandbox:
        yield "--sandbox"
        for name in ("db", "seed"):
            if (file := getattr(common, f"sandbox_{name}")) is not None:
                yield f"--sandbox-{name} {shlex.quote(name_of(file))}"
        if common.sandbox_date is not None:
            yield f"--sandbox-date {common.sandbox_date:%Y-%m-%d}"


def _is_ignored() -> bool:
    try:
        return ignores(Path(_GITIGNORE).read_text("utf-8", errors="replace"))
    except FileNotFoundError:  # a link that leads nowhere
        return False
    except OSError as reason:
        raise ReconcilerError(f"cannot read {_GITIGNORE}: {reason.strerror}") from reason
