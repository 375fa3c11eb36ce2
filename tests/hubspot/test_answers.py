"""What an answer's status and body mean, before anybody looks into the body."""

import pytest

from reconciler.errors import Rejected
from reconciler.hubspot.answers import HttpAnswer, read_answer, required
from reconciler.transport.failures import Passing

PATH = "/marketing/marketing-events/2026-03"


def test_what_has_to_be_there_and_is_not_is_refused_with_what_to_check() -> None:
    with pytest.raises(Rejected) as caught:
        required(HttpAnswer(404, None), PATH)
    no = caught.value
    assert (no.message, no.status, no.hint) == (
        f"HubSpot knows no {PATH}",
        404,
        "check apiVersion in reconciler.yaml",
    )


def test_what_is_there_is_its_body() -> None:
    assert required(HttpAnswer(200, {"results": []}), PATH) == {"results": []}


def test_a_success_that_is_not_json_may_have_been_carried_out() -> None:
    with pytest.raises(Passing) as caught:
        read_answer(200, {}, b'{"results": [', "pat-na1")
    assert (caught.value.message, caught.value.sent) == ("HubSpot's answer is cut off or is not JSON", True)
