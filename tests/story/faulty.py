"""Every fault of the sandbox at every place of one run, under every behaviour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, get_args, get_type_hints

from reconciler.hubspot.paths import Paths
from reconciler.sandbox.behaviours import Behaviours

LAGS = ("60", "600")


class Nature(Enum):
    """The meaning of a fault to a reader of HubSpot's documentation."""

    HARMLESS = auto()
    PASSING = auto()
    """Send it again; it may have been carried out."""
    WAITING = auto()
    """Send it again later; it was not carried out."""
    FINAL = auto()
    """Come back another day."""
    DENIED = auto()
    REJECTED = auto()
    LIE = auto()
    """A false success, or a list that moves while it is read."""


@dataclass(frozen=True)
class Kind:
    """One fault, in the sandbox's form."""

    name: str
    nature: Nature
    fault: Mapping[str, Any]
    done: bool = False
    """Whether the request is carried out nonetheless."""

    @property
    def status(self) -> int | None:
        return self.fault.get("status")

    @property
    def contradicts_itself(self) -> bool:
        """HubSpot documents that it has done nothing, and it has."""
        return self.done and self.nature not in {Nature.PASSING, Nature.LIE}

    def as_if_done(self) -> "Kind":
        return Kind(f"{self.name}, done", self.nature, {**self.fault, "done": True}, done=True)


class Phase(Enum):
    """The time at which the faults are set: those of an apply leave its plan alone."""

    PLAN = auto()
    APPLY = auto()


@dataclass(frozen=True)
class Place:
    """The requests that meet a fault, from the `first` of them on."""

    name: str
    method: str
    path: str
    """A glob; `LIST` is the list's own path."""
    phase: Phase
    first: int = 1


@dataclass(frozen=True)
class Case:
    """One fault at one place, once or from then on, under some answers to the open questions."""

    kind: Kind
    place: Place
    lasting: bool
    behaviours: tuple[str, ...]
    version: str

    @property
    def name(self) -> str:
        often = "from then on" if self.lasting else "once"
        return f"{self.kind.name} | {self.place.name} | {often} | {','.join(self.behaviours)} | {self.version}"

    @property
    def empties(self) -> bool:
        return "empty-text=ignored" not in self.behaviours

    @property
    def lag(self) -> int:
        return sum(int(one.partition("=")[2]) for one in self.behaviours if one.startswith("list-lag"))

    def rules(self) -> list[Mapping[str, Any]]:
        path = Paths(self.version).events if self.place.path == LIST else self.place.path
        fits = {"method": self.place.method, "path": path}
        before = [{**fits, "nth": number, "fault": {"delay": 0}} for number in range(1, self.place.first)]
        when = {"every": 1} if self.lasting else {"nth": self.place.first}
        return [*before, {**fits, **when, "fault": self.kind.fault}]


LIST = "the list"
_READ_BY_IDS = "*/events/e-*"
WRITES = (
    Place("create", "POST", "*/events/upsert", Phase.APPLY),
    Place("update", "POST", "*/batch/update", Phase.APPLY),
    Place("complete", "PATCH", "*/events/*", Phase.APPLY),
    Place("delete", "POST", "*/batch/archive", Phase.APPLY),
)
FIRST, MIDDLE = Place("first page", "GET", LIST, Phase.PLAN), Place("middle page", "GET", LIST, Phase.PLAN, first=2)
SEARCH = Place("search", "GET", "*/events/search", Phase.PLAN)
READ_BACK = Place("read-back", "GET", LIST, Phase.APPLY)
READS = (
    Place("whose portal", "GET", "/account-info/*", Phase.PLAN),
    Place("whose token", "POST", "/oauth/*", Phase.PLAN),
    FIRST,
    MIDDLE,
    SEARCH,
    Place("definitions", "GET", "/crm/*", Phase.PLAN),
    Place("question", "GET", _READ_BY_IDS, Phase.PLAN),
    Place("fresh read", "GET", _READ_BY_IDS, Phase.APPLY),
    Place("fresh read by object id", "GET", "*/905", Phase.APPLY),
    READ_BACK,
)


def _statuses(nature: Nature, *codes: int) -> Iterator[Kind]:
    yield from (Kind(str(code), nature, {"status": code}) for code in codes)


STATUSES = (
    *_statuses(Nature.DENIED, 401, 403),
    *_statuses(Nature.REJECTED, 400, 404, 409, 413, 422),
    *_statuses(Nature.WAITING, 423, 429),
    Kind("429 DAILY", Nature.FINAL, {"status": 429, "policyName": "DAILY"}),
    Kind("477 short", Nature.WAITING, {"status": 477, "headers": {"Retry-After": "5"}}),
    Kind("477 long", Nature.FINAL, {"status": 477, "headers": {"Retry-After": "7200"}}),
    *_statuses(Nature.PASSING, 500, 502, 503, 504, 521, 522, 523, 524),
)
CUTS = (
    Kind("delay", Nature.HARMLESS, {"delay": 1}),
    Kind("drop-before", Nature.PASSING, {"drop-before": True}),
    Kind("drop-after", Nature.PASSING, {"drop-after": True}, done=True),
    Kind("truncate", Nature.PASSING, {"truncate": True}, done=True),
)
EMPTY = Kind("empty-results", Nature.LIE, {"empty-results": True})
PARTIAL = Kind("partial", Nature.LIE, {"partial": {"every": 2}})
APPEAR = Kind(
    "appear", Nature.LIE, {"shift": {"appear": {"eventName": "e-appears", "objectId": "1", "appInfo": {"id": "2002"}}}}
)
VANISH = Kind("vanish", Nature.LIE, {"shift": {"vanish": "2"}})


def hits() -> Iterator[tuple[Kind, Place]]:
    """Yield every fault with every place where it means something."""
    yield from ((kind, place) for kind in (*STATUSES, *CUTS) for place in (*READS, *WRITES))
    yield from ((kind.as_if_done(), place) for kind in STATUSES for place in WRITES)
    yield from ((EMPTY, place) for place in (FIRST, MIDDLE, SEARCH, READ_BACK, *WRITES[:2]))
    yield from ((PARTIAL, place) for place in WRITES if place.method == "POST")
    yield from ((kind, place) for kind in (APPEAR, VANISH) for place in (FIRST, MIDDLE, READ_BACK))


def behaviours() -> Iterator[tuple[str, ...]]:
    """Yield the usual answers, each other one by itself, and all the other ones together."""
    hints, usual = get_type_hints(Behaviours), Behaviours().shown()
    closed = {name: get_args(hints[name.replace("-", "_")]) for name in usual}
    other = [f"{name}={one}" for name, answers in closed.items() for one in answers if one != usual[name]]
    lags = [f"list-lag={lag}" for lag in LAGS]
    yield from ((), *((one,) for one in (*other, *lags)), (*other, lags[0]))


VERSIONS = ("2026-03", "v3", "2025-09", "2026-09")


def every_case() -> list[Case]:
    """Return all combinations; each has the next API version in turn."""
    combined = [
        (kind, place, lasting, answers)
        for kind, place in hits()
        for answers in behaviours()
        for lasting in (False, True)
    ]
    return [Case(*one, VERSIONS[number % len(VERSIONS)]) for number, one in enumerate(combined)]
