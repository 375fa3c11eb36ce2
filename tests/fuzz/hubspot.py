"""Any answer of HubSpot is read, or raises one of the errors that its reader declares.

An answer is written as it would be on the wire: a line with the status, header lines, an empty line, the body.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import ClassVar, Final, TypeVar

import httpx

from reconciler.change import Create, FieldChange
from reconciler.connections import Connection, Secret
from reconciler.declarations.keys.readers import API_VERSIONS
from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.event import Identity
from reconciler.hubspot import account, definitions, wire
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.pacing import rate_limit
from reconciler.hubspot.reader import PortalInspector
from reconciler.hubspot.writer import PortalWriter
from reconciler.json_values import Json
from reconciler.portal import Edit
from reconciler.transport.exchange import MOST_BYTES, Response
from reconciler.transport.headers import LONGEST_WAIT, Headers, date_in, retry_after
from tests.fuzz import plain
from tests.hubspot.clocks import Sleeper

TOKEN: Final = "pat-na1-0123456789"
_CONNECTION = Connection(Secret(TOKEN), "http://hubspot.invalid", proxy=None, ca_file=None)
_LAST_PAGE = Response(200, {}, b'{"results": []}', None)
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
"""What the HTTP library lets through (RFC 9110, 5)."""
_T = TypeVar("_T")

_FIRST = Identity("acme", "summit", "7")
_SECOND = Identity("acme", "launch", "8")
_CHANGED = (FieldChange("eventName", "Old", "New"),)
_NEW = [Create(Identity("acme", name), name, _CHANGED) for name in ("summit", "launch")]
_EDITS = [Edit(identity, _CHANGED) for identity in (_FIRST, _SECOND)]
READS: Mapping[str, Callable[[PortalWriter], object]] = {
    "read": lambda portal: portal.read(),
    "search": lambda portal: portal.search("s"),
    "definitions": lambda portal: portal.definitions(),
    "find by external ids": lambda portal: portal.find(Identity("acme", "summit")),
    "find by object id": lambda portal: portal.find(Identity(object_id="7")),
    "find by both": lambda portal: portal.find(_FIRST),
}
WRITES: Mapping[str, Callable[[PortalWriter], object]] = {
    "create": lambda portal: portal.create(_NEW),
    "create one": lambda portal: portal.create_one(_NEW[0]),
    "update": lambda portal: portal.update(_EDITS),
    "update one": lambda portal: portal.update_one(_EDITS[0]),
    "complete": lambda portal: portal.complete(_FIRST, cancelled=False),
    "archive": lambda portal: portal.archive([_FIRST, _SECOND]),
}
LOOKS: Mapping[str, Callable[[PortalInspector], object]] = {
    "account": lambda portal: portal.account(),
    "token": lambda portal: portal.token(),
    "usage": lambda portal: portal.usage(),
}


class Scripted(HttpWriter):
    """The whole client but for the network: the same answer to every request, and an empty page after the first."""

    methods: ClassVar[frozenset[str]] = HttpWriter.methods

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(_CONNECTION, timeout=1e12, clock=Sleeper().clock)
        self._answer = self._exchange._read(answer, "hubspot.invalid", MOST_BYTES)

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Response:
        self._pacer.count(self._clock.now())
        return _LAST_PAGE if "after" in query else self._answer


def answer(content: bytes) -> None:
    """Answer every request of the client with one answer, in one version of the API."""
    read_answer(content, API_VERSIONS[len(content) % len(API_VERSIONS)])


def read_answer(content: bytes, version: str) -> None:
    """Answer every request of the client in a version of the API with one answer."""
    with Scripted(response(content)) as http:
        writer, inspector = PortalWriter(http, version), PortalInspector(http, version)
        for read in (*READS.values(), *WRITES.values()):
            _check(read, writer)
        for look in LOOKS.values():
            _check(look, inspector)


def headers(content: bytes) -> None:
    """Read everything that headers may say."""
    said: Headers = dict(response(content).headers.items())
    wait = retry_after(said)
    assert wait is None or 0 < wait <= LONGEST_WAIT
    for number in asdict(rate_limit(said)).values():
        assert number is None or 0 <= number < 10**9
    for name in said:
        date_in(said, name)


def response(content: bytes) -> httpx.Response:
    """Read an answer as the network gives it."""
    head, _, body = content.partition(b"\n\n")
    status, *lines = head.split(b"\n")
    named = [(found[1], found[2].strip()) for line in lines if (found := _HEADER.fullmatch(line))]
    code = int(status) if re.fullmatch(rb"[2-5][0-9]{2}", status) else 200
    return httpx.Response(code, headers=named, stream=httpx.ByteStream(body))


def _check(read: Callable[[_T], object], portal: _T) -> None:
    try:
        found = read(portal)
    except (AccessDenied, Rejected, Unavailable) as error:
        told = f"{error.message}{error.hint}"
        assert TOKEN not in told, "the token is told"
        assert len(told) < 2000, "an error is longer than anybody reads"
    else:
        plain.check(found)


EVENT: Json = {
    "objectId": "7",
    "externalEventId": "summit",
    "appInfo": {"id": "1001", "name": "reconciler"},
    "eventName": "Summit",
    "eventOrganizer": "Acme",
    "eventType": None,
    "eventUrl": "https://acme.example/summit",
    "startDateTime": "2027-04-14T07:00:00Z",
    "endDateTime": "2027-04-15T15:00:00.500+02:00",
    "eventCancelled": False,
    "eventCompleted": True,
    "registrants": 12,
    "attendees": 0,
    "customProperties": [{"name": "event_region", "value": "EMEA"}, {"name": "seats", "value": 40}],
    "updatedAt": "2027-01-12T08:00:00.100Z",
}
HIT = {"appId": 1001, "externalAccountId": "acme", "externalEventId": "summit", "objectId": "7"}
PROBLEM = {"message": "No marketing event found", "context": {"objectId": ["8"]}, "id": "7"}
DEFINITION = {
    "name": "topics",
    "label": "Topics",
    "type": "enumeration",
    "fieldType": "checkbox",
    "options": [{"label": "Data", "value": "data", "hidden": False}],
    "modificationMetadata": {"readOnlyValue": False},
}
BODIES: tuple[Json, ...] = (
    {"results": [EVENT], "paging": {"next": {"after": "Nw==", "link": "https://elsewhere.example"}}},
    {"results": [EVENT, {**EVENT, "objectId": 8, "externalEventId": "launch"}]},
    {"results": [HIT], "total": 1},
    {"results": [DEFINITION, {"name": "seats", "type": "number", "calculated": True}]},
    {"portalId": 7, "accountType": "STANDARD", "timeZone": "Europe/Berlin"},
    {"appId": "1001", "scopes": ["crm.objects.marketing_events.read"]},
    {"results": [{"usageLimit": 250000, "currentUsage": 12, "name": "private-apps-api-calls-daily"}]},
    {"status": "COMPLETE", "results": [EVENT], "errors": [PROBLEM], "numErrors": 1},
    EVENT,
)
DECODERS: tuple[tuple[Callable[[Json], object], Json], ...] = (
    (wire.as_page, BODIES[0]),
    (wire.as_hits, BODIES[2]),
    (definitions.as_definitions, BODIES[3]),
    (account.as_account, BODIES[4]),
    (account.as_token, BODIES[5]),
    (account.as_token_app, BODIES[5]),
    (account.as_usage, BODIES[6]),
    (wire.as_batch_answer, {"results": [{"objectId": "7"}], "errors": [PROBLEM]}),
    (wire.as_written, {"objectId": "7", "eventName": "x"}),
)
"""The readers of bodies, each with one that it understands."""
REFUSALS: tuple[Json, ...] = (
    {
        "status": "error",
        "message": "it is there already",
        "category": "VALIDATION_ERROR",
        "errorType": "UNIQUE_VALUE_CONFLICT",
        "errorTokens": {"existingObjectId": ["7"]},
    },
    {"message": "Required scopes missing.", "errors": [{"context": {"requiredGranularScopes": ["crm.read"]}}]},
    {"message": "You have reached your limit.", "policyName": "SECONDLY", "errorType": "RATE_LIMIT"},
    {"message": "You have reached your daily limit.", "policyName": "DAILY"},
    {"message": f"Nobody knows {TOKEN}.", "errors": [{"context": {"requiredGranularScopes": [TOKEN]}}]},
)
LIMITS = """200
Date: Sun, 22 Nov 2026 08:00:00 GMT
X-HubSpot-RateLimit-Max: 190
X-HubSpot-RateLimit-Remaining: 12
X-HubSpot-RateLimit-Interval-Milliseconds: 10000
X-HubSpot-RateLimit-Daily: 650000
X-HubSpot-RateLimit-Daily-Remaining: 649000
"""
WAITS = (
    "429\nRetry-After: 3\n",
    "477\nRetry-After: 86400\n",
    "503\nDate: Sun, 22 Nov 2026 08:00:00 GMT\nRetry-After: Sun, 22 Nov 2026 08:00:05 GMT\n",
)


def written(body: Json, head: str = "200\n") -> bytes:
    """Write an answer."""
    return f"{head}\n{json.dumps(body)}".encode()


def seeds() -> Iterator[bytes]:
    """Yield answers to begin with: those of each operation, and refusals of each kind."""
    yield from map(written, BODIES)
    yield from (written({**EVENT, key: "x" * 3000}) for key in ("objectId", "externalEventId", "eventName"))
    yield from (
        written(body, f"{status}\n") for body in REFUSALS for status in (400, 401, 403, 404, 423, 429, 500, 302)
    )
    yield from (written(BODIES[0], LIMITS), b"204\n\n", b"200\n\n{", b"404\n\n<html>")
    yield from (written(REFUSALS[2], wait) for wait in WAITS)
