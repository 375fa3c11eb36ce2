"""Fault rules, and the choice of the fault for each request by counting or by a seeded random number.

A rule counts every request that matches it, from when the rule was set, whether or not an earlier rule hits. If several
rules hit a request, the first one's fault applies. So the same requests get the same faults again. Requests over the
rate limit get no fault, and do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Literal, assert_never

from reconciler.sandbox.contents import Event
from reconciler.sandbox.versions import V3_LIST, VERSIONS

Policy = Literal["TEN_SECONDLY_ROLLING", "DAILY", "SECONDLY"]
"""The limit of HubSpot that a 429 names (FACTS 3.2)."""

ANY = "*"

LISTS = {V3_LIST, *(version.base for version in VERSIONS), *(f"{version.base}/" for version in VERSIONS)}
_BATCHES_WITH_RESULTS = ("/events/upsert", "/batch/update")
_BATCHES = (*_BATCHES_WITH_RESULTS, "/batch/archive", "/events/delete")


@dataclass(frozen=True)
class Body:
    """The body of an answer, byte for byte."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Status:
    """An answer with this status; without a body here, it has HubSpot's body for that status.

    If `done`, the request is carried out first. `headers` replace HubSpot's of the same name; `policy` is for 429.
    """

    code: int
    done: bool
    headers: tuple[tuple[str, str], ...]
    body: Body | None
    policy: Policy


@dataclass(frozen=True)
class DropBefore:
    """The connection is cut before the request is carried out."""


@dataclass(frozen=True)
class DropAfter:
    """The request is carried out, then the connection is cut."""


@dataclass(frozen=True)
class Truncate:
    """The request is carried out, then the connection is cut in the middle of the answer's body."""


@dataclass(frozen=True)
class EmptyResults:
    """A batch or a list gets a success without results; nothing is stored (FACTS 5, number 1)."""


@dataclass(frozen=True)
class Partial:
    """The items of a batch at these positions, counted from 1, fail and are not carried out."""

    items: frozenset[int]


@dataclass(frozen=True)
class Appear:
    """After a page of the list is read, this event is created; an objectId of None is the next free one."""

    event: Event
    object_id: int | None


@dataclass(frozen=True)
class Vanish:
    """After a page of the list is read, the event with this objectId is deleted."""

    object_id: int


OnTheWay = Status | DropBefore | DropAfter | Truncate
"""An effect on a request or its answer between the client and HubSpot."""
Inside = EmptyResults | Partial | Appear | Vanish
"""An effect inside HubSpot."""


@dataclass(frozen=True)
class Fault:
    """A delay in milliseconds, followed by an effect; `name` stands for it in the log."""

    name: str
    delay_ms: int
    effect: OnTheWay | Inside | None


@dataclass(frozen=True)
class Nth:
    """Hits the matching request with this number, counted from 1."""

    number: int


@dataclass(frozen=True)
class Every:
    """Hits every `number`-th matching request."""

    number: int


@dataclass(frozen=True)
class Probability:
    """Hits each matching request with this probability, from a random generator of its own."""

    share: float
    seed: int


@dataclass(frozen=True)
class Rule:
    """A fault with the requests that get it; `path` is a glob, whose `*` matches slashes too."""

    method: str
    path: str
    when: Nth | Every | Probability
    fault: Fault

    def fits(self, method: str, path: str) -> bool:
        """Return whether a request counts: it matches method and path, and the fault can apply to it."""
        named = self.method in (ANY, method) and fnmatchcase(path, self.path)
        return named and _can_befall(self.fault.effect, method, path)


def _can_befall(effect: OnTheWay | Inside | None, method: str, path: str) -> bool:
    match effect:
        case Partial():
            return method == "POST" and path.endswith(_BATCHES)
        case EmptyResults():
            found = method == "GET" and (path in LISTS or path.endswith("/events/search"))
            return found or (method == "POST" and path.endswith(_BATCHES_WITH_RESULTS))
        case Appear() | Vanish():
            return method == "GET" and path in LISTS
        case _:
            return True


class Faults:
    """Rules, each with the number of requests that have matched it so far."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self._counted = [_Counted(rule) for rule in rules]

    def met_by(self, method: str, path: str) -> Fault | None:
        """Count a request and return its fault, if any."""
        hits = [each.rule.fault for each in self._counted if each.hits(method, path)]
        return hits[0] if hits else None


class _Counted:
    """One rule and its count."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._count = 0
        self._die = Random(rule.when.seed if isinstance(rule.when, Probability) else 0)  # noqa: S311  (no secret)

    def hits(self, method: str, path: str) -> bool:
        """Count a request if it matches, and return whether the rule hits it."""
        if not self.rule.fits(method, path):
            return False
        self._count += 1
        match self.rule.when:
            case Nth(number):
                return self._count == number
            case Every(number):
                return self._count % number == 0
            case Probability(share):
                return self._die.random() < share
            case _:
                assert_never(self.rule.when)
