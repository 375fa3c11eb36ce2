"""What was merged since the last apply, with the plans that were shown for it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from reconciler.errors import Refused, Rejected, SavedPlanInvalid
from reconciler.github.client import GitHub
from reconciler.github.records import Ancestry, Artifact, Comparison, PullRequest, Run
from reconciler.plan import Plan
from reconciler.saved import read_plan

PLANNING = ".github/workflows/plan.yml"
"""The workflow that plans; any other may run whatever a pull request brings, and leave what it likes."""

_MOST_RUNS = 100
"""Runs that are looked at, the newest first."""
_APPLYING = ("push", "workflow_dispatch")
_STANDS_ON = (Ancestry.AHEAD, Ancestry.IDENTICAL)
"""How a commit stands to another that is part of its history."""
_BEGUN = ("success", "failure", "cancelled", "timed_out")
"""How runs end that may have written."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line of commits that is applied, by which workflow."""

    repository: str
    """As `owner/name`."""
    branch: str
    workflow: str
    """The file of the workflow that applies, for example `.github/workflows/apply.yml`."""


@dataclass(frozen=True, slots=True)
class MergedPull:
    """A merged pull request with the plan that was shown for its last commit."""

    number: int
    plan: Plan | None
    why: str = ""
    """Why there is no plan, or none that counts."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came to the default branch since the last apply."""

    base: str | None
    """The commit that the declarations stood at before; None where that is not known."""
    pulls: tuple[MergedPull, ...] = ()
    unreviewed: tuple[str, ...] = ()
    """Commits that no merged pull request brought."""
    gap: str = ""
    """Why it is not known what was merged; empty where it is."""

    def of_portal(self, portal: int) -> "Merged":
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
    """Name the artifact that holds the plan of an environment."""
    return f"reconciler-plan-{environment or 'default'}"


def last_applied(github: GitHub, line: Line, head: str) -> str | None:
    """Give the commit that was applied last with success; None where none is known.

    Where the branch was moved away from it, `head` does not stand on it.
    `Refused` where one that comes after `head` was applied, or may have been in part: to go back is no apply of what
    was merged.
    """
    for run in _ended(github, line):
        compared = github.compare(run.head_sha, head)
        if compared is not None and compared.ancestry is Ancestry.BEHIND:
            raise Refused(
                f"commit {run.head_sha[:10]}, which comes after {head[:10]}, was applied already, or in part",
                hint="run the workflow on the newest commit of the default branch",
            )
        if run.conclusion == "success":
            return run.head_sha
    return None


def applied_base(github: GitHub, line: Line, head: str) -> str | None:
    """Give the commit that was applied last where `head` stands on it, so that it tells drift; raises as above."""
    last = last_applied(github, line, head)
    compared = None if last is None else github.compare(last, head)
    return None if last is None or compared is None else _as_base(last, compared)


def _ended(github: GitHub, line: Line) -> Iterator[Run]:
    """Give the runs that applied, or may have in part, the newest first; one commit is told of once in each way.

    None where no such workflow has ever run.
    """
    file = line.workflow.rpartition("/")[2]
    try:
        found = list(islice(github.runs_of_workflow(file, branch=line.branch, status="completed"), _MOST_RUNS))
    except Rejected as no:
        if no.status == 404:
            return
        raise
    yield from {(run.head_sha, run.conclusion): run for run in found if _began(run, line)}.values()


def _began(run: Run, line: Line) -> bool:
    where = (run.workflow_path, run.head_repository, run.head_branch)
    return (
        where == (line.workflow, line.repository, line.branch) and run.event in _APPLYING and run.conclusion in _BEGUN
    )


def merged_since(github: GitHub, line: Line, base: str, head: str, artifact: str) -> Merged:
    """Find what was merged after `base`, up to `head`."""
    compared = github.compare(base, head)
    if compared is None:
        return Merged(None, gap=f"GitHub cannot tell how commit {base[:10]} leads to {head[:10]}")
    if not compared.complete:
        gap = f"GitHub lists {len(compared.commits)} of the {compared.total} commits since {base[:10]}, not all"
        return Merged(_as_base(base, compared), gap=gap)
    return replace(merged_with(github, line, compared.commits, artifact), base=_as_base(base, compared))


def merged_by_push(github: GitHub, line: Line, before: str, head: str, artifact: str) -> Merged:
    """Find what one push merged where no apply is known.

    Nobody knows whether what stood before it was ever applied, so what it declares is no base.
    """
    return replace(merged_since(github, line, before, head, artifact), base=None)


def _as_base(base: str, compared: Comparison) -> str | None:
    """Give the base, unless the branch was moved away from it."""
    return base if compared.ancestry in _STANDS_ON else None


def merged_with(github: GitHub, line: Line, commits: Iterable[str], artifact: str) -> Merged:
    """Find the pull requests that were merged with these commits, whatever was before."""
    brought = _brought(github, line, list(commits))
    pulls = {pull.number: pull for found in brought.values() for pull in found}
    return Merged(
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
        found = (_read(github, stored, pull.number) for stored in _stored(github, line, pull, artifact))
        plan = next((plan for plan in found if plan is not None), None)
    except (Rejected, SavedPlanInvalid) as error:
        return MergedPull(pull.number, None, f"its plan cannot be used: {error.message}")
    return MergedPull(pull.number, plan, "" if plan else "no run for its last commit left a plan")


def _stored(github: GitHub, line: Line, pull: PullRequest, artifact: str) -> Iterator[Artifact]:
    """Find what runs for a pull request's last commit left, the newest first; what a fork's run left is anybody's."""
    for run in islice(github.runs_of_commit(pull.head_sha), _MOST_RUNS):
        where = (run.workflow_path, run.head_repository, run.head_sha)
        if run.event == "pull_request" and where == (PLANNING, line.repository, pull.head_sha):
            named = [one for one in github.artifacts(run.id) if one.name == artifact]
            if named:
                yield max(named, key=lambda one: one.id)


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
