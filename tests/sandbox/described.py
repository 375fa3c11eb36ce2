"""HubSpot's own OpenAPI descriptions, which lie beside the repository and not in it.

Three exceptions, because live answers are known to differ from the descriptions: an optional field may be null, errors
have an additional `status`, and those with an `errorType` lack the category. Otherwise these checks are stricter: an
answer may hold nothing that is not described.
"""

import re
from functools import cache

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from tests.hubspot.shared import Json, published

FORMATS = FormatChecker()

# Answers known only from the descriptions' prose or from reports (FACTS 1.2), and whether they have a body.
_UNDECLARED = {("/batch/archive", 204): False, ("/batch/archive", 207): True, ("/events/delete", 202): False}


@FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    utc = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z"
    return not isinstance(value, str) or re.fullmatch(utc, value) is not None


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


class Description:
    """HubSpot's description of one API in one version."""

    def __init__(self, api: str, version: str) -> None:
        self._described = published(f"openapi/{api}-{version}.json")
        for name, schema in self._described["components"]["schemas"].items():
            _adapt(name, schema)

    def check(self, answer: httpx.Response) -> None:
        """Check an answer against the description of its path, its method and its status."""
        schema = self._schema(answer)
        if schema is None:
            assert answer.content == b""
            return
        whole = {**schema, "components": self._described["components"]}
        Draft202012Validator(whole, format_checker=FORMATS).validate(answer.json())

    def _schema(self, answer: httpx.Response) -> Json | None:
        path, operation = self._operation(answer.request)
        if answer.status_code >= 400:
            return _refusal(answer.json())
        if str(answer.status_code) in operation["responses"]:
            content = operation["responses"][str(answer.status_code)].get("content", {})
            return content["application/json"]["schema"] if content else None
        has_body = _UNDECLARED[_below_the_base(path), answer.status_code]
        return self._partly_failed() if has_body else None

    def _partly_failed(self) -> Json:
        """Return the schema of a batch in which some items failed; it has its own name in descriptions with a 207."""
        name = "BatchResponseMarketingEventPublicDefaultResponseV2"
        with_errors = f"{name}WithErrors"
        known = with_errors if with_errors in self._described["components"]["schemas"] else name
        return {"$ref": f"#/components/schemas/{known}"}

    def _operation(self, request: httpx.Request) -> tuple[str, Json]:
        """Return the operation that a path means: of several that fit, the one with the fewest placeholders."""
        asked = request.url.raw_path.decode().partition("?")[0]
        paths = [path for path in self._described["paths"] if re.fullmatch(_pattern(path), asked)]
        path = min(paths, key=lambda path: path.count("{"))
        return path, self._described["paths"][path][request.method.lower()]


def _below_the_base(path: str) -> str:
    return "/" + "/".join(path.split("/")[4:])


def _refusal(body: Json) -> Json:
    if "errorType" not in body:
        return {"$ref": "#/components/schemas/Error"}
    texts = ("status", "message", "correlationId", "errorType")
    return {"type": "object", "required": texts, "properties": {name: {"type": "string"} for name in texts}}


def _pattern(path: str) -> str:
    # The description of v3 has a wrong path for the list alone, which no client calls.
    pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))
    odd, usual = re.escape("/marketing/marketing-events/v3"), re.escape("/marketing/v3/marketing-events")
    return f"{odd}|{usual}" if pattern == odd else pattern


def _adapt(name: str, schema: Json) -> None:
    """Allow null for optional fields, and forbid everything that is not described."""
    required = schema.get("required", [])
    for field, described in schema.get("properties", {}).items():
        if field not in required:
            schema["properties"][field] = {"anyOf": [described, {"type": "null"}]}
    if "properties" in schema and name != "Error":
        schema["additionalProperties"] = False


@cache
def described(api: str, version: str) -> Description:
    """Return a description; if it is not there, skip the test that asks for it, or fail it in CI."""
    return Description(api, version)
