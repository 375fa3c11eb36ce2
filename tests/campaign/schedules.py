"""Hypothesis strategies for schedules: worlds, declarations, faults, changes by others, ends of runs."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from reconciler.event import CUSTOM, DeclaredEvent, Value
from reconciler.policy import Orphans
from tests.campaign.deeds import Edit, Make, Register, Remove
from tests.campaign.ground import Arrival, Moment
from tests.campaign.truth import meant
from tests.story.world import BESIDES, LATER, OTHERS, OURS, VERSIONS, Held, adoption, custom, declaration, live_json

PAST = "2025-04-15T15:00:00Z"
START = "2027-04-15T09:00:00Z"

texts = st.sampled_from([None, "x", "y", " y"])
flags = st.booleans()
ids = st.sampled_from(["a", "b", "ab", "c/d"])
accounts = st.sampled_from(["acme", "acme", "acme", "other"])
ends = st.sampled_from([LATER, LATER, LATER, PAST])
whiches = st.integers(0, 9)

# What HubSpot holds

_optional: dict[str, st.SearchStrategy[Any]] = {
    "eventUrl": texts,
    "eventType": texts,
    "eventDescription": texts,
    "eventCancelled": flags,
    "eventCompleted": st.sampled_from([False, False, True]),
    "customProperties": st.sampled_from([custom(p="x"), custom(q="theirs"), custom(p="y", q="theirs")]),
    "registrants": st.integers(0, 2),
}
held_fields = st.fixed_dictionaries({"endDateTime": ends}, optional=_optional)


@st.composite
def events(draw: st.DrawFn) -> Held:
    """Draw an event that is live: ours, under an account that nobody names, another app's, or made by hand."""
    app = draw(st.sampled_from([OURS, OURS, OURS, OTHERS, None]))
    if app is None:
        return live_json(None, account=None, app=None, **draw(held_fields))
    account = draw(st.sampled_from(["acme", "acme", "acme", "other", "elsewhere"]))
    return live_json(draw(ids), account=account, app=app, **draw(held_fields))


def _who(event: Held) -> object:
    app = event["appInfo"]
    return id(event) if app is None else (app["id"], event["externalAccountId"], event["externalEventId"])


@dataclass(frozen=True)
class Portal:
    """The portal at the beginning of a schedule."""

    events: tuple[Held, ...]
    declares: tuple[DeclaredEvent, ...]
    knows_app: bool
    orphans: Orphans
    behaviours: dict[str, object]
    others: int
    """Events that people made by hand: with small pages so many that the list is not read to its end."""
    besides: frozenset[str]


# What is declared

own_fields = st.fixed_dictionaries(
    {},
    optional={
        "eventUrl": texts,
        "eventType": texts,
        "eventDescription": texts,
        "eventCancelled": flags,
        "eventCompleted": st.sampled_from([True] * 9 + [False]),
        "startDateTime": st.just(START),
        "endDateTime": ends,
        "eventOrganizer": st.sampled_from(["Acme", "Other"]),
        f"{CUSTOM}p": texts,
    },
)
adopted_fields = st.fixed_dictionaries(
    {}, optional={"eventUrl": texts, "eventType": texts, "eventCancelled": flags, f"{CUSTOM}p": texts}
)
own = st.builds(lambda name, account, fields: declaration(name, account=account, **fields), ids, accounts, own_fields)


@dataclass(frozen=True)
class Adoption:
    """Somebody declares an event that we did not make; `which` counts round those that are there."""

    which: int
    fields: dict[str, Value]

    def of(self, object_ids: list[int]) -> DeclaredEvent:
        return adoption(str(object_ids[self.which % len(object_ids)]), **self.fields)


adoptions = st.builds(Adoption, whiches, adopted_fields)

# Open questions about HubSpot, with random answers

behaviours = st.fixed_dictionaries(
    {},
    optional={
        "upsert": st.sampled_from(["replace", "keep"]),
        "empty-text": st.sampled_from(["clears", "ignored"]),
        "search": st.sampled_from(["prefix", "exact"]),
        "patch-flags": st.sampled_from(["keep", "reset"]),
        "text": st.sampled_from(["verbatim", "trimmed"]),
        "token-details": st.sampled_from(["answers", "missing"]),
        "list-lag": st.sampled_from([0, 0, 1, 30, 300]),
    },
)
policies = st.sampled_from([*Orphans, Orphans.DELETE, Orphans.DELETE])
versions = st.sampled_from(VERSIONS)

portals = st.builds(
    Portal,
    st.lists(events(), max_size=6, unique_by=_who).map(tuple),
    st.lists(own, min_size=1, max_size=4, unique_by=lambda event: event.identity.key).map(tuple),
    st.booleans(),
    policies,
    behaviours,
    st.sampled_from([0, 0, 0, 12]),
    st.sampled_from([BESIDES, frozenset()]),
)

