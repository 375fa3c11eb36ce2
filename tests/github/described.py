"""GitHub's own OpenAPI description, which requests and the local GitHub's answers are held against."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.github.openapi import FORMATS, OF_ANSWERS, OF_REQUESTS, Json
from tests.github.world import REPOSITORY, REPOSITORY_ID, Answer, Exchange, Request

DESCRIPTION = Path(__file__).parent / "node_modules" / "@octokit" / "openapi" / "generated" / "api.github.com.json"
"""Where `npm ci` in this folder puts it."""

# What GitHub does and its description lacks, each with the reason why it is right here.
PATHS = {"/graphql": "the description is of the REST API alone; graphql.py reads each query by a schema"}
HOMES = {f"/repositories/{REPOSITORY_ID}": "the links to further pages name a repository by its number"}
STATUSES = {
    401: "a token that GitHub does not know, whatever is asked (Authenticating to the REST API)",
    403: "a token without the permission, whatever is asked (Troubleshooting the REST API)",
    404: "what is not there, or hidden from the token, whatever it is (Troubleshooting the REST API)",
}
STATUSES_OF_ONE = {
    ("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", 422): "a commit that GitHub does not have",
}
FIELDS = {
    "validation-error.properties.status": "an error repeats its status, as is described of others",
}
NULL = {
    "pull-request.properties.head.properties.repo": "the fork was deleted (github/rest-api-description, 424)",
    "pull-request-simple.properties.head.properties.repo": "the fork was deleted (github/rest-api-description, 1811)",
}

_WHOLE = "urn:github"
_JSON = "application/json"
_SCHEMA = "content/application~1json/schema"
_ERROR = "#/components/schemas/basic-error"
_LONGEST = 200


def missing() -> str:
    """Return what is missing for holding anything against the description; empty if nothing is."""
    how = "run `npm ci --ignore-scripts` in tests/github"
    return "" if DESCRIPTION.exists() else f"GitHub's description of its API is not there: {how}"


def deviations(exchanges: Iterable[Exchange]) -> list[str]:
    """Return a line for whatever GitHub does not describe, of our program's requests and of the right answers to them.

    Where the description is missing, nothing is looked at. What a test sends by other means never is.
    """
    ours = [one for one in exchanges if one.request.headers.get("user-agent", "").startswith("reconciler/")]
    if not ours or missing():
        return []
    lines = [f"{one.request.method} {one.target}: {what}" for one in ours for what in description().deviations(one)]
    return list(dict.fromkeys(lines))


@cache
def description() -> "Description":
    """Read GitHub's description, with what it lacks."""
    whole = published()
    for place in FIELDS:
        *steps, name = place.split(".")
        schema_at(whole, *steps)[name] = {"type": "string"}
    for place in NULL:
        schema_at(whole, *place.split("."))["nullable"] = True
    return Description(whole)


def published() -> Json:
    """Read GitHub's description as it is."""
    whole: Json = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return whole


def schema_at(whole: Json, *steps: str) -> dict[str, Any]:
    """Return the part of a schema to which some steps lead from its name."""
    found: dict[str, Any] = reduce(getitem, steps, whole["components"]["schemas"])
    return found


@dataclass(frozen=True)
class Operation:
    """A method of a path, as it is described."""

    path: str
    place: str
    """Where it stands in the description, as a JSON pointer."""
    described: Json


