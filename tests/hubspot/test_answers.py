"""The meaning of an answer by its status and the form of its body."""

from typing import Any

import pytest

from reconciler.errors import Rejected
from reconciler.hubspot.answers import HttpAnswer, error_of, read_answer, required
from reconciler.transport.json_text import without
from reconciler.transport.retrying import Passing

PATH = "/marketing/marketing-events/2026-03"


def test_what_has_to_be_there_and_is_not_is_refused_with_what_to_check() -> None:
    with pytest.raises(Rejected) as caught:
        required(HttpAnswer(404, None), PATH)
    no = caught.value
    assert (no.message, no.status, no.hint) == (
        f"HubSpot does not know {PATH}",
        404,
        "check apiVersion in reconciler.yaml",
    )


def test_what_is_there_is_its_body() -> None:
    assert required(HttpAnswer(200, {"results": []}), PATH) == {"results": []}


def test_a_success_that_is_not_json_may_have_been_carried_out() -> None:
    with pytest.raises(Passing) as caught:
        read_answer(200, {}, b'{"results": [', "pat-na1")
    assert (caught.value.message, caught.value.sent) == ("HubSpot's answer is cut off or is not JSON", True)


TAKEN = {
    "status": "error",
    "message": "Cannot set PropertyValueCoordinates{…} on 512. 511 already has that value.",
    "errorType": "UNIQUE_VALUE_CONFLICT",
    "errorTokens": {"objectTypeId": ["0-54"], "existingObjectId": ["511"], "objectId": ["512"]},
}


def rejected(status: int, envelope: dict[str, Any]) -> Rejected:
    found = error_of(status, {}, envelope)
    assert isinstance(found, Rejected)
    return found


def test_a_conflict_names_the_event_that_is_there_already() -> None:
    assert (rejected(400, TAKEN).status, rejected(400, TAKEN).conflict) == (400, "511")


def test_a_conflict_may_be_told_as_the_category() -> None:
    told = {"category": "UNIQUE_VALUE_CONFLICT", "errorTokens": {"existingObjectId": [511]}}
    assert rejected(400, told).conflict == "511"


def test_what_a_refusal_names_is_cut_short() -> None:
    long = "9" * 100_000
    assert rejected(400, {**TAKEN, "errorTokens": {"existingObjectId": [long]}}).conflict == long[:300]
    lacking = error_of(403, {}, {"errors": [{"context": {"requiredGranularScopes": [long]}}]})
    assert len(lacking.hint or "") < 400


def test_a_scope_is_a_text_and_nothing_else_is_shown_for_one() -> None:
    lacking = error_of(403, {}, {"errors": [{"context": {"requiredGranularScopes": [{"x": 1}, 7, "a.read"]}}]})
    assert (lacking.hint or "").endswith(": a.read")


@pytest.mark.parametrize("tokens", [None, {}, [], {"existingObjectId": []}, {"existingObjectId": [None]}])
def test_a_conflict_with_an_event_that_is_not_named_is_still_a_conflict(tokens: object) -> None:
    assert not rejected(400, {**TAKEN, "errorTokens": tokens}).conflict
    assert rejected(400, {**TAKEN, "errorTokens": tokens}).conflict is not None


@pytest.mark.parametrize(
    ("status", "envelope"), [(400, {}), (400, {"category": "VALIDATION_ERROR"}), (409, TAKEN), (404, {})]
)
def test_any_other_refusal_is_no_conflict(status: int, envelope: dict[str, Any]) -> None:
    assert (rejected(status, envelope).status, rejected(status, envelope).conflict) == (status, None)


def test_a_secret_is_taken_out_of_names_too() -> None:
    said = {"pat-na1-x": [{"a pat-na1-x": "b pat-na1-x", "n": 7}]}
    assert without("pat-na1-x", said) == {"***": [{"a ***": "b ***", "n": 7}]}
