"""What `init --github` writes, with the list of what is left to do on GitHub."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from reconciler.declarations.events.file_names import SETTINGS_FILE
from reconciler.declarations.files.disk import as_seen, name_of
from reconciler.declarations.files.replacing import Replacement
from reconciler.declarations.settings import nearest_settings, top_of
from reconciler.doctor.checks import READ, WRITE
from reconciler.errors import UsageError
from reconciler.github.workflow_files import PinnedAction, pinned_action, workflows

_FOLDER = Path(".github", "workflows")


def _action(ctx: click.Context, parameter: click.Parameter, value: str | None) -> PinnedAction | None:
    """Parse the option's value, before anything is read."""
    try:
        return None if value is None else pinned_action(value)
    except UsageError as error:
        raise click.BadParameter(f"{error.message} ({error.hint})", ctx, parameter) from error


github_option = click.option(
    "--github",
    "action",
    metavar="OWNER/REPO@COMMIT",
    callback=_action,
    help="Also write the workflows for GitHub, with this repository's action at a commit, by its full hash.",
)


def workflow_files(action: PinnedAction, path: Path, environment: str | None) -> list[Replacement]:
    """Return the workflows, as new files at the top of the work tree that holds the declarations."""
    real = path.resolve()
    top = top_of(real)
    texts = workflows(action, Path(os.path.relpath(real, top)).as_posix(), environment)
    places = {name: top / _FOLDER / name for name in texts}
    return [
        Replacement(place, name_of(as_seen(place, path)), None, texts[name].encode()) for name, place in places.items()
    ]


def left_to_do(action: PinnedAction, path: Path) -> Iterator[str]:
    """Yield what nobody but an admin can set up on GitHub, as a list that can be ticked in an issue."""
    settings = Path.cwd().resolve() / (nearest_settings(path) or path / SETTINGS_FILE)
    owned = name_of(Path(os.path.relpath(settings, top_of(path.resolve()))))
    yield ""
    yield f"On GitHub, an admin of the repository sets up ({action.repository} explains it in docs/github.md):"
    yield "- [ ] the secret HUBSPOT_READ_TOKEN, under Settings → Secrets and variables → Actions:"
    yield f"      a HubSpot token with the scope {READ}"
    yield "- [ ] the environment hubspot, under Settings → Environments: only the default branch may use it;"
    yield "      required reviewers, no self-review, no bypass for administrators"
    yield "- [ ] the secret HUBSPOT_WRITE_TOKEN, in that environment alone:"
    yield f"      a HubSpot token of the app that appId names, with the scopes {READ}"
    yield f"      and {WRITE}"
    yield "- [ ] a ruleset for the default branch, under Settings → Rules → Rulesets: a pull request with an approval,"
    yield "      stale approvals dismissed, approval of the last push; the status check plan, with branches up to date;"
    yield "      no force pushes, no bypass"
    yield "- [ ] Actions may not approve pull requests, under Settings → Actions → General"
    yield f"- [ ] owners of /.github/ and /{owned} in CODEOWNERS, whose review the ruleset requires"
    yield f"- [ ] if the default branch is not main: its name in {(_FOLDER / 'apply.yml').as_posix()}"
    yield "- [ ] Dependabot, which proposes new versions of the action: docs/upgrading.md has the file"