# What others do

_edited = st.sampled_from(["eventUrl", "eventUrl", "eventType", "eventDescription", "eventCancelled", "eventCompleted"])


def _edit(which: int, name: str, text: str | None, properties: dict[str, str | None]) -> Edit:
    value = meant(name, text == "x" if name.startswith("eventC") else text)
    return Edit(which, {name: value}, properties)


edits = st.builds(
    _edit,
    whiches,
    _edited,
    st.sampled_from([None, "x", "y", "theirs"]),
    st.sampled_from([{}, {}, {"p": "theirs"}, {"q": "theirs"}, {"p": None}]),
)
_registrations = st.builds(Register, whiches, st.integers(0, 3))
deeds = st.one_of(
    edits,
    edits,
    st.builds(Remove, whiches),
    _registrations,
    st.builds(Make, events()),
)
_aimed = st.builds(Moment, st.just(Arrival.READ), st.integers(1, 10), edits | edits | _registrations)
moments = st.one_of(
    st.builds(Moment, st.just(Arrival.WRITE), st.integers(1, 4), deeds),
    st.builds(Moment, st.just(Arrival.ANY), st.integers(1, 30), deeds),
    _aimed,
    _aimed,
)

news = st.lists(st.one_of(own, own, own, adoptions, deeds, whiches), max_size=3)
"""What changes before a run, in the files or in HubSpot; a number is a declaration that goes."""

# What goes wrong

_PATHS = {
    "all": ("*", "*"),
    "list": ("GET", "{base}"),
    "search": ("GET", "{base}/events/search"),
    "by ids": ("GET", "{base}/events/[!s]*"),
    "by object": ("GET", "{base}/[0-9]*"),
    "reads": ("GET", "{base}/*"),
    "upsert": ("POST", "{base}/events/upsert"),
    "create": ("POST", "{base}/events"),
    "update": ("POST", "{base}/batch/update"),
    "archive": ("POST", "{base}/batch/archive"),
    "batches": ("POST", "{base}/*"),
    "single": ("PATCH", "{base}/*"),
    "account": ("GET", "/account-info/*"),
    "token": ("POST", "/oauth/*"),
    "properties": ("GET", "/crm/*"),
}
WRITES = ("upsert", "create", "update", "archive", "batches", "single")

_server_errors = st.sampled_from([500, 502, 503, 504, 521, 522, 523, 524])
_refusals = st.sampled_from([400, 401, 403, 405, 409, 410, 413, 415, 422, 301])
_after = st.sampled_from(["0", "3", "70", "-5", "soon", "1000000000", "Sun, 01 Nov 2026 00:00:20 GMT"])
_retry_later = st.builds(
    lambda status, after: {"status": status, "headers": {"Retry-After": after}}, _server_errors, _after
)
_limited = st.builds(
    lambda policy, headers: {"status": 429, "policyName": policy, "headers": headers},
    st.sampled_from(["TEN_SECONDLY_ROLLING", "TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"]),
    st.just({}) | _after.map(lambda after: {"Retry-After": after}),
)
_faults = st.one_of(
    _server_errors.map(lambda status: {"status": status}),
    # Only a 5xx may follow a request that was carried out: a 4xx says that it was not.
    _server_errors.map(lambda status: {"status": status, "done": True}),
    _refusals.map(lambda status: {"status": status}),
    _limited,
    _retry_later,
    st.sampled_from(
        [
            {"status": 423},
            {"status": 477},
            {"status": 477, "headers": {"Retry-After": "5"}},
            {"status": 404, "body": "<h1>no such page</h1>"},
            {"status": 200, "body": "<h1>hello</h1>"},
            {"status": 200, "body": {}},
            {"status": 502, "body": "<h1>bad gateway</h1>", "done": True},
        ]
    ),
    st.sampled_from([{"drop-before": True}, {"drop-after": True}, {"truncate": True}]),
    st.sampled_from([{"drop-after": True}, {"truncate": True, "delay": 1}, {"delay": 1}]),
)
# HubSpot's own 404 on a read proves that an event does not exist, so no fault imitates it.
_lies = st.sampled_from(
    [
        {"empty-results": True},
        {"empty-results": True},
        {"status": 204},
        {"status": 404},
        {"status": 200, "body": {"status": "COMPLETE", "results": [{"objectId": "1"}]}},
        {"status": 200, "body": {"status": "COMPLETE", "results": []}, "done": True},
        {"status": 200, "body": {"status": "PENDING"}},
    ]
)
_partial = st.sampled_from([{"every": 2}, {"items": [1]}, {"items": [1, 3]}]).map(lambda items: {"partial": items})
_LOOP = {"status": 200, "body": {"results": [], "paging": {"next": {"after": "MQ=="}}}}
_shifts = st.one_of(
    st.integers(1, 6).map(lambda number: {"shift": {"vanish": str(number)}}),
    events().map(lambda event: {"shift": {"appear": event}}),
    st.sampled_from([{"empty-results": True}, _LOOP, {"status": 200, "body": {"results": []}}]),
)
_when = st.one_of(
    st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5]).map(lambda number: {"nth": number}),
    st.sampled_from([1, 1, 2, 3]).map(lambda number: {"every": number}),
    st.builds(
        lambda share, seed: {"probability": share, "seed": seed}, st.sampled_from([0.05, 0.2, 0.5]), st.integers(0, 99)
    ),
)


