"""The local GitHub's GraphQL API, as far as pull requests of commits need it.

It reads the query by the grammar of GraphQL, and answers nothing that GitHub's public schema does not have.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.github.world import REPOSITORY, Answer, LocalGitHub, Pull, Request, Token

_TOKEN = re.compile(r'[\s,]*(\.\.\.|[A-Za-z_]\w*|\$\w+|\d+|"[^"]*"|[{}()\[\]:!=@])')
TYPES: Mapping[str, Mapping[str, str]] = {
    "Query": {"repository": "Repository"},
    "Repository": {"object": "Commit", "nameWithOwner": ""},
    "Commit": {"oid": "", "associatedPullRequests": "PullRequestConnection"},
    "PullRequestConnection": {"nodes": "PullRequest", "pageInfo": "PageInfo", "totalCount": ""},
    "PageInfo": {"hasNextPage": "", "endCursor": ""},
    "PullRequest": {
        **dict.fromkeys(("number", "state", "isDraft", "mergedAt", "headRefOid", "headRefName", "baseRefName"), ""),
        "mergeCommit": "Commit",
        "headRepository": "Repository",
        "baseRepository": "Repository",
        "repository": "Repository",
    },
}
"""The fields of each type, with the type of what has fields itself."""


class WrongQueryError(Exception):
    """The query is not valid."""


@dataclass
class Selected:
    """A field of a query, or a fragment where it has no name."""

    name: str = ""
    alias: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    of: str = ""
    """The type, or the name of a fragment after three dots."""
    inner: "list[Selected]" = field(default_factory=list)


@dataclass
class _Parser:
    tokens: list[str]
    variables: Mapping[str, Any]
    fragments: dict[str, Selected] = field(default_factory=dict)

    def next_is(self, token: str) -> bool:
        return self.tokens[:1] == [token]

    def take(self, wanted: str | None = None) -> str:
        if not self.tokens or (wanted is not None and not self.next_is(wanted)):
            raise WrongQueryError(f"Parse error: expected {wanted}, got {self.tokens[:1]}")
        return self.tokens.pop(0)

    def document(self) -> list[Selected]:
        operation: list[Selected] = []
        while self.tokens:
            if self.take() == "fragment":
                name, _, kind = self.take(), self.take("on"), self.take()
                self.fragments[name] = Selected(of=kind, inner=self.selection())
            else:
                self.declarations()
                operation = self.selection()
        return operation

    def declarations(self) -> None:
        self.take("(")
        while not self.next_is(")"):
            name, _, kind, _ = self.take(), self.take(":"), self.take(), self.take("!")
            if not isinstance(self.variables.get(name[1:]), str):
                raise WrongQueryError(f"Variable {name} of type {kind}! was provided invalid value")
        self.take(")")

    def selection(self) -> list[Selected]:
        self.take("{")
        found = []
        while not self.next_is("}"):
            found.append(self.selected())
        self.take("}")
        return found

    def selected(self) -> Selected:
        name = alias = self.take()
        if name == "...":
            return Selected(of=f"...{self.take()}")
        if self.next_is(":"):
            self.take()
            name = self.take()
        arguments = self.arguments() if self.next_is("(") else {}
        return Selected(name, alias, arguments, inner=self.selection() if self.next_is("{") else [])

    def arguments(self) -> dict[str, Any]:
        self.take("(")
        found: dict[str, Any] = {}
        while not self.next_is(")"):
            name, _ = self.take(), self.take(":")
            found[name] = self.value()
        self.take(")")
        return found

    def value(self) -> Any:
        text = self.take()
        return self.variables[text[1:]] if text.startswith("$") else int(text)


@dataclass
class _Execution:
    github: LocalGitHub
    token: Token
    fragments: Mapping[str, Selected]
    errors: list[dict[str, Any]] = field(default_factory=list)

    def fields(self, kind: str, selection: list[Selected]) -> Iterator[Selected]:
        for one in selection:
            if not one.name:
                spread = self.fragments[one.of[3:]]
                assert spread.of == kind
                yield from self.fields(kind, spread.inner)
            elif one.name not in TYPES[kind] or bool(TYPES[kind][one.name]) != bool(one.inner):
                raise WrongQueryError(f"Field '{one.name}' doesn't exist on type '{kind}', or not in this form")
            else:
                yield one

    def read(self, kind: str, value: Any, selection: list[Selected]) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            return [self.read(kind, one, selection) for one in value]
        found = {}
        for one in self.fields(kind, selection):
            held, inner = self.resolved(kind, value, one), TYPES[kind][one.name]
            found[one.alias] = self.read(inner, held, one.inner) if inner else held
        return found

    def resolved(self, kind: str, value: Any, one: Selected) -> Any:
        match kind, one.name:
            case "Query", "repository":
                return self.repository(f"{one.arguments['owner']}/{one.arguments['name']}")
            case "Repository", "object":
                sha = one.arguments["oid"]
                return {"oid": sha} if self.github.has(sha) else None
            case "Commit", "associatedPullRequests":
                return self.pulls(value["oid"], one.arguments["first"])
            case _:
                return value[one.name]

    def repository(self, name: str) -> Any:
        if name == REPOSITORY:
            return {"nameWithOwner": name}
        self.errors.append(
            {"type": "NOT_FOUND", "message": f"Could not resolve to a Repository with the name '{name}'."}
        )
        return None

    def pulls(self, sha: str, first: int) -> Any:
        assert 1 <= first <= 100
        if self.token.permissions.get("pull_requests") not in {"read", "write"}:
            self.errors.append({"type": "FORBIDDEN", "message": "Resource not accessible by integration"})
            return None
        found = associated(self.github, sha)
        nodes = [_pull(self.github, pull) for pull in found[:first]]
        page = {"hasNextPage": len(found) > first, "endCursor": "x"}
        return {"nodes": nodes, "pageInfo": page, "totalCount": len(found)}


def associated(github: LocalGitHub, sha: str) -> list[Pull]:
    """Return the merged pull requests that introduced a commit; for one beside the branch, all that contain it."""
    if sha in github.ancestors(github.branches[github.default_branch]):
        return [pull for pull in github.pulls.values() if pull.merged_at and sha in pull.landed]
    return [pull for pull in github.pulls.values() if sha in pull.commits]


def _pull(github: LocalGitHub, pull: Pull) -> dict[str, Any]:
    fork = pull.head_repository
    merged = pull.merged_at and pull.merge_commit_sha and pull.number not in github.without_merge_commit
    return {
        "number": pull.number,
        "state": "MERGED" if pull.merged_at else pull.state.upper(),
        "isDraft": pull.draft,
        "mergedAt": pull.merged_at,
        "mergeCommit": {"oid": pull.merge_commit_sha} if merged else None,
        "headRefOid": pull.head_sha,
        "headRefName": pull.head_ref,
        "headRepository": None if fork is None else {"nameWithOwner": fork},
        "baseRefName": pull.base_ref,
        "baseRepository": {"nameWithOwner": REPOSITORY},
        "repository": {"nameWithOwner": REPOSITORY},
    }


def queried(github: LocalGitHub, request: Request, token: Token) -> Answer:
    """Answer a query; what is wrong with it stands in an answer of status 200."""
    try:
        parser = _Parser(_tokens(request.body["query"]), request.body.get("variables", {}))
        operation = parser.document()
        execution = _Execution(github, token, parser.fragments)
        data = execution.read("Query", {}, operation)
    except WrongQueryError as wrong:
        return Answer(200, {"errors": [{"message": str(wrong)}]})
    return Answer(200, {"data": data, **({"errors": execution.errors} if execution.errors else {})})


def _tokens(query: str) -> list[str]:
    found = [match[1] for match in _TOKEN.finditer(query)]
    if "".join(found) != re.sub(r"[\s,]", "", query):
        raise WrongQueryError("Parse error: a character that no query holds")
    return found
