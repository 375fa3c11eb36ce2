"""Whole texts as data: pull requests and issues in usual situations.

`--rewrite` rewrites the expected texts; people review the difference.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from reconciler.applying.approval import NOT_REVIEWED
from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Origin
from reconciler.diagnostics import Place, error, warning
from reconciler.errors import AccessDenied
from reconciler.event import Declared
from reconciler.planning.plan import Plan
from reconciler.render import markdown, text
from reconciler.render.pull_request import drift, problems
from reconciler.render.pull_request.comment import comment
from reconciler.render.pull_request.review import Applying, Awaiting, Declined, Ended, Proposed, Review, State, Watched
from reconciler.render.pull_request.unreviewed import note
from tests.building import traced
from tests.render.pages import LINKS, leaks
from tests.render.series import WEEKLY
from tests.render.situations import DAY, IN_PART, LAUNCH, NOTHING, PLAN, SEEN, WELL, drifted

NOTHING_DONE = replace(WELL, results=())
EXPECTED = Path(__file__).parent / "expected"


def reviewed(state: State, plan: Plan = PLAN) -> str:
    return comment(Review(plan, state, "production", LINKS, compared=True, seen=SEEN))


def wrong() -> str:
    found = (
        error("unknown-key", "unknown key 'evntName'", Place("events/a b.yaml", 3, 5), "did you mean eventName?"),
        warning("no-events", "no event is declared"),
    )
    return problems.problems_comment(found, "production", LINKS)


def unreviewed() -> str:
    left = [Result(DAY, Outcome.NOT_ATTEMPTED)]
    told = note("its plan has expired", left, ["5f0c" * 10])
    state = Declined("nobody was shown these changes before they were merged")
    return comment(Review(replace(NOTHING, changes=(DAY,)), state, remark=told))


def weekly_in_part() -> Receipt:
    ends = {Outcome.DONE: None, Outcome.FAILED: "HubSpot says no"}
    results = tuple(Result(change, *end) for change, end in zip(WEEKLY.changes, cycle(ends.items()), strict=False))
    return Receipt(WEEKLY.portal, WEEKLY.digest, results, (), written=True)


def weekly_of(origin: Origin) -> Plan:
    changes = (
        replace(change, fields=tuple(replace(field, origin=origin) for field in change.fields))
        for change in WEEKLY.changes
    )
    return replace(WEEKLY, changes=tuple(changes))


SITUATIONS: dict[str, Callable[[], str]] = {
    "planned": lambda: reviewed(Proposed()),
    "nothing": lambda: comment(Review(NOTHING, Proposed())),
    "awaiting": lambda: reviewed(Awaiting()),
    "awaiting-in-part": lambda: reviewed(Awaiting((Result(DAY, Outcome.NOT_ATTEMPTED, NOT_REVIEWED),))),
    "applying": lambda: reviewed(Applying(), replace(NOTHING, changes=(DAY,))),
    "in-part": lambda: reviewed(Ended(IN_PART)),
    "verified": lambda: reviewed(Ended(replace(WELL, results=WELL.results[:1])), replace(NOTHING, changes=(LAUNCH,))),
    "uncounted": lambda: comment(Review(NOTHING, Ended(NOTHING_DONE), remark=note("its plan has expired", [], []))),
    "moved": lambda: reviewed(
        Declined("the plan is no longer the approved one", (error("guard-x", "a reason"),), (DAY,)),
        replace(NOTHING, changes=(DAY,)),
    ),
    "watched": lambda: reviewed(Watched(), replace(NOTHING, changes=(DAY,))),
    "unreviewed": unreviewed,
    "wrong": wrong,
    "failure": lambda: problems.failure_comment(
        AccessDenied("HubSpot does not accept the token", hint="check it"), None, LINKS
    ),
    "fork": lambda: problems.fork_comment(Declared((), 3, (warning("no-events", "no event is declared"),))),
    "waiting": lambda: comment(Review(traced(), Proposed(), links=LINKS, compared=True)),
    "series-waiting": lambda: reviewed(Watched(), weekly_of(Origin.PENDING)),
    "series": lambda: reviewed(Proposed(), WEEKLY),
    "series-in-part": lambda: reviewed(Ended(weekly_in_part()), WEEKLY),
    "series-drifted": lambda: reviewed(Watched(), weekly_of(Origin.HUBSPOT)),
    "series-plan": lambda: markdown.plan(WEEKLY),
    "drift": lambda: drift.issue_body(drifted(), "production", LINKS),
}


@pytest.fixture
def rewrites(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_text_is_the_expected_one(situation: str, *, rewrites: bool) -> None:
    page = SITUATIONS[situation]()
    expected = EXPECTED / f"{situation}.md"
    if rewrites:
        expected.write_text(page)
    assert page == expected.read_text()
    assert leaks(page) == []


def test_a_series_reads_at_a_glance_in_a_terminal(*, rewrites: bool) -> None:
    shown = text.plan(WEEKLY)
    expected = EXPECTED / "series.txt"
    if rewrites:
        expected.write_text(shown)
    assert shown == expected.read_text()
