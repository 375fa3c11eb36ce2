"""What a drift run proposes: HubSpot's values, as a patch of the committed files for the job that may push."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from reconciler.cli.github.job import Job
from reconciler.connections import git_environment
from reconciler.declarations.events.file_names import Rewritten, SourceFile
from reconciler.declarations.files.committed import Committed
from reconciler.declarations.files.git import open_commit
from reconciler.declarations.load import list_files, terms_of
from reconciler.declarations.settings import Settings, top_of
from reconciler.declarations.writing.pulled_values import Pull
from reconciler.declarations.writing.pulling import pull_into
from reconciler.diagnostics import Diagnostic, warning
from reconciler.errors import DeclarationsInvalid, ReconcilerError, UsageError
from reconciler.planning.plan import Planned
from reconciler.planning.pulls import pulls_in
from reconciler.render.file_diff import file_patch
from reconciler.render.pull_request.proposal import Proposal, drift_branch

_PATCH = "reconciler-drift.patch"


def branch_for(environment: str | None) -> str:
    """Return the branch that a run proposes; raise `UsageError` if the environment's name cannot be in it."""
    try:
        return drift_branch(environment)
    except ValueError as error:
        hint = "leave propose out, or rename the environment: no `..`, and no dot or `.lock` at its end"
        raise UsageError(f"no branch can have the environment {environment} in its name", hint=hint) from error


def propose(job: Job, settings: Settings, planned: Planned, branch: str) -> Proposal:
    """Write what `pull --base` would write as a patch for a later job, and set the outputs that it needs.

    A file that is not as it was committed is left out. Raises `ReconcilerError` if the rest cannot be written.
    """
    files = list_files(settings)
    pulls, problems = pulls_in(planned, lambda *_: True, by_origin=True)
    touched = {pull.event.place.file for pull in pulls}
    sources = [each for each in files if isinstance(each, SourceFile) and each.shown in touched]
    committed = _as_committed(settings, job.actions.commit, sources)
    pulled = pull_into(files, terms_of(settings), [pull for pull in pulls if pull.event.place.file in committed])
    uncommitted = [_uncommitted(pull) for pull in pulls if pull.event.place.file not in committed]
    if pulled.files:
        _hand_over(job, settings, [_patch(settings, file, committed[file.source.shown]) for file in pulled.files])
    elif not (uncommitted or planned.plan.set_aside):  # else nobody knows whether there is something to propose
        job.outputs["proposed"] = "false"
    left = (*problems, *uncommitted, *pulled.left)
    return Proposal(branch, job.actions.branch, pulled.values, len(pulled.files), left)


def _as_committed(settings: Settings, commit: str, sources: Iterable[SourceFile]) -> Mapping[str, bytes]:
    """Return the files that are as a commit has them, by their names as shown, with the commit's content.

    A checkout may have made CRLF of the line ends.
    """
    root = settings.root.resolve()
    top = top_of(root)
    found: dict[str, bytes] = {}
    with open_commit(top, commit, git_environment()) as opened:
        tree = Committed(opened, top)
        for source in sources:
            with suppress(DeclarationsInvalid):  # the commit has no such file
                content = tree.read(str(root / source.path), source.shown)
                if content in (source.content, _with_lf(source.content)):
                    found[source.shown] = content
    return found


def _patch(settings: Settings, file: Rewritten, committed: bytes) -> str:
    after = file.after if committed == file.source.content else _with_lf(file.after)
    root = settings.root.resolve()
    path = (root / file.source.path).relative_to(top_of(root))
    return file_patch(path.as_posix(), committed, after)


def _with_lf(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def _uncommitted(pull: Pull) -> Diagnostic:
    message = f"{pull.event.identity} is left as it is: its file is not as it was committed"
    return warning("not-pulled", message, pull.event.place)


def _hand_over(job: Job, settings: Settings, patches: Sequence[str]) -> None:
    """Write the patch, and set its outputs."""
    path = job.actions.file(_PATCH)
    try:
        path.write_text("".join(patches), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReconcilerError(f"cannot write {path}: {error.strerror}") from error
    run = f"{job.actions.run_id}-{job.actions.attempt}"
    name = f"reconciler-drift-{settings.environment or 'default'}-{run}"
    job.outputs |= {"proposed": "true", "patch_path": str(path), "patch_artifact": name}
