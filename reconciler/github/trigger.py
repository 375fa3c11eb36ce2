"""The trigger of a workflow run, read from the event's name and payload.

The payloads are those of GitHub's webhooks; the texts in them are untrusted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import UsageError
from reconciler.github.decoding import as_sha
from reconciler.json_values import Json, Malformed, as_kind, as_mapping
from reconciler.safe_text import cut
from reconciler.transport.json_text import NotJson, parsed

_NO_COMMIT = re.compile(r"0+")
_QUEUED = re.compile(r"/pr-([0-9]{1,18})-[0-9a-f]+$")
_BRANCHES = "refs/heads/"
_KNOWN = "pull_request, merge_group, push, schedule or workflow_dispatch"


@dataclass(frozen=True, slots=True)
class PullRequestEvent:
    """A pull request that was opened or changed."""

    number: int
    head_sha: str
    base_sha: str
    base_ref: str
    """The target branch, without `refs/heads/`."""
    from_fork: bool
    """Whether its commits are in another or a deleted repository: it gets no secrets."""
    draft: bool


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """A merge queue's check whether pull requests may be merged together."""

    head_sha: str
    base_sha: str
    head_ref: str
    """The queue's own branch, without `refs/heads/`; its name contains the last pull request's number."""
    base_ref: str

    @property
    def number(self) -> int | None:
        """The number of the pull request that the group adds to those before it; None if the branch lacks it."""
        found = _QUEUED.search(self.head_ref)
        return None if found is None else int(found[1])


@dataclass(frozen=True, slots=True)
class Push:
    """A push to a branch."""

    branch: str
    before: str | None
    """None if the branch is new."""
    after: str
    is_default_branch: bool
    forced: bool
    """Whether the commit before may no longer be part of the branch."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A scheduled run."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A run that somebody started by hand."""


Trigger = PullRequestEvent | MergeGroup | Push | Scheduled | Dispatched


def trigger(name: str, payload: str) -> Trigger:
    """Read the trigger from an event's name and its payload, a JSON text.

    Raise `UsageError` if the event is not supported, or the payload is not what GitHub sends with it.
    """
    if name == "pull_request_target":
        hint = "use `on: pull_request`: pull_request_target would hand this repository's secrets to anybody's code"
        raise UsageError("the workflow runs on pull_request_target, which is not safe here", hint=hint)
    try:
        return _read(name, as_mapping(parsed(payload.encode("utf-8", "replace")), "the event"))
    except NotJson as error:
        raise UsageError(f"the payload of event {cut(name)} in GITHUB_EVENT_PATH is not JSON", hint=_HINT) from error
    except Malformed as error:
        raise UsageError(f"the payload of event {cut(name)} is malformed: {error}", hint=_HINT) from error


def default_branch(payload: str) -> str:
    """Return the name of the repository's default branch, which every payload contains.

    Raise `UsageError` if it does not.
    """
    try:
        event = as_mapping(parsed(payload.encode("utf-8", "replace")), "the event")
        repository = as_mapping(event.get("repository"), "repository")
        return _name(repository.get("default_branch"), "repository.default_branch")
    except (NotJson, Malformed) as error:
        raise UsageError("the event's payload does not name the repository's default branch", hint=_HINT) from error


_HINT = "run this inside GitHub Actions, which sets GITHUB_EVENT_NAME and GITHUB_EVENT_PATH"


def _read(name: str, event: Mapping[str, Json]) -> Trigger:
    match name:
        case "pull_request":
            return _pull_request(event)
        case "merge_group":
            return _merge_group(as_mapping(event.get("merge_group"), "merge_group"))
        case "push":
            return _push(event)
        case "schedule":
            return Scheduled()
        case "workflow_dispatch":
            return Dispatched()
        case "":
            raise UsageError("GITHUB_EVENT_NAME is not set", hint=_HINT)
        case _:
            raise UsageError(f"event {cut(name)} is not supported", hint=f"run the workflow on {_KNOWN}")


def _pull_request(event: Mapping[str, Json]) -> PullRequestEvent:
    pull = as_mapping(event.get("pull_request"), "pull_request")
    head = as_mapping(pull.get("head"), "pull_request.head")
    base = as_mapping(pull.get("base"), "pull_request.base")
    return PullRequestEvent(
        number=_number(pull.get("number"), "pull_request.number"),
        head_sha=as_sha(head.get("sha"), "pull_request.head.sha"),
        base_sha=as_sha(base.get("sha"), "pull_request.base.sha"),
        base_ref=_name(base.get("ref"), "pull_request.base.ref"),
        from_fork=_repository(head, "pull_request.head") != _repository(base, "pull_request.base"),
        draft=as_kind(bool, pull.get("draft", False), "pull_request.draft"),
    )


def _repository(side: Mapping[str, Json], path: str) -> int | None:
    """Return a repository's id; None for the head of a deleted fork."""
    if side.get("repo") is None and path.endswith("head"):
        return None
    return _number(as_mapping(side.get("repo"), f"{path}.repo").get("id"), f"{path}.repo.id")


def _merge_group(group: Mapping[str, Json]) -> MergeGroup:
    return MergeGroup(
        head_sha=as_sha(group.get("head_sha"), "merge_group.head_sha"),
        base_sha=as_sha(group.get("base_sha"), "merge_group.base_sha"),
        head_ref=_branch(group.get("head_ref"), "merge_group.head_ref"),
        base_ref=_branch(group.get("base_ref"), "merge_group.base_ref"),
    )


def _push(event: Mapping[str, Json]) -> Push:
    branch = _branch(event.get("ref"), "ref")
    after = as_kind(str, event.get("after"), "after")
    if _NO_COMMIT.fullmatch(after):
        raise UsageError(f"branch {cut(branch)} was deleted, so there is nothing to do", hint=_ON_PUSH)
    before = as_kind(str, event.get("before"), "before")
    repository = as_mapping(event.get("repository"), "repository")
    return Push(
        branch=branch,
        before=None if _NO_COMMIT.fullmatch(before) else as_sha(before, "before"),
        after=as_sha(after, "after"),
        is_default_branch=branch == _name(repository.get("default_branch"), "repository.default_branch"),
        forced=as_kind(bool, event.get("forced", False), "forced"),
    )


_ON_PUSH = "let the workflow run on pushes to the default branch alone: `on: push: branches:`"


def _branch(value: Json, path: str) -> str:
    ref = _name(value, path)
    if not ref.startswith(_BRANCHES) or ref == _BRANCHES:
        raise UsageError(f"{cut(ref)} is not a branch, so there is nothing to do", hint=_ON_PUSH)
    return ref.removeprefix(_BRANCHES)


def _name(value: Json, path: str) -> str:
    name = as_kind(str, value, path)
    if not name:
        raise Malformed(f"{path} is empty")
    return name


def _number(value: Json, path: str) -> int:
    number = as_kind(int, value, path)
    if number < 1:
        raise Malformed(f"{path} must be 1 or more")
    return number