class Description:
    """An OpenAPI description."""

    def __init__(self, whole: Json) -> None:
        """Take a description as parsed JSON."""
        self._whole = whole
        self._registry = Registry().with_resource(_WHOLE, DRAFT202012.create_resource(whole))
        self.operation = cache(self._operation)
        self._validator = cache(self._new_validator)

    def deviations(self, exchange: Exchange) -> Iterator[str]:
        """Yield what is not described of a request, and of its answer unless a test made that up."""
        asked, query = urlsplit(exchange.target).path, urlsplit(exchange.target).query
        if asked in PATHS:
            return
        operation = self.operation(exchange.request.method, asked)
        if operation is None:
            yield "no such method and path"
            return
        yield from self._of_path(operation, _at_home(asked))
        yield from self._of_query(operation, query)
        yield from self._of_body(operation, exchange.request)
        if exchange.answer is not None:
            yield from self._of_answer(operation, exchange.answer)

    def deviations_of_event(self, name: str, event: Json) -> Iterator[str]:
        """Yield what is not described of an event, such as triggers a workflow."""
        schema = f"#/x-webhooks/{name}/post/requestBody/{_SCHEMA}"
        yield from _unfitting(self._validator(OF_ANSWERS, schema), event, "the event")

    def _operation(self, method: str, asked: str) -> Operation | None:
        """Return the operation that a path means: of several that fit, the one with the fewest placeholders."""
        verb, described = method.lower(), self._whole["paths"]
        fitting = [path for path in described if verb in described[path] and _fits(path, _at_home(asked))]
        if not fitting:
            return None
        path = min(fitting, key=lambda path: path.count("{"))
        return Operation(path, f"#/paths/{_escaped(path)}/{verb}", described[path][verb])

    # Requests

    def _of_path(self, operation: Operation, asked: str) -> Iterator[str]:
        known = self._parameters(operation, "path")
        for name, text in zip(operation.path.split("/"), asked.split("/"), strict=True):
            if name.startswith("{"):
                yield from _of_parameter(known[name[1:-1]], unquote(text))

    def _of_query(self, operation: Operation, query: str) -> Iterator[str]:
        known = self._parameters(operation, "query")
        asked = parse_qsl(query, keep_blank_values=True)
        for name in known.keys() - {name for name, _ in asked}:
            if known[name].get("required"):
                yield f"the parameter {name} is missing"
        for name, text in asked:
            yield from _of_parameter(known[name], text) if name in known else (f"no parameter {name}",)

    def _parameters(self, operation: Operation, where: str) -> dict[str, Json]:
        listed = [self._resolved(one) for one in operation.described.get("parameters", ())]
        return {one["name"]: one for one in listed if one["in"] == where}

    def _of_body(self, operation: Operation, request: Request) -> Iterator[str]:
        described = operation.described.get("requestBody")
        if request.body is None:
            yield from ("no body",) if described is not None and described.get("required") else ()
        elif described is None:
            yield "a body"
        elif (kind := request.headers.get("content-type", "").partition(";")[0]) != _JSON:
            yield f"a body of the type {kind!r}"
        else:
            schema = f"{operation.place}/requestBody/{_SCHEMA}"
            yield from _unfitting(self._validator(OF_REQUESTS, schema), request.body, "the body")

    # Answers

    def _of_answer(self, operation: Operation, answer: Answer) -> Iterator[str]:
        told = f"the answer {answer.status}"
        schema: str | None = _ERROR
        if (response := operation.described["responses"].get(str(answer.status))) is not None:
            place = response.get("$ref", f"{operation.place}/responses/{answer.status}")
            schema = f"{place}/{_SCHEMA}" if "content" in self._resolved(response) else None
        elif answer.status not in STATUSES and (operation.path, answer.status) not in STATUSES_OF_ONE:
            yield told
            return
        if schema is not None:
            yield from _unfitting(self._validator(OF_ANSWERS, schema), answer.body, told)
        elif answer.body is not None:
            yield f"{told}: a body"

    # The description

    def _resolved(self, node: Json) -> Json:
        """Return what a node stands for: itself, or a component that it names."""
        if "$ref" not in node:
            return node
        _, components, kind, name = node["$ref"].split("/")
        found: Json = self._whole[components][kind][name]
        return found

    def _new_validator(self, rules: type[Validator], schema: str) -> Validator:
        return rules({"$ref": f"{_WHOLE}{schema}"}, registry=self._registry, format_checker=FORMATS)


def _at_home(path: str) -> str:
    """Return a path with the repository's usual name."""
    home = next((home for home in HOMES if path.startswith(f"{home}/")), None)
    return path if home is None else f"/repos/{REPOSITORY}{path.removeprefix(home)}"


def _fits(described: str, asked: str) -> bool:
    if described.count("/") != asked.count("/"):
        return False
    pairs = zip(described.split("/"), asked.split("/"), strict=True)
    return all(name == text or name.startswith("{") for name, text in pairs)


def _of_parameter(parameter: Json, text: str) -> Iterator[str]:
    told, value = f"the parameter {parameter['name']}", _typed(text, parameter["schema"].get("type"))
    yield from _unfitting(OF_REQUESTS(parameter["schema"], format_checker=FORMATS), value, told)
    # The largest number stands in the prose alone.
    most = re.search(r"\(max (\d+)\)", parameter.get("description", ""))
    if most is not None and isinstance(value, int) and not 1 <= value <= int(most[1]):
        yield f"{told}: {value} is not from 1 to {most[1]}"


def _typed(text: str, kind: str | None) -> Any:
    """Return the value that a text in a path or a query has."""
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _unfitting(validator: Validator, value: Any, told: str) -> Iterator[str]:
    """Yield why a value does not fit its schema, once for all items of a list."""
    for error in validator.iter_errors(value):
        deepest = best_match([error])
        where = re.sub(r"\[\d+\]", "[]", deepest.json_path).removeprefix("$").removeprefix(".")
        yield f"{told}{where and f', {where}'}: {deepest.message[:_LONGEST]}"


def _escaped(step: str) -> str:
    """Return a step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")
