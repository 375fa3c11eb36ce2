"""Problems that a pull request inherits never fail its runs; problems that it brings fail its check."""

from typing import Any

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.test_apply_command import approved
from tests.github.workshop import Step, Workshop, event
from tests.story.world import LATER, OTHERS, live_json

ZOOM = "objectId: 501\n\n\n\n\neventUrl: https://acme.example/zoom\n"
DELETING = "portal: 7\nexternalAccountId: acme\norphans: delete\nsilence: [no-date]\n"
DATES: dict[str, Any] = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}


@pytest.fixture
def shop(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop that has applied an adopted event, which somebody has then deleted in HubSpot."""
    zoom = live_json("zoom", objectId="501", app=OTHERS)
    opened = open_workshop(live_json("fair", eventName="Fair"), zoom, fair=event("fair"), zoom=ZOOM)
    approved(opened)
    assert opened.apply().code == 0
    opened.portal.remove(opened.portal.event("zoom", app=OTHERS))
    return opened


def titles(step: Step, kind: str) -> list[str]:
    return [one.properties["title"] for one in step.annotations(kind)]


def test_an_event_that_was_gone_before_stops_no_pull_request(shop: Workshop) -> None:
    number = shop.propose("spring", spring=event("spring"))
    step = shop.plan(number)
    assert (step.code, step.reason) == (0, ""), step.printed
    assert titles(step, "warning") == ["object-not-live"]
    assert "#### Set aside: these events cannot be planned, and all others are" in shop.comments(number)[0]
    shop.merge(number)
    step = shop.apply()
    assert (step.code, step.reason) == (0, ""), step.printed
    assert titles(step, "warning") == ["set aside"]
    assert step.receipt["summary"] | {"created": 1, "refused": 1} == step.receipt["summary"]


def test_the_apply_after_that_begins_where_this_one_ended(shop: Workshop) -> None:
    approved(shop, "spring")
    assert shop.apply().code == 0
    shop.portal.edit(shop.held("spring"), eventName="Edited")
    step = shop.drift()
    assert (step.code, step.reason) == (0, ""), step.printed
    (issue,) = shop.github.issues.values()
    assert "Edited" in issue.body


def test_a_pull_request_that_declares_an_event_that_is_not_there_fails_its_check(shop: Workshop) -> None:
    number = shop.propose("lost", lost="objectId: 999\neventUrl: https://acme.example/lost\n")
    step = shop.plan(number)
    assert (step.code, step.reason) == (5, "set-aside")
    (error,) = step.annotations("error")
    assert error.properties == {"file": "events/lost.yaml", "line": "1", "col": "1", "title": "object-not-live"}
    assert step.outputs["plan_path"]
    shop.merge(number)
    step = shop.apply()
    assert (step.code, step.reason) == (3, "set-aside")
    assert titles(step, "error") == ["set aside"]


def test_an_orphan_that_was_refused_before_stops_no_pull_request(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("old", **DATES), settings=DELETING, fair=event("fair"))
    number = shop.propose("spring", spring=event("spring"))
    step = shop.plan(number)
    assert (step.code, step.reason) == (0, ""), step.printed
    assert titles(step, "warning") == ["guard-deletes"]
    shop.merge(number)
    step = shop.apply()
    assert (step.code, step.reason) == (0, ""), step.printed
    assert shop.names() >= {"old", "spring"}


@pytest.fixture
def fewer(open_workshop: OpenWorkshop) -> tuple[Workshop, int]:
    """Return a workshop, and a pull request that deletes an event's file where no further deletion is allowed."""
    shop = open_workshop(
        live_json("fair", eventName="Fair", **DATES), settings=DELETING, fair=event("fair"), b=event("b")
    )
    shop.repository.git("checkout", "--quiet", "-b", "less", "main")
    shop.repository.git("rm", "--quiet", "events/fair.yaml")
    shop.github.push("less", shop.repository.commit())
    return shop, shop.github.open_pull("less")


def test_a_pull_request_that_takes_too_many_events_away_fails_its_check(fewer: tuple[Workshop, int]) -> None:
    shop, number = fewer
    step = shop.plan(number)
    assert (step.code, step.reason) == (5, "refused")
    assert titles(step, "error") == ["guard-deletes"]
    assert "is no longer declared" in shop.comments(number)[0]
    assert shop.plan(number, "--max-deletes", "1").code == 0


def test_one_event_that_is_set_aside_is_the_reason_where_all_others_were_made(shop: Workshop) -> None:
    approved(shop, "spring")
    assert shop.apply().code == 0
    number = shop.propose("more", lost="objectId: 999\neventUrl: https://acme.example/lost\n", summer=event("summer"))
    shop.plan(number)
    shop.merge(number)
    step = shop.apply()
    assert (step.code, step.reason) == (6, "set-aside"), step.printed
    assert "except for 2 events set aside" in shop.comments(number)[0]


def test_one_change_that_a_guard_refuses_is_the_reason_where_all_others_were_made(fewer: tuple[Workshop, int]) -> None:
    shop, number = fewer
    shop.plan(number)
    shop.merge(number)
    step = shop.apply()
    assert (step.code, step.reason) == (6, "refused"), step.printed
