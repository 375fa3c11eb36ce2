"""The page of an event in HubSpot: its address, and where there is a link to it."""

import json
import re
from dataclasses import replace

import pytest

from reconciler.change import Source
from reconciler.event import Identity
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.render import markdown
from reconciler.render.hubspot_page import hubspot_page
from reconciler.render.json import plan_json
from reconciler.render.page.document import html_page
from reconciler.render.page.planned import plan_page
from reconciler.render.pull_request.comment import COMMENT_LIMIT, comment
from reconciler.render.pull_request.drift import issue_body
from reconciler.render.pull_request.review import Proposed, Review
from reconciler.render.saved import read_plan
from reconciler.render.text import plan as as_text
from tests.building import PORTAL, declared, live
from tests.render.series import HOUR, moved, plan_of
from tests.render.situations import NOTHING, create, move, update

EUROPE = replace(PORTAL, ui_domain="app-eu1.hubspot.com")
SUMMIT = Identity("acme", "summit", "4711")
RECORD = f"https://app-eu1.hubspot.com/contacts/{PORTAL.id}/record/0-54/"
ORPHAN = OrphanVerdict(Identity("acme", "old", "4712"), "Old", None, None, 3, Will.NOTHING, "the settings say so")
MOVED = replace(update("summit", "Summit", move("2027-04-15T15:00:00Z", "2027-04-15T16:00:00Z")), identity=SUMMIT)
PLAN = replace(NOTHING, portal=EUROPE, changes=(create("launch", "Launch"), MOVED), orphans=(ORPHAN,), orphaned=1)
UNKNOWN = replace(PLAN, portal=PORTAL)


def test_a_page_is_in_the_portals_own_part_of_hubspot() -> None:
    assert hubspot_page(EUROPE, SUMMIT) == f"{RECORD}4711"
    assert hubspot_page(replace(PORTAL, ui_domain="app.hubspot.com"), SUMMIT).startswith("https://app.hubspot.com/")


@pytest.mark.parametrize(
    "domain",
    [
        *(None, "", "hubspot.com", "evil.example", "app.hubspot.com.evil.example", "evil.example/app.hubspot.com"),
        *("app.hubspot.com/", "app.hubspot.com:80", "a@app.hubspot.com", "APP.hubspot.com", "app.hubspot.com\n"),
        *("app-.hubspot.com", "app-eu1xhubspot.com", "legacy.hubspot.com", "xapp.hubspot.com", "app-" + "a" * 21),
    ],
)
def test_anywhere_else_there_is_no_page(domain: str | None) -> None:
    assert hubspot_page(replace(PORTAL, ui_domain=domain), SUMMIT) == ""


@pytest.mark.parametrize("number", [None, "", "x", "1/../2", "1\n", "٣", "1?x", "9" * 21])
def test_an_event_without_a_number_has_no_page(number: str | None) -> None:
    assert hubspot_page(EUROPE, Identity("acme", "summit", number)) == ""


def addresses(text: str) -> list[str]:
    return [found.removeprefix(RECORD) for found in re.findall(rf"{re.escape(RECORD)}\d+", text)]


def shown(plan: Plan) -> dict[str, str]:
    """Return a plan wherever it is shown with links."""
    return {
        "markdown": markdown.plan(plan),
        "comment": comment(Review(plan, Proposed()), COMMENT_LIMIT),
        "page": html_page(plan_page(plan)),
    }


@pytest.mark.parametrize("where", ["markdown", "comment", "page"])
def test_what_hubspot_holds_is_linked_to_and_a_new_event_is_not(where: str) -> None:
    assert sorted(addresses(shown(PLAN)[where])) == ["4711", "4712"]
    assert "hubspot.com" not in shown(UNKNOWN)[where]


def test_each_event_of_a_series_is_linked_to_in_markdown() -> None:
    weekly = plan_of(*(moved(week, HOUR) for week in range(3)))
    assert addresses(markdown.plan(replace(weekly, portal=EUROPE))) == ["1000", "1001", "1002"]


def test_an_issue_about_drift_links_to_each_event() -> None:
    assert addresses(issue_body(PLAN)) == ["4711"]
    assert "hubspot.com" not in issue_body(UNKNOWN)


def test_a_page_links_to_what_stays_as_it_is_too() -> None:
    untouched = [(declared("summit"), live("4711", "summit")), (declared("other"), None)]
    text = html_page(plan_page(replace(NOTHING, portal=EUROPE), untouched))
    assert addresses(text) == ["4711"]
    assert f'<a href="{RECORD}4711" rel="noopener noreferrer">in HubSpot</a>' in text


def test_a_plan_as_text_holds_no_address() -> None:
    assert as_text(PLAN) == as_text(UNKNOWN)


def test_a_saved_plan_keeps_the_domain_and_its_digest_is_the_same() -> None:
    saved = plan_json(PLAN)
    assert json.loads(saved)["portal"]["ui_domain"] == "app-eu1.hubspot.com"
    assert read_plan(saved) == PLAN
    assert (PLAN.digest, "ui_domain" in plan_json(UNKNOWN)) == (UNKNOWN.digest, False)
    assert read_plan(plan_json(UNKNOWN)) == UNKNOWN


def test_a_forged_domain_leads_nowhere() -> None:
    forged = read_plan(plan_json(PLAN).replace("app-eu1.hubspot.com", "evil.example"))
    assert forged.portal.ui_domain == "evil.example"
    assert not [where for where, text in shown(forged).items() if "evil.example" in text]


def test_where_an_event_is_declared_stands_beside_its_page() -> None:
    page = html_page(plan_page(replace(PLAN, changes=(replace(MOVED, source=Source("events/a.yaml", 3)),))))
    assert re.search(r"events/a\.yaml&#58;3 · <a[^>]*>in HubSpot</a></p>", page)
