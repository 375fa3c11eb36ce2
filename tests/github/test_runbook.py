"""docs/runbook.md rehearsed: each `failure_reason` happens, somebody does the one thing, and all is well again."""

import os
from collections.abc import Callable, Iterator
from signal import SIGTERM

import pytest

from tests.github.test_apply_command import IN_THE_SECRET, approved, dispatch, through
from tests.github.workshop import SETTINGS, Step, Workshop, event
from tests.hubspot.forwarding import Fate, Passing, Treatment
from tests.runbook import entries

Rehearsal = Callable[[Workshop], Iterator[Step]]
"""Yields the run that fails, then the run after which all is well."""


def declarations_invalid(shop: Workshop) -> Iterator[Step]:
    approved(shop)
    shop.push_to_main(wrong="colour: red\n")
    yield shop.apply()
    corrected(shop, wrong=event("wrong"))
    yield shop.apply()


def set_aside(shop: Workshop) -> Iterator[Step]:
    gone = shop.propose("gone", gone="objectId: '999'\neventType: EXPO\n")
    shop.plan(gone)
    shop.merge(gone)
    yield shop.apply()
    corrected(shop, gone=event("gone"))
    yield shop.apply()


def access_denied(shop: Workshop) -> Iterator[Step]:
    approved(shop)
    step = shop.apply(HUBSPOT_ACCESS_TOKEN="revoked")
    assert IN_THE_SECRET in step.screen.err
    yield step
    yield dispatch(shop)


def refused(shop: Workshop) -> Iterator[Step]:
    shop.push_to_main(reconciler="externalAccountId: acme\n")
    approved(shop)
    yield shop.apply()
    corrected(shop, reconciler=SETTINGS)
    yield shop.apply()


def not_reviewed(shop: Workshop) -> Iterator[Step]:
    shop.push_to_main(launch=event("launch"))
    yield shop.apply()
    yield dispatch(shop, "--allow-unreviewed")


def plan_moved(shop: Workshop) -> Iterator[Step]:
    approved(shop, "fair", eventType="EXPO")
    shop.portal.edit(shop.held("fair"), eventType="EDITED")
    yield shop.apply()
    corrected(shop, fair=event("fair", eventType="WORKSHOP"))
    yield shop.apply()


def failed_in_part(shop: Workshop) -> Iterator[Step]:
    approved(shop)
    writes = {"path": "*/marketing-events/*", "every": 1, "fault": {"status": 400}}
    shop.portal.fails({"method": "POST", **writes}, {"method": "PUT", **writes})
    yield shop.apply()
    shop.portal.fails()
    yield dispatch(shop)


def unavailable(shop: Workshop) -> Iterator[Step]:
    approved(shop)
    shop.portal.fails({"method": "GET", "path": "*", "every": 1, "fault": {"drop-before": True}})
    yield shop.apply("--timeout", "1")
    shop.portal.fails()
    yield dispatch(shop)


def usage(shop: Workshop) -> Iterator[Step]:
    approved(shop)
    yield dispatch(shop, GITHUB_REF="refs/heads/launch")
    yield dispatch(shop)


def interrupted(shop: Workshop) -> Iterator[Step]:
    def cancel(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            os.kill(os.getpid(), SIGTERM)
        return Fate.PASSED_ON

    approved(shop)
    yield shop.apply(**through(shop, cancel))
    yield dispatch(shop)


def error(shop: Workshop) -> Iterator[Step]:
    approved(shop)
    yield shop.apply(RUNNER_TEMP="/nowhere")
    yield dispatch(shop)


def corrected(shop: Workshop, **files: str) -> None:
    """Merge a pull request whose plan was looked at."""
    number = shop.propose(f"correction-{len(shop.planned)}", **files)
    assert shop.plan(number).code == 0
    shop.merge(number)


REHEARSALS: dict[str, Rehearsal] = {
    "declarations-invalid": declarations_invalid,
    "set-aside": set_aside,
    "access-denied": access_denied,
    "refused": refused,
    "not-reviewed": not_reviewed,
    "plan-moved": plan_moved,
    "failed-in-part": failed_in_part,
    "unavailable": unavailable,
    "usage": usage,
    "interrupted": interrupted,
    "error": error,
}


@pytest.mark.parametrize("reason", REHEARSALS)
def test_whoever_does_what_the_runbook_says_is_well_again(shop: Workshop, reason: str) -> None:
    failing, well = REHEARSALS[reason](shop)
    assert failing.reason == reason, failing.printed
    assert (well.code, well.reason) == (0, ""), well.printed


def test_every_reason_has_its_entry() -> None:
    """`setup` is the action's own: tests/github/test_action.py has a package that cannot be installed."""
    assert {heading.strip("`") for heading in entries("In GitHub")} == {*REHEARSALS, "setup"}
