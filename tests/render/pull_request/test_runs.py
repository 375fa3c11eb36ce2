"""The list of runs in a comment grows, and takes nothing over but our own words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Create
from reconciler.event import Identity
from reconciler.render.pull_request.listed_runs import runs_in
from reconciler.render.pull_request.review import Ended
from reconciler.render.pull_request.runs import RunEntry, Runs, what_it_did
from tests.building import PORTAL
from tests.hostile import anything

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOME = "https://github.example/acme/events"
DID = "applied: 1 created, 0 updated, 0 deleted; verified"


def listing(number: int) -> Runs:
    runs = Runs()
    for run in range(number):
        runs = runs.with_entry(RunEntry(NOON + timedelta(minutes=run), run, 1, DID))
    return runs


@pytest.mark.parametrize("home", [HOME, ""])
@pytest.mark.parametrize("number", [0, 1, 20, 25])
def test_a_list_is_read_back_as_it_was_written(number: int, home: str) -> None:
    runs = listing(number)
    assert runs_in(f"any text\n{runs.markdown(home)}".replace("\n", "\r\n")) == runs


def test_a_list_counts_the_runs_that_it_has_no_room_for() -> None:
    assert listing(25).markdown(HOME).count("\n- 2026") == 20
    assert "- 5 earlier runs\n" in listing(25).markdown(HOME)
    assert len(listing(1000).markdown(HOME)) < 5_000


def test_the_same_attempt_stands_in_it_once_with_what_it_did_last() -> None:
    begun = listing(2).with_entry(RunEntry(NOON, 2, 1, "began to write"))
    assert begun.with_entry(RunEntry(NOON, 2, 1, DID)) == listing(2).with_entry(RunEntry(NOON, 2, 1, DID))


def test_a_write_of_unknown_outcome_is_not_called_nothing() -> None:
    change = Create(Identity("acme", "a"), "A", ())
    receipt = Receipt(PORTAL, "sha256:5f0c", (Result(change, Outcome.UNSURE, "lost"),), written=True)
    assert what_it_did(Ended(receipt)) == "0 of 1 change applied, 1 unsure; not verified"


@pytest.mark.parametrize(
    "line",
    [
        "- 2026-11-01 12:00 UTC, run 1, attempt 1: <b>applied</b>",
        "- 2026-11-01 12:00 UTC, run 1, attempt 1: @everyone",
        '- 2026-11-01 12:00 UTC, [run 1, attempt 1](<https://evil.example> "x"): applied',
        "- 2026-13-01 12:00 UTC, run 1, attempt 1: applied",
        f"- 2026-11-01 12:00 UTC, run 1, attempt 1: {'a' * 121}",
        f"- 2026-11-01 12:00 UTC, run {'1' * 19}, attempt 1: applied",
    ],
)
def test_what_we_would_not_write_is_not_taken_over(line: str) -> None:
    assert runs_in(f"\n**Runs of `apply`:**\n\n{line}\n") == Runs()


@given(anything, st.sampled_from(["", HOME]))
def test_whatever_a_comment_holds_its_list_is_harmless(text: str, home: str) -> None:
    written = runs_in(f"\n**Runs of `apply`:**\n\n- 2026-11-01 12:00 UTC, run 1, attempt 1: {text}\n").markdown(home)
    assert not set(written) & set("@\\|\x1b")
    assert "<b" not in written
