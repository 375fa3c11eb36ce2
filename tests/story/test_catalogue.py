"""Faults of the catalogue in `docs/faults.md` that no other test file covers."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.applying.receipt import Outcome
from reconciler.event import CUSTOM, DeclaredEvent
from reconciler.policy import Orphans
from reconciler.sandbox.server import Options, running
from tests.hubspot.forwarding import Fate, Instead, Passing, Reworded, Rewritten, Treatment, forwarding, meeting
from tests.story.world import (
    LATER,
    NEW,
    NOW,
    OLD,
    POLICY,
    PORTAL,
    Held,
    Start,
    World,
    adoption,
    custom,
    declaration,
    live_json,
)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
DELETES = replace(POLICY, orphans=Orphans.DELETE)


# F24: a batch that is not complete

WRITES = {"summer": "/events/upsert", "spring": "/batch/update"}


@pytest.mark.parametrize("status", ["PENDING", "PROCESSING", "CANCELED"])
@pytest.mark.parametrize("stored", [True, False], ids=["stored", "not stored"])
@pytest.mark.parametrize("event", WRITES)
def test_a_batch_that_hubspot_is_still_at_is_settled_by_reading(
    start: Start, event: str, status: str, *, stored: bool
) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    wanted = (declaration("summer"), declaration("spring", eventUrl=NEW))
    body = json.dumps({"status": status, "results": []}).encode()
    treatment = Reworded(200, body) if stored else Instead(200, body)
    way = world.through(forwarding(world.base_url, meeting("POST", WRITES[event], treatment, times=1)))
    receipt = world.run(world.plan(*wanted), portal=world.portal(base_url=way.base_url))
    assert (receipt.exit_code, receipt.verified) == (0, ())
    assert not world.plan(*wanted).plan.changes
    assert len(world.held()) == 2


# F33: a list that is late

LAGS = (0, 30, 180, 600)


@contextmanager
def late_by(seconds: int, folder: Path, time: list[int]) -> Iterator[World]:
    """Start a world whose list is late, with a clock that the test moves."""
    seed = folder / "seed.json"
    held = [live_json("spring", objectId="5", eventUrl=OLD), live_json("orphan", objectId="6", **DATES)]
    seed.write_text(json.dumps({"portal": {"id": PORTAL}, "events": held, "properties": []}))
    options = Options(
        seed=seed,
        rate="1000000/1",
        behaviours=[f"list-lag={seconds}"],
        clock=lambda: 1_793_500_000_000 + 1000 * sum(time),
    )
    with running(options) as sandbox, World(sandbox.base_url, policy=DELETES) as world:
        time.append(seconds)
        yield world


@pytest.mark.parametrize("lag", LAGS)
def test_a_list_that_is_late_makes_no_second_event_and_hides_no_first_one(tmp_path: Path, lag: int) -> None:
    wanted = (declaration("summer"), declaration("spring", eventUrl=NEW))
    time: list[int] = []
    with late_by(lag, tmp_path, time) as world:
        for pause in (0, 10, 20, 150, 600):
            time.append(pause)
            receipt = world.apply(*wanted)
            assert (receipt.exit_code, receipt.verified) == (0, ())
            assert sorted(held["externalEventId"] for held in world.held()) == ["spring", "summer"]
            assert world.event("spring")["eventUrl"] == NEW
        assert not world.plan(*wanted).plan.changes


# F41: clocks that are wrong, or jump


def test_a_clock_of_hubspots_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    wanted = (declaration("summer"), declaration("spring", eventUrl=NEW))
    digests = set()
    for hours in (-24, -1, 0, 1, 24):
        with late_by(0, tmp_path, [3600 * hours]) as world:
            planned = world.plan(*wanted)
            digests.add(planned.plan.digest)
            assert world.run(planned).exit_code == 0
    assert len(digests) == 1


def test_a_clock_of_ours_that_jumps_decides_of_nothing_but_of_what_is_over(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("orphan", **DATES), policy=DELETES)
    jumps = [timedelta(hours=1), timedelta(hours=-1), timedelta(hours=-48), timedelta(0)]
    times = [NOW + jump for jump in jumps] * 10
    receipt = world.run(world.plan(declaration("summer"), declaration("spring", eventUrl=NEW)), now=times.pop)
    assert {result.outcome for result in receipt.results} == {Outcome.DONE}
    assert receipt.exit_code == 0


# F48: values that HubSpot writes in another way than they were sent


def every(field: str, write: Callable[[str], object]) -> Callable[[Held], Held]:
    """Write a field of an event in another way, if it is set."""
    return lambda event: {**event, field: write(event[field])} if event.get(field) else event


def each_property(name: str, write: Callable[[str], object]) -> Callable[[Held], Held]:
    def rewritten(event: Held) -> Held:
        values = [
            {**one, "value": write(one["value"])} if one["name"] == name else one for one in event["customProperties"]
        ]
        return {**event, "customProperties": values}

    return rewritten


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


DEFINITIONS = (
    {"name": "budget", "type": "number", "fieldType": "number"},
    {"name": "hybrid", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "closing", "type": "date", "fieldType": "date"},
    {
        "name": "topics",
        "type": "enumeration",
        "fieldType": "checkbox",
        "options": [{"label": name.upper(), "value": name} for name in ("data", "security")],
    },
)
WANTED: Mapping[str, Any] = {
    "eventType": "WEBINAR",
    "eventDescription": "Fish & chips\nfor all",
    "eventUrl": NEW,
    **DATES,
    f"{CUSTOM}budget": "1200",
    f"{CUSTOM}hybrid": "true",
    f"{CUSTOM}closing": "2027-04-15",
    f"{CUSTOM}topics": "data;security",
}
SAME = {
    "texts without white space at their ends": every("eventDescription", str.strip),
    "texts with a line break at their end": every("eventDescription", lambda text: f"{text}\n"),
    "texts with a space at their start": every("eventName", lambda text: f" {text}"),
    "line breaks of another system": every("eventDescription", lambda text: text.replace("\n", "\r\n")),
    "milliseconds that are none": every("endDateTime", lambda text: text.replace("Z", ".000Z")),
    "an offset of zero": every("startDateTime", lambda text: text.replace("Z", "+00:00")),
    "an offset of the portal": every(
        "startDateTime", lambda text: (_moment(text) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    ),
    "an object id as a number": every("objectId", int),
    "nothing as an empty text": lambda event: {**event, "eventType": event["eventType"] or ""},
    "nothing as an absent key": lambda event: {name: value for name, value in event.items() if value is not None},
    "a flag that is not set as null": lambda event: {**event, "eventCancelled": event["eventCancelled"] or None},
    "a number with decimals": each_property("budget", lambda text: f"{text}.0"),
    "a number with an exponent": each_property("budget", lambda text: f"{float(text):.1e}"),
    "a number as a number": each_property("budget", int),
    "a flag in capitals": each_property("hybrid", str.upper),
    "a flag as a flag": each_property("hybrid", lambda text: text == "true"),
    "a day as its first moment": each_property(
        "closing", lambda text: str(int(_moment(f"{text}T00:00:00+00:00").timestamp() * 1000))
    ),
    "options in another order": each_property("topics", lambda text: ";".join(reversed(text.split(";")))),
    "properties that nobody declared": lambda event: {
        **event,
        "customProperties": [*event["customProperties"], *custom(hs_event_status="UPCOMING", pipeline="7")],
    },
    "fields that nobody knows": lambda event: {**event, "eventColour": {"red": 1}, "eventStatus": "ODD"},
}
OTHER = {
    "capitals": (every("eventType", str.lower), "eventType"),
    "HTML for signs": (every("eventDescription", lambda text: text.replace("&", "&amp;")), "eventDescription"),
    "HTML around a text": (every("eventDescription", lambda text: f"<p>{text}</p>"), "eventDescription"),
    "a link with a slash at its end": (every("eventUrl", lambda text: f"{text}/"), "eventUrl"),
    "a text that is cut": (every("eventDescription", lambda text: text[:5]), "eventDescription"),
    "a moment that is rounded": (every("endDateTime", lambda text: text.replace("T15:00", "T15:15")), "endDateTime"),
}


def normalising(normalise: Callable[[Held], Held]) -> Callable[[Passing], Treatment]:
    """Normalise the events in every read in this way, whichever way they were sent."""

    def rewritten(body: Any) -> Any:
        if "results" in body:
            return {**body, "results": [normalise(one) if "eventName" in one else one for one in body["results"]]}
        return normalise(body) if "eventName" in body else body

    return lambda passing: Rewritten(rewritten) if passing.method == "GET" else Fate.PASSED_ON


def normalised(world: World, normalise: Callable[[Held], Held]) -> Any:
    return world.portal(base_url=world.through(forwarding(world.base_url, normalising(normalise))).base_url)


def of_both_kinds() -> tuple[DeclaredEvent, ...]:
    """Declare one event that is not there yet, and one that differs in HubSpot."""
    return (declaration("summer", **WANTED), declaration("spring", **WANTED))


@pytest.mark.parametrize("normalise", SAME.values(), ids=SAME)
def test_a_value_that_is_only_written_otherwise_is_proven_and_never_planned_again(
    start: Start, normalise: Callable[[Held], Held]
) -> None:
    world = start(live_json("spring", eventUrl=OLD), properties=DEFINITIONS)
    portal = normalised(world, normalise)
    receipt = world.run(world.plan(*of_both_kinds(), portal=portal), portal=portal)
    assert (receipt.exit_code, receipt.verified) == (0, ())
    assert not world.plan(*of_both_kinds(), portal=normalised(world, normalise)).plan.changes


@pytest.mark.parametrize(("normalise", "field"), OTHER.values(), ids=OTHER)
def test_a_value_that_hubspot_turns_into_another_is_told_each_time(
    start: Start, normalise: Callable[[Held], Held], field: str
) -> None:
    world = start(live_json("spring", eventUrl=OLD), properties=DEFINITIONS)
    for _ in range(2):
        portal = normalised(world, normalise)
        receipt = world.run(world.plan(*of_both_kinds(), portal=portal), portal=portal)
        assert receipt.exit_code == 6
        assert receipt.verified is not None
        assert {one.name for change in receipt.verified for one in change.fields} == {field}
    assert len(world.held()) == 2


LIST = "*/marketing-events/2026-03"
SHOWS_NOTHING = {"empty-results": True}


def test_an_adopted_event_that_the_list_does_not_show_is_looked_up(start: Start) -> None:
    world = start({**live_json(None, app=None, account=None), "objectId": "7"})
    world.fails({"method": "GET", "path": LIST, "every": 1, "fault": SHOWS_NOTHING})
    (change,) = world.plan(adoption("7", eventType="WEBINAR")).plan.changes
    assert change.identity.object_id == "7"


@pytest.mark.parametrize("will", [Orphans.DELETE, Orphans.CANCEL])
def test_an_orphan_that_a_short_list_does_not_show_is_not_proven_to_be_gone(start: Start, will: Orphans) -> None:
    world = start(live_json("kept"), live_json("old", endDateTime=LATER), policy=replace(POLICY, orphans=will))
    planned = world.plan(declaration("kept"))
    world.fails(
        {"method": "POST", "path": "*/batch/*", "nth": 1, "fault": {"status": 204}},
        {"method": "POST", "path": "*/batch/update", "nth": 1, "fault": {"status": 204}},
        {"method": "GET", "path": LIST, "every": 1, "fault": SHOWS_NOTHING},
    )
    receipt = world.run(planned)
    assert world.event("old")["eventCancelled"] is not True
    assert receipt.exit_code == 6


@pytest.mark.parametrize("status", [301, 303, 307, 408, 425])
def test_a_write_that_was_done_and_answered_otherwise_is_settled_by_reading(start: Start, status: int) -> None:
    world = start()
    planned = world.plan(declaration("new"))
    world.fails({"method": "POST", "path": "*/events/upsert", "every": 1, "fault": {"status": status, "done": True}})
    receipt = world.run(planned)
    assert [result.outcome for result in receipt.results] == [Outcome.DONE]
    assert receipt.exit_code == 0
