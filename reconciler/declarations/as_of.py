"""The declarations as of a commit."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.declarations.base import Base
from reconciler.declarations.files.committed import Committed
from reconciler.declarations.files.disk import name_of, symbolic_link
from reconciler.declarations.files.git import open_commit
from reconciler.declarations.files.trees import EntryKind, Tree
from reconciler.declarations.load import load_from
from reconciler.declarations.settings import Settings, settings_in, top_of
from reconciler.diagnostics import Severity, info, warning
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared
from reconciler.safe_text import quoted


def load_base(settings: Settings, ref: str, environment: Mapping[str, str]) -> Base:
    """Read what the root's folder declared as of the commit that `ref` means, by that commit's own settings.

    The whole root is read, also where the run is narrowed: an event may have stood in another file then. `environment`
    is what git is started with.
    `UsageError` where the commit, or git itself, is not there.
    """
    top = top_of(settings.root.resolve())
    with open_commit(top, ref, environment) as commit:
        try:
            then, declared = read_as_of(Committed(commit, top), settings, top)
        except DeclarationsInvalid as invalid:
            return _unreadable(ref, commit.id, invalid)
    if _is_about_another_place(then, settings):
        return _elsewhere(ref, commit.id, settings)
    return Base(declared.events, then.policy, declared.skipped)


def read_as_of(tree: Tree, settings: Settings, top: Path) -> tuple[Settings, Declared]:
    """Read settings and declarations as another state of the work tree has them; a root that is not there is empty.

    Raises `DeclarationsInvalid` with every problem.
    """
    root = settings.root.resolve()
    _refuse_links(tree, root, top, settings.root)
    then = settings_in(tree, settings)
    if tree.kind(str(root)) is not EntryKind.FOLDER:
        return then, Declared((), 0)
    return then, load_from(tree, then)


def _is_about_another_place(then: Settings, now: Settings) -> bool:
    """Return whether the settings meant another portal then, or did not know the environment and meant another account.

    What is declared for one place would count as ours in the other.
    """
    portal, account = then.policy.portal, then.policy.external_account_id
    if portal not in (None, now.policy.portal):
        return True
    return then.environment != now.environment and account not in (None, now.policy.external_account_id)


def _refuse_links(tree: Tree, root: Path, top: Path, like: Path) -> None:
    for above in (*reversed(root.parents), root):
        if above.is_relative_to(top) and tree.kind(str(above)) in {EntryKind.LINK, EntryKind.LINK_TO_FOLDER}:
            raise DeclarationsInvalid((symbolic_link(name_of(like)),))


def _elsewhere(ref: str, commit: str, settings: Settings) -> Base:
    place = "this portal" if settings.environment is None else f"the environment {quoted(settings.environment)}"
    message = (
        f"as of {quoted(ref)} (commit {commit[:10]}) nothing was declared for {place}, "
        "so it is not known where a difference comes from"
    )
    return Base(diagnostics=(info("base-elsewhere", message),), known=False)


def _unreadable(ref: str, commit: str, invalid: DeclarationsInvalid) -> Base:
    problems = sum(found.severity is Severity.ERROR for found in invalid.diagnostics)
    message = (
        f"the declarations as of {quoted(ref)} (commit {commit[:10]}) hold {problems} "
        f"problem{'' if problems == 1 else 's'}, so it is not known where a difference comes from, "
        "nor which events were protected there"
    )
    hint = "check that commit out and run `reconciler validate` on it"
    return Base(diagnostics=(warning("base-invalid", message, hint=hint),), known=False)
