"""What was merged, with the plans that were shown for it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from reconciler.errors import Rejected, SavedPlanInvalid
from reconciler.github.applied import MOST_RUNS, CommitRange, Line
from reconciler.github.client import GitHub
from reconciler.github.records import Artifact, PullRequest, Run
from reconciler.planning.plan import Plan
from reconciler.render.saved import read_plan

PLANNING = ".github/workflows/plan.yml"
"""The workflow that plans; any other may run whatever a pull request brings, and leave what it likes."""

_NOT_PLANNED = "no run for its last commit left a plan before it was merged, or GitHub does not list it any more"


@dataclass(frozen=True, slots=True)
class MergedPull:
    """A merged pull request with the plan that was shown for its last commit before the merge."""

    number: int
    plan: Plan | None
    why: str = ""
    """Why there is no plan, or none that counts."""
    replanned: bool = False
    """After the merge a plan of the same commit was made, and it shows something else."""


@dataclass(frozen=True, slots=True)
class MergedWork:
    """What came to the default branch since the last apply."""

    base: str | None
    """The commit that the declarations stood at before; None where that is not known."""
    pulls: tuple[MergedPull, ...] = ()
    unreviewed: tuple[str, ...] = ()
    """Commits that no merged pull request brought."""
    gap: str = ""
    """Why it is not known what was merged; empty where it is."""

    def of_portal(self, portal: int) -> "MergedWork":
        """Give the same, in which no plan for another portal counts."""
        return replace(self, pulls=tuple(_of_portal(pull, portal) for pull in self.pulls))

    @property
    def plans(self) -> list[Plan]:
        """The plans that count."""
        return [pull.plan for pull in self.pulls if pull.plan is not None]

    @property
    def is_reviewed(self) -> bool:
        """Tell whether every commit came by a pull request whose plan counts."""
        return not self.gap and not self.unreviewed and all(pull.plan is not None for pull in self.pulls)


def _of_portal(pull: MergedPull, portal: int) -> MergedPull:
    if pull.plan is None or pull.plan.portal.id == portal:
        return pull
    return MergedPull(pull.number, None, f"its plan was made for portal {pull.plan.portal.id}, not for {portal}")


def plan_file(number: int | None) -> str:
    """Name the saved plan, on the runner and in the artifact, by its pull request; a merge queue's has no number.

    Two pull requests may have the same last commit: what one of them was shown, nobody was shown on the other.
    """
    return "reconciler-plan.json" if number is None else f"reconciler-plan-{number}.json"


def plan_artifact(environment: str | None) -> str:
    """Return how the names of the artifacts begin that hold the plans of an environment; run and attempt follow."""
    return f"reconciler-plan-{environment or 'default'}"


def merged_in(github: GitHub, line: Line, stretch: CommitRange, artifact: str) -> MergedWork:
    """Find what was merged in a stretch that begins where the last apply ended."""
    if stretch.gap:
        return MergedWork(stretch.base, gap=stretch.gap)
    return replace(merged_with(github, line, stretch.commits, artifact), base=stretch.base)


def merged_by_push(github: GitHub, line: Line, push: CommitRange, artifact: str) -> MergedWork:
    """Find what one push merged where no apply is known.

    Nobody knows whether what stood before it was ever applied, so what it declares is no base.
    """
    return replace(merged_in(github, line, push, artifact), base=None)


def merged_with(github: GitHub, line: Line, commits: Iterable[str], artifact: str) -> MergedWork:
    """Find the pull requests that were merged with these commits, whatever was before."""
    brought = _brought(github, line, list(commits))
    pulls = {pull.number: pull for found in brought.values() for pull in found}
    return MergedWork(
        None,
        tuple(_with_plan(github, line, pulls[number], artifact) for number in sorted(pulls)),
        tuple(commit for commit, found in brought.items() if not found),
    )


def _brought(github: GitHub, line: Line, commits: list[str]) -> Mapping[str, list[PullRequest]]:
    """Tell of each commit which pull requests brought it to the branch."""
    among = frozenset(commits)

    def fits(pull: PullRequest) -> bool:
        where = (pull.base_repository, pull.base_ref)
        return pull.merged and where == (line.repository, line.branch) and pull.merge_commit_sha in among

    return {commit: list(filter(fits, github.pull_requests_of(commit))) for commit in commits}


def _with_plan(github: GitHub, line: Line, pull: PullRequest, artifact: str) -> MergedPull:
    if pull.from_fork:
        return MergedPull(pull.number, None, "it came from a fork, and pull requests from forks get no plan")
    try:
        stored = sorted(_stored(github, line, pull, artifact), key=lambda one: one.id, reverse=True)
        shown = [one for one in stored if _was_made_before_the_merge(one, pull)]
        plan = _newest(github, shown, pull.number)
    except (Rejected, SavedPlanInvalid) as error:
        return MergedPull(pull.number, None, f"its plan cannot be used: {error.message}")
    if plan is None:
        return MergedPull(pull.number, None, _NOT_PLANNED)
    later = [one for one in stored if one not in shown]
    return MergedPull(pull.number, plan, replanned=_shows_something_else(github, later, pull.number, plan))


def _stored(github: GitHub, line: Line, pull: PullRequest, artifact: str) -> Iterator[Artifact]:
    """Find what runs for a pull request's last commit left; what a fork's run left is anybody's."""
    for run in islice(github.runs_of_commit(pull.head_sha), MOST_RUNS):
        where = (run.workflow_path, run.head_repository, run.head_sha)
        if run.event == "pull_request" and where == (PLANNING, line.repository, pull.head_sha):
            yield from (one for one in github.artifacts(run.id) if _is_named(one, artifact, run))


def _is_named(one: Artifact, artifact: str, run: Run) -> bool:
    """Return whether an artifact is named as the plan that an attempt of a run left."""
    return re.fullmatch(rf"{re.escape(artifact)}-{run.id}-[0-9]+", one.name) is not None


def _was_made_before_the_merge(artifact: Artifact, pull: PullRequest) -> bool:
    """Tell by GitHub's clock alone whether somebody can have read a plan before they merged.

    A run can be started again at any time, with another result: HubSpot may have changed. What GitHub does not tell the
    time of counts as made after the merge.
    """
    made, merged = artifact.created_at, pull.merged_at
    return made is not None and merged is not None and made < merged


def _newest(github: GitHub, stored: Iterable[Artifact], number: int) -> Plan | None:
    found = (_read(github, artifact, number) for artifact in stored)
    return next((plan for plan in found if plan is not None), None)


def _shows_something_else(github: GitHub, later: Iterable[Artifact], number: int, plan: Plan) -> bool:
    """Return whether a later plan has another digest; one that cannot be read tells nothing, and none is obeyed."""
    with suppress(Rejected, SavedPlanInvalid):
        newest = _newest(github, later, number)
        return newest is not None and newest.digest != plan.digest
    return False


def _read(github: GitHub, artifact: Artifact, number: int) -> Plan | None:
    """Read the plan of a pull request; None where the artifact holds none of it."""
    if artifact.expired:
        raise SavedPlanInvalid("it has expired")
    content = github.file_in(artifact, plan_file(number))
    if content is None:
        return None
    try:
        return read_plan(content.decode())
    except UnicodeDecodeError as error:
        raise SavedPlanInvalid("it is not UTF-8") from error
