"""Plans that runs stored as artifacts."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from reconciler.errors import SavedPlanInvalid
from reconciler.github.client import GitHub
from reconciler.github.records import Artifact
from reconciler.planning.plan import Plan
from reconciler.render.saved import read_plan

PLANNING = ".github/workflows/plan.yml"
"""The workflow that plans; any other may run a pull request's own code, so its artifacts are not trusted."""
_MOST_RUNS = 100
"""Maximum number of a commit's runs to look at, newest first."""


def plan_file(number: int | None) -> str:
    """Return the name of a saved plan, on the runner and in the artifact; without a number it is of no pull request.

    Two pull requests may have the same last commit: a plan that was shown on one was not shown on the other.
    """
    return "reconciler-plan.json" if number is None else f"reconciler-plan-{number}.json"


def plan_artifact(environment: str | None) -> str:
    """Return the prefix of the names of an environment's plan artifacts; run and attempt follow."""
    return f"reconciler-plan-{environment or 'default'}"


def plans_of_head(github: GitHub, repository: str, head: str, prefix: str) -> list[Artifact]:
    """Return the plans that were stored for a pull request's last commit, newest first; runs of forks do not count."""
    return sorted(_plans_of_head(github, repository, head, prefix), key=lambda plan: plan.id, reverse=True)


def _plans_of_head(github: GitHub, repository: str, head: str, prefix: str) -> Iterator[Artifact]:
    for run in islice(github.runs_of_commit(head), _MOST_RUNS):
        where = (run.workflow_path, run.head_repository, run.head_sha)
        if run.event == "pull_request" and where == (PLANNING, repository, head):
            yield from plans_of_run(github, run.id, prefix)


def plans_of_run(github: GitHub, run: int, prefix: str) -> Iterator[Artifact]:
    """Yield the plans that the attempts of a run stored."""
    name = re.compile(rf"{re.escape(prefix)}-{run}-[0-9]+")
    return (artifact for artifact in github.artifacts(run) if name.fullmatch(artifact.name))


def plan_with_digest(github: GitHub, run: int, prefix: str, digest: str) -> Plan | None:
    """Return the plan with this digest that a run stored, for no pull request; None if there is none."""
    for artifact in plans_of_run(github, run, prefix):
        with suppress(SavedPlanInvalid):
            plan = stored_plan(github, artifact, None)
            if plan is not None and plan.digest == digest:
                return plan
    return None


def first_readable(github: GitHub, stored: Iterable[Artifact], number: int | None) -> Plan | None:
    """Return the first plan of a pull request among these; None if none of them holds one.

    Raise `SavedPlanInvalid` if one before it cannot be used.
    """
    plans = (stored_plan(github, artifact, number) for artifact in stored)
    return next((plan for plan in plans if plan is not None), None)


def stored_plan(github: GitHub, artifact: Artifact, number: int | None) -> Plan | None:
    """Read the plan of a pull request; None if the artifact holds none for it, `SavedPlanInvalid` if it is no plan."""
    if artifact.expired:
        raise SavedPlanInvalid("it has expired")
    content = github.file_in(artifact, plan_file(number))
    if content is None:
        return None
    try:
        return read_plan(content.decode())
    except UnicodeDecodeError as error:
        raise SavedPlanInvalid("it is not UTF-8") from error
