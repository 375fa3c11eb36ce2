"""The pull requests that many commits belong to, asked for at once (GraphQL API: Commit.associatedPullRequests)."""

from collections.abc import Mapping, Sequence

from reconciler.github.decoding import as_optional_time, as_sha, each
from reconciler.github.records import PullRequest
from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping

FEW = 20
"""So many commits or fewer are asked for one by one: what a push merges mostly needs no query."""
MOST_AT_ONCE = 50
"""Commits in one query, so that GitHub answers it within its ten seconds."""

_QUERY = """\
query($owner: String!, $name: String!, {variables}) {{
  repository(owner: $owner, name: $name) {{
{commits}
  }}
}}
fragment pulls on Commit {{
  oid
  associatedPullRequests(first: 20) {{
    nodes {{
      number
      state
      isDraft
      mergedAt
      mergeCommit {{ oid }}
      headRefOid
      headRefName
      headRepository {{ nameWithOwner }}
      baseRefName
      repository {{ nameWithOwner }}
    }}
    pageInfo {{ hasNextPage }}
  }}
}}
"""

Associated = tuple[PullRequest, ...] | None
"""The pull requests of a commit; None if the answer does not tell all of them."""


def query_of(commits: Sequence[str]) -> str:
    """Return the query for so many commits, each of which is a variable: `c0`, `c1` and so on."""
    numbers = range(len(commits))
    return _QUERY.format(
        variables=", ".join(f"$c{number}: GitObjectID!" for number in numbers),
        commits="\n".join(f"    c{number}: object(oid: $c{number}) {{ ...pulls }}" for number in numbers),
    )


def variables_of(repository: str, commits: Sequence[str]) -> dict[str, Json]:
    """Return the values of the query's variables; `repository` is `owner/name`."""
    owner, _, name = repository.partition("/")
    return {"owner": owner, "name": name, **{f"c{number}": commit for number, commit in enumerate(commits)}}


def as_associated(data: Json, commits: Sequence[str]) -> Mapping[str, Associated]:
    """Read the answer for these commits; raise `Malformed` if it is for others, or lacks one."""
    found = as_mapping(as_mapping(data, "data").get("repository"), "data.repository")
    return {commit: _of_commit(found.get(f"c{number}"), commit) for number, commit in enumerate(commits)}


def _of_commit(value: Json, commit: str) -> Associated:
    if value is None:  # GitHub has no such commit
        return None
    item = as_mapping(value, commit)
    if as_sha(item.get("oid"), f"{commit}.oid") != commit:
        raise Malformed(f"{commit} is another commit")
    pulls = as_mapping(item.get("associatedPullRequests"), f"{commit}.associatedPullRequests")
    page = as_mapping(pulls.get("pageInfo"), f"{commit}.pageInfo")
    nodes = as_list(pulls.get("nodes"), f"{commit}.nodes")
    if None in nodes:  # by GitHub's schema, one that it does not show
        return None
    found = tuple(each(_as_pull_request, nodes, f"{commit}.nodes"))
    goes_on = as_kind(bool, page.get("hasNextPage"), f"{commit}.pageInfo.hasNextPage")
    return None if goes_on or any(pull.merged and pull.merge_commit_sha is None for pull in found) else found


def _as_pull_request(value: Json, path: str) -> PullRequest:
    """Read a pull request in the words of the GraphQL API."""
    item = as_mapping(value, path)
    home = _repository(item.get("repository"), f"{path}.repository")
    if home is None:
        raise Malformed(f"{path}.repository is missing")
    return PullRequest(
        number=as_kind(int, item.get("number"), f"{path}.number"),
        head_sha=as_sha(item.get("headRefOid"), f"{path}.headRefOid"),
        head_ref=as_kind(str, item.get("headRefName"), f"{path}.headRefName"),
        head_repository=_repository(item.get("headRepository"), f"{path}.headRepository"),
        base_ref=as_kind(str, item.get("baseRefName"), f"{path}.baseRefName"),
        base_repository=home,
        state="open" if as_kind(str, item.get("state"), f"{path}.state") == "OPEN" else "closed",
        draft=as_kind(bool, item.get("isDraft"), f"{path}.isDraft"),
        merged_at=as_optional_time(item.get("mergedAt"), f"{path}.mergedAt"),
        merge_commit_sha=_merge_commit(item.get("mergeCommit"), f"{path}.mergeCommit"),
    )


def _merge_commit(value: Json, path: str) -> str | None:
    return None if value is None else as_sha(as_mapping(value, path).get("oid"), f"{path}.oid")


def _repository(value: Json, path: str) -> str | None:
    return (
        None if value is None else as_kind(str, as_mapping(value, path).get("nameWithOwner"), f"{path}.nameWithOwner")
    )
