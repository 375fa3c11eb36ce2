"""Under any faults, the sandbox holds exactly what its log says was done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.server import Options, running
from reconciler.sandbox.store import FIRST_OBJECT_ID
from tests.hubspot.connecting import NO_TLS
from tests.sandbox.asking import ACCOUNT, EVENTS, LEAST, Event, Time, stored

FAILING = {"every": 2}
APPEARING = {**LEAST, "externalEventId": "appeared", "eventName": "Appeared"}
VANISHING = str(FIRST_OBJECT_ID + 1)


@dataclass(frozen=True)
class Asked:
    """One request; `who` is the end of its token."""

    method: str
    path: str
    body: Any = None
    who: str = ""

    def send(self, hubspot: httpx.Client) -> int | None:
        """Return the status, or None if there was no whole answer."""
        token = {"Authorization": f"Bearer sandbox-1001{self.who}"}
        try:
            return hubspot.request(self.method, EVENTS + self.path, json=self.body, headers=token).status_code
        except httpx.TransportError:
            return None

    def without_failing_items(self) -> "Asked":
        """Return the request as if it had held no item that fails."""
        kept = [item for place, item in enumerate(self.body["inputs"], 1) if place % FAILING["every"]]
        return Asked(self.method, self.path, {"inputs": kept}, self.who)


def requests() -> st.SearchStrategy[Asked]:
    names = st.sampled_from(["A", "B", "", None])
    ids = st.sampled_from(["one", "two", "three"])
    object_ids = st.integers(FIRST_OBJECT_ID, FIRST_OBJECT_ID + 3).map(str)
    changes = st.fixed_dictionaries(
        {}, optional={"eventName": names, "eventUrl": names, "eventCancelled": st.booleans()}
    )
    drafts = st.builds(lambda event_id, change: {**LEAST, **change, "externalEventId": event_id}, ids, changes)
    updates = st.builds(lambda object_id, change: {"objectId": object_id, **change}, object_ids, changes)

    def batch(path: str, items: st.SearchStrategy[Any]) -> st.SearchStrategy[Asked]:
        return st.lists(items, max_size=4).map(lambda inputs: Asked("POST", path, {"inputs": inputs}))

    return st.one_of(
        batch("/events/upsert", drafts),
        batch("/events/upsert", drafts),
        batch("/batch/update", updates),
        batch("/batch/archive", st.builds(lambda object_id: {"objectId": object_id}, object_ids)),
        batch("/events/delete", ids.map(lambda each: {"appId": 1001, **ACCOUNT, "externalEventId": each})),
        drafts.map(lambda draft: Asked("POST", "/events", draft)),
        drafts.map(lambda draft: Asked("PUT", f"/events/{draft['externalEventId']}", draft)),
        st.builds(lambda object_id, change: Asked("PATCH", f"/{object_id}", change), object_ids, changes),
        object_ids.map(lambda object_id: Asked("DELETE", f"/{object_id}")),
        st.sampled_from([Asked("GET", "?limit=1"), Asked("GET", "/events/search?q=o"), Asked("GET", "?limit=0")]),
        drafts.map(lambda draft: Asked("POST", "/events/upsert", {"inputs": [draft, draft]}, who="-read")),
    )


def rules() -> st.SearchStrategy[dict[str, Any]]:
    faults: list[dict[str, Any]] = [
        {"status": 429},
        {"status": 503, "delay": 1},
        {"status": 502, "done": True},
        {"delay": 1},
        {"drop-before": True},
        {"drop-after": True},
        {"truncate": True},
        {"empty-results": True},
        {"partial": FAILING},
        {"shift": {"appear": APPEARING}},
        {"shift": {"vanish": VANISHING}},
    ]
    when = st.one_of(
        st.fixed_dictionaries({"nth": st.integers(1, 3)}),
        st.fixed_dictionaries({"every": st.integers(1, 3)}),
        st.fixed_dictionaries({"probability": st.just(0.5), "seed": st.integers(0, 9)}),
    )
    where = st.fixed_dictionaries(
        {},
        optional={
            "method": st.sampled_from(["*", "GET", "POST"]),
            "path": st.sampled_from(["*", "*/upsert", "*/batch/*"]),
        },
    )
    return st.builds(lambda a, b, fault: {**a, **b, "fault": fault}, when, where, st.sampled_from(faults))


BEHAVIOURS = st.sampled_from([[], ["upsert=keep"], ["empty-text=ignored"], ["text=trimmed"], ["list-lag=5"]])


@contextmanager
def sandbox(behaviours: list[str]) -> Iterator[httpx.Client]:
    options = Options(rate="1000000/1", behaviours=behaviours, clock=Time())
    with (
        running(options) as one,
        httpx.Client(base_url=one.base_url, trust_env=False, verify=NO_TLS) as hubspot,
    ):
        yield hubspot


Line = dict[str, Any]


def played(behaviours: list[str], faults: list[Any], asked: list[Asked]) -> tuple[list[int | None], list[Line], Any]:
    """Return what a client saw, what the log says, what is stored."""
    with sandbox(behaviours) as hubspot:
        hubspot.put("/_sandbox/faults", json=faults).raise_for_status()
        seen = [each.send(hubspot) for each in asked]
        return seen, hubspot.get("/_sandbox/requests").json()["requests"], stored(hubspot)


def repeated(behaviours: list[str], faults: list[Any], asked: list[Asked], log: list[Line]) -> list[Event]:
    """Do without any fault what the log says was done; return what is stored then."""
    appears = any(rule["fault"].get("shift") == {"appear": APPEARING} for rule in faults)
    with sandbox(behaviours) as hubspot:
        for each, line in zip(asked, log, strict=True):
            repeat(hubspot, each, line, appears=appears)
        return stored(hubspot)


def repeat(hubspot: httpx.Client, asked: Asked, line: Line, *, appears: bool) -> None:
    match line["fault"]:
        case "status" | "delay+status" | "drop-before" | "empty-results":
            pass
        case "partial":
            assert asked.without_failing_items().send(hubspot) in (line["status"], 200, 204)
        case "shift" if line["status"] == 200:
            change = Asked("POST", "/events", APPEARING) if appears else Asked("DELETE", f"/{VANISHING}")
            change.send(hubspot)
        case fault:
            status = asked.send(hubspot)
            assert fault in ("drop-after", "status+done") or line["status"] in (status, None)


@settings(max_examples=200, deadline=None)
@given(BEHAVIOURS, st.lists(rules(), max_size=4), st.lists(requests(), min_size=1, max_size=10))
def test_what_the_log_says_was_done_is_what_is_there(
    behaviours: list[str], faults: list[dict[str, Any]], asked: list[Asked]
) -> None:
    shifts = [rule["fault"]["shift"] for rule in faults if "shift" in rule["fault"]]
    faults = [rule for rule in faults if rule["fault"].get("shift") in (None, *shifts[:1])]  # the log says only `shift`
    seen, log, left = played(behaviours, faults, asked)
    assert [(each.method, EVENTS + each.path.partition("?")[0]) for each in asked] == [
        (line["method"], line["path"]) for line in log
    ]
    assert seen == [None if line["fault"] == "truncate" else line["status"] for line in log]
    assert repeated(behaviours, faults, asked, log) == left


@settings(max_examples=50, deadline=None)
@given(BEHAVIOURS, st.lists(rules(), max_size=4), st.lists(requests(), min_size=1, max_size=10))
def test_the_same_requests_meet_the_same_faults_again(
    behaviours: list[str], faults: list[dict[str, Any]], asked: list[Asked]
) -> None:
    assert played(behaviours, faults, asked) == played(behaviours, faults, asked)
