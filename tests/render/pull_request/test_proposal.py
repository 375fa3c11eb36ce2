"""The proposal to take HubSpot's values over: its branch, its page on GitHub, its part of the issue about drift."""

import subprocess
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.change import Create, FieldChange, Origin, Source, Update
from reconciler.diagnostics import Place, warning
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.proposal import Proposal, drift_branch, invitation, prefilled_page, unproposed
from tests.as_github_reads import GITHUB
from tests.building import HOSTILE, PORTAL, plans, texts
from tests.render.pages import LINKS, leaks
from tests.render.situations import OLD

BRANCHES = st.sampled_from(["main", "release/2027", "a`b'c", "größe", "x" * 200])
REASONS = st.builds(warning, st.just("not-pulled"), texts, st.none() | st.builds(Place, texts), st.none() | texts)
LEFT = st.lists(REASONS, max_size=4).map(tuple)
proposals = st.builds(
    Proposal, st.just("reconciler/drift"), BRANCHES, st.integers(0, 9), st.integers(0, 9), LEFT, st.booleans()
)
SOME = Proposal("reconciler/drift", "main", 2, 1)


def drifted_in(*names: str, field: str = "eventName", origin: Origin = Origin.HUBSPOT) -> Plan:
    fields = (FieldChange(field, "a", "b", 4, origin), FieldChange("eventType", "a", "b", 5, Origin.FILES))
    changes = (
        Update(Identity("acme", f"e{number}", "1"), name, fields, Source("a.yaml", 3), 0)
        for number, name in enumerate(names)
    )
    return Plan(PORTAL, tuple(changes), 0)


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(address.partition("?")[2], strict_parsing=True)


@given(st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True))
@example("a..b")
@example("a.")
@example("a.lock")
@example("a.LOCK")
@example("lock")
def test_a_branch_has_a_name_that_git_takes_or_none(environment: str | None) -> None:
    try:
        branch = drift_branch(environment)
    except ValueError:
        branch = f"reconciler/drift-{environment}"
        expected = 1
    else:
        expected = 0
    checked = subprocess.run(["git", "check-ref-format", f"refs/heads/{branch}"], check=False)
    assert checked.returncode == expected


def test_each_environment_has_a_branch() -> None:
    assert [drift_branch(None), drift_branch("staging")] == ["reconciler/drift", "reconciler/drift-staging"]


def test_the_page_is_filled_in_with_what_hubspot_changed() -> None:
    address = prefilled_page(SOME, drifted_in("Fair", "Expo & more"), LINKS.repository)
    assert address.startswith(f"{LINKS.repository}/compare/main...reconciler/drift?quick_pull=1&title=Take%20over%202")
    assert query(address)["body"][0].endswith("close this.\n\n- Fair: name\n- Expo &#38; more: name\n")


def test_what_the_files_changed_and_what_is_deleted_is_not_in_its_text() -> None:
    plan = drifted_in("Fair", origin=Origin.FILES)
    field = FieldChange("eventName", None, "Gone", 4, Origin.HUBSPOT)
    gone = Create(Identity("acme", "gone"), "Gone", (field,), Source("a.yaml", 3))
    address = prefilled_page(SOME, Plan(PORTAL, (gone, *plan.changes, OLD), 0), LINKS.repository)
    assert query(address)["body"][0].endswith("close this.\n\n")


@given(plans, proposals)
def test_an_address_is_short_and_safe(plan: Plan, proposal: Proposal) -> None:
    address = prefilled_page(proposal, plan, LINKS.repository)
    assert len(address) <= 2_500
    assert query(address).keys() == {"quick_pull", "title", "body"}


def test_of_many_events_the_first_are_named() -> None:
    body = query(prefilled_page(SOME, drifted_in(*(f"Event {n}" for n in range(200))), LINKS.repository))["body"][0]
    assert body.endswith("\n- … and more: see the files\n")
    assert 10 < body.count("\n- Event ") < 100


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_acts_in_the_text_that_is_filled_in(text: str) -> None:
    body = query(prefilled_page(SOME, drifted_in(text), LINKS.repository))["body"][0]
    assert leaks(body) == []


def test_an_invitation_says_what_it_takes_over() -> None:
    text = invitation(SOME, drifted_in("Fair"), LINKS.repository)
    assert text.startswith("**[Propose these values as a pull request](<https://github.com/acme/events/compare/main...")
    assert "It takes 2 values in 1 file over, from the branch reconciler/drift;" in text
    (paragraph,) = [token for token in GITHUB.parse(text) if token.type == "inline"]
    assert [token.type for token in paragraph.children or []].count("link_open") == 1


def test_without_files_or_a_repository_there_is_no_invitation() -> None:
    assert invitation(Proposal("reconciler/drift", "main", 0, 0), drifted_in("Fair"), LINKS.repository) == ""
    assert invitation(SOME, drifted_in("Fair"), "") == ""


def test_a_branch_that_is_somebody_elses_is_linked_to() -> None:
    text = invitation(replace(SOME, is_taken=True), drifted_in("Fair"), LINKS.repository)
    branch = f"[reconciler/drift](<{LINKS.repository}/tree/reconciler/drift>)"
    assert text.startswith(f"Somebody else has pushed to the branch {branch}, so it is left as it is.")


def test_what_is_not_proposed_is_listed_with_its_reason() -> None:
    reasons = (warning("not-pulled", "it was changed in both", Place("a.yaml", 3), "decide"),)
    section = unproposed(Proposal("reconciler/drift", "main", 0, 0, reasons))
    shown = section.showing(list(section.items))
    assert shown == "#### Not in a pull request\n\n- a&#46;yaml&#58;3&#58;1&#58; it was changed in both (decide)\n\n"
