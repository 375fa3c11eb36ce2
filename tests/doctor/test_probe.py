"""What a probe of a test account finds out, and what it leaves alone."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from reconciler.doctor.observations import NOT_KNOWN, QUESTIONS
from reconciler.sandbox.behaviours import Behaviours
from tests.doctor.probing import Laboratory

VERSIONS = ("v3", "2025-09", "2026-03", "2026-09")
USUAL = {
    "upsert": "replace",
    "empty-text": "clears",
    "search": "prefix",
    "patch-flags": "keep",
    "text": "verbatim",
    "token-details": "answers",
    "list-lag": "0 seconds",
    "search-lag": "0 seconds",
    "list-lag-deleted": "0 seconds",
    "archived-ids": "a new event with another object id",
    "archive-again": "accepted",
    "bad-item": "the good item is written, the bad item is named",
    "app": "1001",
    "upsert-results": "yes",
    "null-text": "ignored",
    "empty-date": "refused",
    "null-date": "ignored",
    "uncancel": "works",
    "unknown-property": "dropped",
}
"""The answers of a sandbox as it is without options."""
CLOSED = [
    (name, answer)
    for name in Behaviours().shown()
    for answer in get_args(get_type_hints(Behaviours)[name.replace("-", "_")])
]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_question_is_answered_in_each_api_version(lab: Laboratory, version: str) -> None:
    lab.version = version
    assert lab.answers() == USUAL
    assert list(USUAL) == list(QUESTIONS)


@pytest.mark.parametrize(("name", "answer"), CLOSED)
def test_each_behaviour_is_told_as_it_was_set(lab: Laboratory, name: str, answer: str) -> None:
    lab.behaves(**{name: answer})
    assert lab.answers()[name] == answer


@pytest.mark.parametrize("version", VERSIONS)
def test_all_the_unusual_behaviours_together_are_told(lab: Laboratory, version: str) -> None:
    unusual = {name: answer for name, answer in CLOSED if answer != USUAL[name]}
    lab.behaves(**unusual, list_lag=7)
    lab.version = version
    answers = lab.answers()
    assert {name: answers[name] for name in unusual} == unusual
    assert answers["list-lag"] == "7 seconds"
    assert NOT_KNOWN not in answers.values()


@pytest.mark.parametrize(("lag", "told"), [(0, "0 seconds"), (3, "3 seconds"), (11, "12 seconds"), (60, "60 seconds")])
def test_the_lag_of_the_list_is_measured(lab: Laboratory, lag: int, told: str) -> None:
    lab.behaves(list_lag=lag)
    answers = lab.answers()
    assert (answers["list-lag"], answers["list-lag-deleted"]) == (told, told)


def test_a_list_that_is_later_than_a_minute_is_not_waited_for(lab: Laboratory) -> None:
    lab.behaves(list_lag=3600)
    answers = lab.answers()
    assert (answers["list-lag"], answers["list-lag-deleted"]) == ("more than 60 seconds", NOT_KNOWN)
    assert lab.sleeper.now == 60


def test_no_event_but_its_own_is_written_and_it_is_gone_at_the_end(lab: Laboratory) -> None:
    before = lab.held()
    probed = lab.probe()
    assert lab.held() == before
    assert (probed.cause, probed.left, probed.exit_code) == (None, None, 0)


def test_the_requests_are_counted_and_bounded(lab: Laboratory) -> None:
    probed = lab.probe()
    assert probed.requests == len(lab.requests())
    assert probed.requests < 100


def test_the_documents_say_what_each_answer_is_good_for() -> None:
    page = (Path(__file__).parents[2] / "docs" / "hubspot.md").read_text(encoding="utf-8")
    assert [name for name in QUESTIONS if f"`{name}`" not in page.partition("\n## What a first run on a real")[2]] == []
