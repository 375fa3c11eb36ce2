"""`reconciler init`."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconciler.cli.init_files import (
    DECLARATIONS_SCHEMA,
    SCHEMAS,
    check_free,
    first_files,
    head_of_settings,
    hooks_file,
    to_be_ignored,
    written,
)
from reconciler.cli.options import Call, Common, command_options
from reconciler.cli.output import print_result
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.terminal import ask_for
from reconciler.cli.workflows import github_option, left_to_do, workflow_files
from reconciler.declarations.events.file_names import SETTINGS_FILE
from reconciler.declarations.files.disk import name_of
from reconciler.declarations.files.replacing import Replacement, replace_files
from reconciler.declarations.settings import load_settings, nearest_settings, settings_to_be
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.validators import identifier
from reconciler.declarations.writing.first_files import Beginning, settings_text
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.doctor.checks import WRITE
from reconciler.errors import AccessDenied, Rejected, Unavailable, UsageError
from reconciler.github.workflow_files import PinnedAction
from reconciler.hubspot.reader import PortalInspector
from reconciler.planning.undeclared import samples
from reconciler.portal import Hit, Listing, Token
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
  # beside settings that are there: write the workflows for GitHub
  reconciler init --github acme/tool@0123456789abcdef0123456789abcdef01234567
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
@github_option
@command_options
@click.pass_obj
def command(
    call: Call,
    /,
    path: Path,
    *,
    account_id: str | None,
    pre_commit: bool,
    action: PinnedAction | None,
    common: Common,
) -> int:
    """Write the settings for the portal that the token opens into PATH (default: events), each line explained.

    It asks HubSpot for the portal, its time zone and the token's app, and at a terminal it asks you for the account
    id. Nothing is written to HubSpot, and no file that is there is changed. With --github, settings that are there are
    left, and HubSpot is not asked.

    Exit codes: 0 done, 4 token refused, 5 there is a file already and nothing was written, 7 HubSpot cannot be reached,
    64 nobody chose an account id, or COMMIT is not a full hash.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"{quoted(str(path))} is not a folder", hint="name the folder for the declarations")
    hooks = [hooks_file(path)] if pre_commit else []
    workflows = [] if action is None else workflow_files(action, path, common.environment)
    settings = nearest_settings(path)
    if settings is not None and action is not None and account_id is None:
        report = _added(path, [*hooks, *workflows], common)
    else:
        check_free(settings, [*hooks, *workflows])
        report = _begun(call, path, account_id, [*hooks, *workflows], common)
    left = _way_to_github(path, common) if action is None else left_to_do(action, path)
    print_result("".join(f"{line}\n" for line in (*report, *left)))
    return 0


def _added(path: Path, files: Sequence[Replacement], common: Common) -> Iterator[str]:
    """Write files beside settings that are there, which must be right: a workflow could only fail with others."""
    load_settings(path, environment=common.environment, api_version=common.api_version)
    check_free(None, files)
    replace_files(files)
    return written(files)


def _begun(
    call: Call, path: Path, account_id: str | None, more: Sequence[Replacement], common: Common
) -> Iterator[str]:
    """Write the settings for the token's portal, with `more` files, and return what to say of it."""
    chosen = None if account_id is None else _account_id(account_id)
    known = _ask_hubspot(path, common)
    chosen = chosen or _account_id(_choice(known.account_ids))
    beginning = _beginning(known, chosen, call.now().year + 1, head_of_settings(path), common)
    files = [*first_files(path, settings_text(beginning)), *more]
    replace_files(files)
    return _report(files, path, known, chosen, common)


def _ask_hubspot(path: Path, common: Common) -> _Known:
    settings = settings_to_be(path, environment=common.environment, api_version=common.api_version)
    with (
        open_session(common, settings, StopRequest()) as session,
        session.inspector() as portal,
        session.progress.shown(),
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


def _report(files: Sequence[Replacement], path: Path, known: _Known, account_id: str, common: Common) -> Iterator[str]:
    """Yield what was written, the one value that cannot be changed later, and what to do next."""
    yield from written(files)
    yield from to_be_ignored()
    yield ""
    yield visible(f"The account id of your events is {account_id}. Once events are made, it can never change:")
    yield f"if it is not the right one, correct it in {name_of(path / SETTINGS_FILE)} now."
    yield ""
    yield from _next_steps(known, path, common)


def _next_steps(known: _Known, path: Path, common: Common) -> Iterator[str]:
    """Yield what to do next, each command on a line of its own as a shell takes it."""
    events = known.listing.events

    def line(command: str, *options: str) -> str:
        return f"  {' '.join(('reconciler', command, *_sandbox_options(common), *options, *_argument(path)))}"

    yield "Next:"
    yield f"- Read {name_of(path / SETTINGS_FILE)}, which explains each line. At its end is an example of an event."
    if events:
        yield f"- HubSpot holds {count(known.ours, 'event')} of your app and {len(events) - known.ours:,} of others."
        yield "  List those of your app, then write a file for each; add --app any for those of others too:"
        yield line("import", "--check")
        yield line("import")
    yield "- See what would change:"
    yield line("plan")
    yield f"- An editor completes and checks the files by {SCHEMAS}/. With the custom properties of your portal too:"
    yield f"{line('schema', '--portal')} > {DECLARATIONS_SCHEMA}"


def _way_to_github(path: Path, common: Common) -> Iterator[str]:
    """Yield how to get the workflows; a local HubSpot is out of GitHub's reach."""
    if not common.sandbox:
        yield "- On GitHub, pull requests show the plan; docs/github.md of reconciler says which COMMIT to take:"
        yield f"  {' '.join(('reconciler init --github OWNER/REPOSITORY@COMMIT', *_argument(path)))}"


def _argument(path: Path) -> Iterator[str]:
    """Yield the path as a shell takes it, unless it is the default."""
    if path != Path("events"):
        yield shlex.quote(name_of(path))


def _sandbox_options(common: Common) -> Iterator[str]:
    """Yield the options of the local HubSpot that this run was given, as a shell takes them."""
    if common.sandbox:
        yield "--sandbox"
        for name in ("db", "seed"):
            if (file := getattr(common, f"sandbox_{name}")) is not None:
                yield f"--sandbox-{name} {shlex.quote(name_of(file))}"
        if common.sandbox_date is not None:
            yield f"--sandbox-date {common.sandbox_date:%Y-%m-%d}"
