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
    """Read what the commit `ref` declared in the root's folder, by that commit's own settings.

    The whole root is read even if the run is narrowed, because an event may have been in another file then.
    `environment` holds the environment variables for git. Raises `UsageError` if git or the commit is missing.
    """
    top = top_of(settings.root.resolve())
    with open_commit(top, ref, environment) as commit:
        try:
            past, declared = read_as_of(Committed(commit, top), settings, top)
        except DeclarationsInvalid as invalid:
            return _unreadable(ref, commit.id, invalid)
    if _is_for_another_portal(past, settings):
        return _elsewhere(ref, commit.id, settings)
    return Base(declared.events, past.policy, declared.skipped, commit=commit.id)


def read_as_of(tree: Tree, settings: Settings, top: Path) -> tuple[Settings, Declared]:
    """Read settings and declarations in another state of the work tree; a missing root counts as empty.

    Raises `DeclarationsInvalid` with every problem.
    """
    root = settings.root.resolve()
    _refuse_links(tree, root, top, settings.root)
    past = settings_in(tree, settings)
    if tree.kind(str(root)) is not EntryKind.FOLDER:
        return past, Declared((), 0)
    return past, load_from(tree, past)


def _is_for_another_portal(past: Settings, current: Settings) -> bool:
    """Return whether past settings name another portal, or another account if they lack the chosen environment.

    What they declared for that portal or account must not count as ours in the current one.
    """
    portal, account = past.policy.portal, past.policy.external_account_id
    if portal not in (None, current.policy.portal):
        return True
    return past.environment != current.environment and account not in (None, current.policy.external_account_id)


def _refuse_links(tree: Tree, root: Path, top: Path, like: Path) -> None:
    for above in (*reversed(root.parents), root):
        if above.is_relative_to(top) and tree.kind(str(above)) in {EntryKind.LINK, EntryKind.LINK_TO_FOLDER}:
            raise DeclarationsInvalid((symbolic_link(name_of(like)),))


def _elsewhere(ref: str, commit: str, settings: Settings) -> Base:
    place = "this portal" if settings.environment is None else f"the environment {quoted(settings.environment)}"
    message = (
        f"as of {quoted(ref)} (commit {commit[:10]}) nothing was declared for {place}, "
        "so the origin of each difference is unknown"
    )
    return Base(diagnostics=(info("base-elsewhere", message),), known=False)


def _unreadable(ref: str, commit: str, invalid: DeclarationsInvalid) -> Base:
    problems = sum(each.severity is Severity.ERROR for each in invalid.diagnostics)
    message = (
        f"the declarations as of {quoted(ref)} (commit {commit[:10]}) have {problems} "
        f"problem{'' if problems == 1 else 's'}, so the origin of each difference "
        "and the events protected there are unknown"
    )
    hint = "check that commit out and run `reconciler validate` on it"
    return Base(diagnostics=(warning("base-invalid", message, hint=hint),), known=False)