def _rule(where: str, when: dict[str, Any], fault: dict[str, Any]) -> dict[str, Any]:
    method, path = _PATHS[where]
    return {"method": method, "path": path, "fault": fault, **when}


rules = st.one_of(
    st.builds(_rule, st.sampled_from(sorted(_PATHS)), _when, _faults),
    st.builds(_rule, st.sampled_from(WRITES), _when, _faults),
    st.builds(_rule, st.sampled_from(WRITES), _when, _lies | _partial),
    st.builds(_rule, st.sampled_from(["upsert", "update"]), st.just({"nth": 1}), _partial),
    # With a new event after every page, the list would have no end.
    st.builds(_rule, st.just("list"), st.integers(1, 4).map(lambda number: {"nth": number}), _shifts),
    st.just(_rule("list", {"every": 1}, _LOOP)),
)


_lost = st.one_of(
    st.sampled_from([{"drop-after": True}, {"drop-before": True}, {"truncate": True}]),
    _server_errors.map(lambda status: {"status": status, "done": True}),
)
_unread = st.sampled_from([{"status": 403}, {"status": 400}, {"status": 429, "policyName": "DAILY"}])
losses = st.tuples(
    st.builds(_rule, st.sampled_from(WRITES), st.sampled_from([{"nth": 1}, {"every": 1}]), _lost),
    st.builds(
        _rule,
        st.sampled_from(["by ids", "by object", "reads"]),
        st.integers(2, 12).map(lambda number: {"nth": number}),
        _unread,
    ),
)
"""The answer to a write is lost, and some read is refused: perhaps the one that would settle it."""


class End(Enum):
    """The kinds of early end of a run."""

    KILLED_BEFORE = "killed before a request"
    KILLED_AFTER = "killed after a request, before its answer was read"
    KILLED_UNTOLD = "killed before its receipt was kept"
    KILLED_TOLD = "killed after its receipt was kept"
    INTERRUPTED = "interrupted"
    BROKEN_OFF = "interrupted twice: the request in flight was broken off"

    @property
    def kills(self) -> bool:
        return self.name.startswith("KILLED")


@dataclass(frozen=True)
class Ending:
    """A run ends at its nth request, or at its nth progress report."""

    end: End
    number: int


@dataclass(frozen=True)
class Day:
    """The circumstances of one run."""

    rules: tuple[dict[str, Any], ...] = ()
    moments: tuple[Moment, ...] = ()
    page_size: int = 100
    slowness: int = 0
    """Milliseconds for each request."""
    registrants: int | None = 1000
    """How many people may be registered on what is taken away."""
    ending: Ending | None = field(default=None)
    order: int = 0
    """Decides in which order reads that go together reach HubSpot."""

    def faults(self, base: str) -> list[dict[str, Any]]:
        """Return the fault rules, for an API version with this base path."""
        return [{**rule, "path": rule["path"].replace("{base}", base)} for rule in self.rules]


CLEAR = Day()


def _days(endings: st.SearchStrategy[Ending | None], least: int) -> st.SearchStrategy[Day]:
    return st.builds(
        Day,
        st.lists(rules, min_size=least, max_size=4).map(tuple) | losses,
        st.lists(moments, max_size=2).map(tuple),
        st.sampled_from([100, 100, 1, 2, 3]),
        st.sampled_from([0, 0, 0, 0, 2_000, 40_000]),
        st.sampled_from([1000, 1000, 1000, 0]),
        endings,
        st.integers(0, 2**16),
    )


bad_days = _days(st.none(), 1)
last_days = _days(
    st.builds(Ending, st.sampled_from(End), st.integers(1, 30))
    | st.builds(Ending, st.sampled_from([End.KILLED_UNTOLD, End.KILLED_TOLD]), st.integers(1, 5)),
    0,
)
