"""Every statement of `docs/sandbox.md` is true."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.behaviours import Behaviours
from tests.sandbox.asking import EVENTS, LEAST, Start, post, stored

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
EXAMPLES: list[Any] = [json.loads(text) for text in re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL)]
FAULTS = [example for example in EXAMPLES if isinstance(example, list)]
INLINE = [json.loads(text.replace("…", '"eventName": "N"')) for text in re.findall(r'`(\{"[^`]+\})`', TEXT)]


def test_example_of_a_seed_is_one(start: Start) -> None:
    (seed,) = [example for example in EXAMPLES if isinstance(example, dict)]
    assert [event["eventName"] for event in stored(start(seed))] == ["Made by a person", "Spring launch"]


@pytest.mark.parametrize("rules", FAULTS)
def test_examples_of_faults_are_rules(start: Start, rules: object) -> None:
    assert start().put("/_sandbox/faults", json=rules).status_code == 204


def test_every_fault_that_is_written_down_is_one(start: Start) -> None:
    hubspot = start()
    faults = [each for each in INLINE if not each.keys() & {"upsert", "portal"}]
    assert len(faults) == 11
    rules = [{"nth": 1, "fault": fault} for fault in faults]
    assert hubspot.put("/_sandbox/faults", json=rules).status_code == 204


def test_example_of_a_lost_answer_leaves_the_event(start: Start) -> None:
    hubspot = start()
    hubspot.put("/_sandbox/faults", json=FAULTS[1])
    with pytest.raises(httpx.RemoteProtocolError):
        post(hubspot, "/events/upsert", LEAST)
    assert len(stored(hubspot)) == 1


def test_example_of_a_daily_limit_begins_with_the_third_request(start: Start) -> None:
    hubspot = start()
    hubspot.put("/_sandbox/faults", json=FAULTS[2])
    assert [hubspot.get(EVENTS).status_code for _ in range(5)] == [200, 200, 429, 429, 429]


def test_every_behaviour_is_written_down() -> None:
    assert [name for name in Behaviours().shown() if f"| `{name}` |" not in TEXT] == []
