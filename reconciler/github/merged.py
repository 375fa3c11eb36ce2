"""The merged pull requests, with the plans that were reviewed."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.errors import Rejected, SavedPlanInvalid
from reconciler.github.applied import CommitRange, Line
from reconciler.github.client import GitHub
from reconciler.github.records import Artifact, PullRequest
from reconciler.github.stored_plans import first_readable, plans_of_head
from reconciler.planning.plan import Plan

MOST_PULLS = 100
"""Maximum number of pull requests whose plans are read.

GitHub allows the jobs of a repository 1,000 requests in an hour (REST API: rate limits). To read a plan takes three, in
the job before the approval and in the one after it, and to comment between them takes two.
"""
_NOT_PLANNED = "no plan was made for its last commit before the merge, or GitHub no longer lists it"


@dataclass(frozen=True, slots=True)
class MergedPull:
    """A merged pull request with the plan that was shown for its last commit before the merge."""

    number: int
    plan: Plan | None
    why: str = ""
    """Why no plan counts; empty if one does."""
    replanned: bool = False
    """Whether a plan of the same commit that was made after the merge shows something else."""
    head: str = ""
    """Its last commit."""


@dataclass(frozen=True, slots=True)
class MergedWork:
    """What was merged into the default branch since the last apply."""

    base: str | None
    """The commit of the declarations before; None if it is unknown."""
    pulls: tuple[MergedPull, ...] = ()
    unreviewed: tuple[str, ...] = ()
    """Commits that belong to no merged pull request."""
    gap: str = ""
    """Why it is unknown what was merged; empty if it is known."""
    begun: bool = False
    """Whether a run after the last apply may have applied a part of it, and did not succeed."""

    def of_portal(self, portal: int) -> "MergedWork":
        """Return the same work, in which no plan for another portal counts."""
        return replace(self, pulls=tuple(_of_portal(pull, portal) for pull in self.pulls))

    @property
    def plans(self) -> list[Plan]:
        """The plans that count."""
        return [pull.plan for pull in self.pulls if pull.plan is not None]

    @property
    def is_reviewed(self) -> bool:
        """Whether every commit belongs to a pull request whose plan counts."""
        return not self.gap and not self.unreviewed and all(pull.plan is not None for pull in self.pulls)


def _of_portal(pull: MergedPull, portal: int) -> MergedPull:
    if pull.plan is None or pull.plan.portal.id == portal:
        return pull
    return replace(pull, plan=None, why=f"its plan was made for portal {pull.plan.portal.id}, not for {portal}")


def merged_in(github: GitHub, line: Line, commit_range: CommitRange, artifact: str) -> MergedWork:
    """Find what was merged in a commit range that begins at the last apply."""
    if commit_range.gap:
        return MergedWork(commit_range.base, gap=commit_range.gap, begun=commit_range.begun)
    merged = merged_with(github, line, commit_range.commits, artifact)
    return replace(merged, base=commit_range.base, begun=commit_range.begun)


def merged_by_push(github: GitHub, line: Line, push: CommitRange, artifact: str) -> MergedWork:
    """Find what one push merged if no apply is known.

    The commit before the push may never have been applied, so it is no base.
    """
    return replace(merged_in(github, line, push, artifact), base=None)


def merged_with(github: GitHub, line: Line, commits: Iterable[str], artifact: str) -> MergedWork:
    """Find the pull requests that were merged with these commits, whatever came before."""
    sources = _sources(github, line, list(commits))
    pulls = {pull.number: pull for source in sources.values() for pull in source}
    unreviewed = tuple(commit for commit, source in sources.items() if not source)
    if len(pulls) > MOST_PULLS:
        return MergedWork(None, unreviewed=unreviewed, gap=_too_many(len(pulls)))
    planned = (
        replace(_with_plan(github, line, pulls[number], artifact), head=pulls[number].head_sha)
        for number in sorted(pulls)
    )
    return MergedWork(None, tuple(planned), unreviewed)


def _too_many(pulls: int) -> str:
    return (
        f"{pulls:,} pull requests were merged since the last apply, and to read the plans of more than {MOST_PULLS} "
        "takes more requests than GitHub allows in an hour"
    )


def _sources(github: GitHub, line: Line, commits: list[str]) -> Mapping[str, list[PullRequest]]:
    """Map each commit to the pull requests that brought it to the branch."""
    among = frozenset(commits)

    def fits(pull: PullRequest) -> bool:
        where = (pull.base_repository, pull.base_ref)
        return pull.merged and where == (line.repository, line.branch) and pull.merge_commit_sha in among

    return {commit: list(filter(fits, pulls)) for commit, pulls in github.pull_requests_of_each(commits).items()}


def _with_plan(github: GitHub, line: Line, pull: PullRequest, artifact: str) -> MergedPull:
    if pull.from_fork:
        return MergedPull(pull.number, None, "it came from a fork, and pull requests from forks get no plan")
    try:
        stored = plans_of_head(github, line.repository, pull.head_sha, artifact)
        shown = [plan for plan in stored if _was_made_before_the_merge(plan, pull)]
        plan = first_readable(github, shown, pull.number)
    except (Rejected, SavedPlanInvalid) as error:
        return MergedPull(pull.number, None, f"its plan cannot be used: {error.message}")
    if plan is None:
        return MergedPull(pull.number, None, _NOT_PLANNED)
    later = [each for each in stored if each not in shown]
    return MergedPull(pull.number, plan, replanned=_shows_something_else(github, later, pull.number, plan))


def _was_made_before_the_merge(artifact: Artifact, pull: PullRequest) -> bool:
    """Return whether a plan was made before the merge, by GitHub's clock, so that it can have been read.

    A run can be started again at any time, with another result if HubSpot has changed. An artifact whose time is
    unknown counts as made after the merge.
    """
    made, merged = artifact.created_at, pull.merged_at
    return made is not None and merged is not None and made < merged


def _shows_something_else(github: GitHub, later: Iterable[Artifact], number: int, plan: Plan) -> bool:
    """Return whether a later plan has another digest; it is only compared, and ignored if it cannot be read."""
    with suppress(Rejected, SavedPlanInvalid):
        newest = first_readable(github, later, number)
        return newest is not None and newest.digest != plan.digest
    return False
