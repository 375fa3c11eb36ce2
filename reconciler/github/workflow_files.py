"""The workflows that users copy, filled in for a repository."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from reconciler.declarations.yaml.scalars import in_double_quotes
from reconciler.errors import UsageError
from reconciler.safe_text import quoted, shown

_ACTION = re.compile(
    r"(?P<repository>[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/(?!\.{1,2}@)[A-Za-z0-9._-]{1,100})@(?P<commit>[0-9a-f]{40})"
)
"""A repository by GitHub's rules for names, and a full hash of a commit."""
_USED = re.compile(r"OWNER/REPOSITORY(/\.github/actions/\w+)@COMMIT # vN")
_TO_COPY = re.compile(r"^# To copy: .*\n", re.MULTILINE)
"""The line at the head of a workflow that only those need who fill it in by hand."""
_FIRST_INPUT = re.compile(r"^( +)(?:command|proposed): .+\n", re.MULTILINE)
"""The first input of a step that has the folder and the environment as inputs too."""
_EXPRESSION = "${{"
_USUAL_PATH = "events"
"""The action's own default."""


@dataclass(frozen=True, slots=True)
class PinnedAction:
    """The action of this tool in a repository, at one commit."""

    repository: str
    """Its owner and its name, for example `acme/reconciler`."""
    commit: str


def pinned_action(text: str) -> PinnedAction:
    """Parse OWNER/REPO@COMMIT; raise `UsageError` for anything but a full hash of a commit.

    A tag or a branch can be moved to other code, which would then run with the tokens.
    """
    found = _ACTION.fullmatch(text)
    if found is None:
        hint = "name the commit of a release by its full hash, 40 digits and small letters: a tag can be moved"
        raise UsageError(f"{quoted(text)} is not OWNER/REPO@COMMIT", hint=hint)
    return PinnedAction(found["repository"], found["commit"])


def workflows(action: PinnedAction, path: str, environment: str | None) -> Mapping[str, str]:
    """Return the text of each workflow by its file's name.

    `path` is the folder of the declarations from the top of the work tree, `environment` one of those in the settings.
    Raises `UsageError` if a workflow cannot name that folder.
    """
    if shown(path) != path or _EXPRESSION in path:
        hint = "rename the folder: GitHub would read a part of its name as something else"
        raise UsageError(f"no workflow can name the folder {quoted(path)}", hint=hint)
    inputs = tuple(_inputs(path, environment))
    templates = sorted(files("reconciler.github").joinpath("workflows").iterdir(), key=lambda one: one.name)
    return {one.name: _filled_in(one.read_text(encoding="utf-8"), action, inputs) for one in templates}


def _inputs(path: str, environment: str | None) -> Iterator[str]:
    if path != _USUAL_PATH:
        yield f"path: {in_double_quotes(path)}"
    if environment is not None:
        yield f"environment: {in_double_quotes(environment)}"


def _filled_in(template: str, action: PinnedAction, inputs: tuple[str, ...]) -> str:
    written = f"# Written by `reconciler init --github`; {action.repository} explains it in docs/github.md.\n"
    text = _USED.sub(rf"{action.repository}\1@{action.commit}", _TO_COPY.sub(written, template))
    return _FIRST_INPUT.sub(lambda found: found[0] + "".join(f"{found[1]}{line}\n" for line in inputs), text)
