"""GitHub's error statuses as our errors."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.github.failures import TooManyRequests, error_of_query, error_of_status
from reconciler.safe_text import shown
from reconciler.transport.retrying import Passing

NEEDS = "issues: write"
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
NOW = 1_800_000_000


def failed(status: int, said: dict[str, Any] | None = None, **headers: str) -> ReconcilerError:
    return error_of_status(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, said or {}, NEEDS
    )


@pytest.mark.parametrize(
    ("status", "kind", "said", "hint"),
    [
        (401, AccessDenied, "GitHub does not accept the token: no reason given", "GITHUB_TOKEN: ${{ github.token }}"),
        (403, AccessDenied, "GitHub's token may not do this: no reason given", "the permission issues: write;"),
        (301, Unavailable, "GitHub answers with a redirect (status 301)", "check GITHUB_REPOSITORY"),
        (400, Rejected, "GitHub refuses the request (status 400): no reason given", None),
        (410, Rejected, "GitHub refuses the request (status 410)", None),
        (422, Rejected, "GitHub refuses the request (status 422)", None),
        (500, Passing, "GitHub keeps failing with status 500", None),
        (503, Passing, "GitHub keeps failing with status 503", None),
        (501, Unavailable, "GitHub fails with status 501", None),
        (600, Unavailable, "GitHub fails with status 600", None),
    ],
)
def test_each_status_has_its_words(status: int, kind: type[ReconcilerError], said: str, hint: str | None) -> None:
    found = failed(status)
    assert type(found) is kind
    assert said in found.message
    assert found.hint is None if hint is None else hint in (found.hint or "")


def test_a_refusal_carries_its_status() -> None:
    found = failed(410)
    assert isinstance(found, Rejected)
    assert found.status == 410


@pytest.mark.parametrize(("status", "sent"), [(502, True), (501, True), (301, False), (429, False)])
def test_what_may_have_been_carried_out_says_so(status: int, sent: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    found = failed(status)
    assert isinstance(found, Unavailable)
    assert found.sent is sent


@pytest.mark.parametrize(
    ("status", "said", "headers", "after"),
    [
        (429, {}, {}, 60),
        (429, {}, {"retry_after": "7"}, 7),
        (403, {}, {"retry_after": "7"}, 7),
        (403, {}, {"retry_after": "soon"}, 60),
        (403, {"message": "You have exceeded a Secondary Rate Limit."}, {}, 60),
        (403, {}, {"x_ratelimit_remaining": "0"}, 60),
        (403, {}, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": f"{NOW + 90}", "date": DATE}, 91),
        (403, {}, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": f"{NOW - 90}", "date": DATE}, 1),
        (403, {}, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": f"{NOW + 90}"}, 60),
        (403, {}, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": f"{NOW + 90}", "date": "today"}, 60),
        (403, {}, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "²", "date": DATE}, 60),
        (429, {}, {"x_ratelimit_remaining": "9", "x_ratelimit_reset": f"{NOW + 90}", "date": DATE}, 60),
        (503, {}, {"retry_after": "7"}, 7),
        (503, {}, {}, 0),
    ],
)
def test_too_many_requests_wait_as_long_as_github_says(
    status: int, said: dict[str, Any], headers: dict[str, str], after: int
) -> None:
    found = failed(status, said, **headers)
    assert isinstance(found, Passing)
    assert found.after == after


def test_too_many_requests_say_when_to_try_again() -> None:
    found = failed(429, retry_after="7")
    assert (found.message, found.hint) == ("GitHub reports too many requests", "try again in 7 seconds")
    reset: dict[str, Any] = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": f"{NOW + 1800}", "date": DATE}
    found = failed(403, x_ratelimit_limit="5000", **reset)
    assert found.message == "GitHub's hourly limit of 5,000 requests is used up until 08:30 UTC"
    assert found.hint == "try again in 31 minutes: all runs of the repository share it"
    assert failed(403, **reset).message == "GitHub's hourly limit is used up until 08:30 UTC"


def test_an_answer_to_a_query_without_its_kinds_may_pass() -> None:
    answers: list[dict[str, Any]] = [{"errors": errors} for errors in ("x", [7], [{"message": "Something went wrong"}])]
    for answer in answers:
        found = error_of_query({}, answer, NEEDS)
        assert isinstance(found, Passing)
        assert found.sent
    assert isinstance(error_of_query({}, {"errors": [{"type": "RATE_LIMIT"}]}, NEEDS), TooManyRequests)


def test_other_requests_that_are_left_make_a_403_no_limit() -> None:
    assert isinstance(failed(403, {"message": 7}, x_ratelimit_remaining="4999"), AccessDenied)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"message": "Validation Failed", "errors": ["a", {"message": "b"}]}, "Validation Failed; a; b"),
        ({"message": "No", "errors": [{"field": "title", "code": "missing"}, {"x": 1}, 7]}, "No; title: missing"),
        ({"message": 7, "errors": "x"}, "no reason given"),
        ({"message": "a\x1b[2J\u202eb\nc"}, r"a\x1b[2J\u202eb\nc"),
        ({"message": "x" * 400}, "x" * 300),
    ],
)
def test_what_github_says_is_shown_safely(said: dict[str, Any], told: str) -> None:
    assert failed(422, said).message == f"GitHub refuses the request (status 422): {told}"


@given(st.integers(100, 999), st.dictionaries(st.sampled_from(["message", "errors"]), st.text()), st.text())
def test_no_answer_breaks_the_reader_of_failures(status: int, said: dict[str, Any], text: str) -> None:
    headers = dict.fromkeys(("retry_after", "x_ratelimit_reset", "date"), text)
    found = failed(status, said, x_ratelimit_remaining="0", **headers)
    assert shown(found.message) == found.message
