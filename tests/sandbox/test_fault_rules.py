"""Invalid fault rules, and the errors about them."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox import SandboxError
from reconciler.sandbox.server import Options, running
from tests.sandbox.asking import EVENTS, Start, refused

FAULTS = "/_sandbox/faults"
DELAY = {"delay": 1}


def rule(fault: object) -> dict[str, object]:
    return {"nth": 1, "fault": fault}


WRONG: list[tuple[Any, str]] = [
    ({"nth": 1}, "faults[1].fault must be an object"),
    ({"nth": 1, "fault": "delay"}, "faults[1].fault must be an object"),
    (rule(DELAY)["fault"], "faults[1] has an unknown key 'delay'"),
    ([], "faults[1] must be an object"),
    ({"fault": DELAY}, "faults[1] needs one of nth, every, probability"),
    ({"nth": 1, "every": 1, "fault": DELAY}, "faults[1] needs one of nth, every, probability"),
    ({"nth": 0, "fault": DELAY}, "faults[1].nth must be a whole number from 1 to 999999999"),
    ({"nth": "1", "fault": DELAY}, "faults[1].nth must be a whole number from 1 to 999999999"),
    ({"nth": True, "fault": DELAY}, "faults[1].nth must be a whole number from 1 to 999999999"),
    ({"nth": 1, "seed": 1, "fault": DELAY}, "faults[1].seed belongs to a probability"),
    ({"every": 0.5, "fault": DELAY}, "faults[1].every must be a whole number from 1 to 999999999"),
    ({"probability": 0.5, "fault": DELAY}, "faults[1] needs a seed beside its probability, so that it can be"),
    ({"probability": 1.1, "seed": 1, "fault": DELAY}, "faults[1].probability must be a number from 0 to 1"),
    ({"probability": -1, "seed": 1, "fault": DELAY}, "faults[1].probability must be a number from 0 to 1"),
    ({"probability": True, "seed": 1, "fault": DELAY}, "faults[1].probability must be a number from 0 to 1"),
    ({"probability": "1", "seed": 1, "fault": DELAY}, "faults[1].probability must be a number from 0 to 1"),
    ({"probability": 1, "seed": -1, "fault": DELAY}, "faults[1].seed must be a whole number from 0 to"),
    ({"method": "get", **rule(DELAY)}, "faults[1].method must be one of *, DELETE, GET, PATCH, POST, PUT"),
    ({"method": ["GET"], **rule(DELAY)}, "faults[1].method must be one of *, DELETE, GET, PATCH, POST, PUT"),
    ({"path": "", **rule(DELAY)}, "faults[1].path is required"),
    ({"path": 1, **rule(DELAY)}, "faults[1].path must be a string"),
    ({"path": "*" * 1001, **rule(DELAY)}, "faults[1].path is longer than 1000 characters"),
    (rule({}), "faults[1].fault needs one of delay, drop-before, drop-after, truncate, empty-results, status, partial"),
    (rule({"drop": True}), "faults[1].fault has an unknown key 'drop'"),
    (rule({"truncate": True, "status": 500}), "faults[1].fault needs one of delay, drop-before"),
    (rule({"drop-before": 1}), "faults[1].fault.drop-before must be true"),
    (rule({"empty-results": False}), "faults[1].fault.empty-results must be true"),
    (rule({"delay": -1}), "faults[1].fault.delay must be a whole number from 0 to 3600000"),
    (rule({"delay": 3_600_001}), "faults[1].fault.delay must be a whole number from 0 to 3600000"),
    (rule({"headers": {}}), "faults[1].fault needs one of"),
    (rule({"delay": 1, "body": ""}), "faults[1].fault.body belongs to a status"),
    (rule({"drop-after": True, "done": True}), "faults[1].fault.done belongs to a status"),
    (rule({"status": 199}), "faults[1].fault.status must be a whole number from 200 to 599"),
    (rule({"status": "503"}), "faults[1].fault.status must be a whole number from 200 to 599"),
    (rule({"status": 503, "done": False}), "faults[1].fault.done must be true"),
    (rule({"status": 503, "policyName": "DAILY"}), "faults[1].fault.policyName belongs to a 429"),
    (
        rule({"status": 429, "policyName": "daily"}),
        "faults[1].fault.policyName must be one of TEN_SECONDLY_ROLLING, DA",
    ),
    (rule({"status": 429, "policyName": []}), "faults[1].fault.policyName must be one of TEN_SECONDLY_ROLLING, DAILY"),
    (rule({"status": 204, "body": {}}), "faults[1].fault.body: a 204 has none"),
    (rule({"status": 200, "body": json.loads("1e999")}), "faults[1].fault.body holds a number that JSON has not"),
    (rule({"status": 503, "headers": []}), "faults[1].fault.headers must be an object"),
    (rule({"status": 503, "headers": {"A B": ""}}), "faults[1].fault.headers: 'A B' is no header that a fault may set"),
    (rule({"status": 503, "headers": {"": ""}}), "faults[1].fault.headers: '' is no header that a fault may set"),
    (rule({"status": 503, "headers": {"Content-Length": "1"}}), "faults[1].fault.headers: 'Content-Length' is no hea"),
    (rule({"status": 503, "headers": {"A": 1}}), "faults[1].fault.headers.A must be a string"),
    (rule({"status": 503, "headers": {"A": ["1", None]}}), "faults[1].fault.headers.A must be a string"),
    (rule({"status": 503, "headers": {"A": "1\r\nB: 2"}}), "faults[1].fault.headers.A must be printable ASCII"),
    (rule({"status": 503, "headers": {"A": " 1"}}), "faults[1].fault.headers.A must be printable ASCII"),
    (rule({"partial": True}), "faults[1].fault.partial must be an object"),
    (rule({"partial": {}}), "faults[1].fault.partial needs either every or items"),
    (rule({"partial": {"every": 1, "items": []}}), "faults[1].fault.partial needs either every or items"),
    (rule({"partial": {"every": 0}}), "faults[1].fault.partial.every must be a whole number from 1 to"),
    (rule({"partial": {"items": 1}}), "faults[1].fault.partial.items must be a list"),
    (rule({"partial": {"items": [0]}}), "faults[1].fault.partial.items must be a whole number from 1 to 100"),
    (rule({"shift": "vanish"}), "faults[1].fault.shift must be an object"),
    (rule({"shift": {}}), "faults[1].fault.shift needs either appear or vanish"),
    (rule({"shift": {"vanish": "x"}}), "faults[1].fault.shift.vanish must be an objectId"),
    (rule({"shift": {"appear": []}}), "faults[1].fault.shift.appear must be an object"),
    (rule({"shift": {"appear": {}}}), "faults[1].fault.shift.appear.eventName is required"),
    (rule({"shift": {"appear": {"eventName": "N", "name": "N"}}}), "faults[1].fault.shift.appear has an unknown key"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=range(len(WRONG)))
def test_wrong_rule_is_refused_by_name_and_those_before_still_hold(start: Start, wrong: object, message: str) -> None:
    hubspot = start()
    hubspot.put(FAULTS, json=[{"every": 1, "fault": {"status": 503}}]).raise_for_status()
    text = json.dumps([rule(DELAY), wrong]).replace("Infinity", "1e999")
    assert refused(hubspot.put(FAULTS, content=text)).startswith(message)
    assert hubspot.get(EVENTS).status_code == 503


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Invalid input JSON"),
        ("[", "Invalid input JSON"),
        ("[" * 100_000, "Invalid input JSON"),
        ('[{"nth": NaN}]', "Invalid input JSON: NaN is not JSON"),
        ('["\\ud800"]', "Invalid input JSON"),
        ("{}", "faults must be a list"),
        (json.dumps([rule(DELAY)] * 1001), "faults holds 1001 rules, at most 1000 are allowed"),
    ],
)
def test_what_is_no_list_of_rules_is_refused(start: Start, tmp_path: Path, text: str, message: str) -> None:
    assert refused(start().put(FAULTS, content=text)).startswith(message)
    file = tmp_path / "faults.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SandboxError) as error, running(Options(faults=file)):
        pass
    assert str(error.value).startswith(f"{file}: {message}")


def test_file_of_faults_that_is_missing_or_wrong_keeps_the_sandbox_from_starting(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    with pytest.raises(SandboxError) as missing, running(Options(faults=file)):
        pass
    assert str(missing.value) == f"{file} cannot be read: No such file or directory"
    file.write_text(json.dumps([rule({"status": 1})]), encoding="utf-8")
    with pytest.raises(SandboxError) as wrong, running(Options(faults=file)):
        pass
    assert str(wrong.value) == f"{file}: faults[0].fault.status must be a whole number from 200 to 599"


def test_refusal_of_a_rule_names_its_place_for_programs_too(start: Start) -> None:
    answer = start().put(FAULTS, json=[rule({"delay": "1"})])
    assert answer.json()["errors"][0]["context"] == {"propertyName": ["faults[0].fault.delay"]}


@pytest.mark.parametrize(
    "glob", ["[", "[]", "[!]", "[z-a]", "[[:alpha:]]", "(", "\\", "*" * 1000, "*a" * 500, "\u0000"]
)
def test_odd_glob_is_a_glob(start: Start, glob: str) -> None:
    hubspot = start()
    hubspot.put(FAULTS, json=[{"path": glob, "every": 1, "fault": {"status": 503}}]).raise_for_status()
    assert hubspot.get(f"{EVENTS}/{'a' * 2000}").status_code in (404, 503)


KEYS = st.sampled_from(
    ["method", "path", "nth", "every", "probability", "seed", "fault", "status", "headers", "body", "done", "shift"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 600) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=5),
    max_leaves=15,
)


def test_no_json_makes_the_control_or_the_request_after_it_fail(hubspot: httpx.Client) -> None:
    statuses = st.fixed_dictionaries({"status": st.integers(200, 599)}, optional={"headers": JSON, "body": JSON})
    rules = st.fixed_dictionaries({"every": st.just(1), "fault": statuses | JSON}, optional={"path": st.text()})

    @given(st.lists(rules | JSON, max_size=3))
    def law(faults: object) -> None:
        text = json.dumps(faults).replace("Infinity", "1e999")
        answer = hubspot.put(FAULTS, content=text)
        assert answer.status_code in (204, 400)
        if answer.status_code == 204:
            assert hubspot.get(EVENTS).status_code >= 200
        hubspot.delete(FAULTS)

    law()
