"""The issue about drift, read by a real renderer and by the reader of declarations."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.change import Delete, FieldChange, Origin, Source, Update
from reconciler.declarations.events.layers import DEFAULTS
from reconciler.declarations.yaml.writing import yaml_lines
from reconciler.event import CUSTOM, Identity, Value
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.drift import issue_body, issue_title
from reconciler.render.pull_request.page import About, is_marked
from reconciler.render.pull_request.proposal import Proposal
from reconciler.safe_text import FORBIDDEN, visible
from tests.as_github_reads import COMMAND
from tests.building import HOSTILE, PORTAL, plans, texts
from tests.render.pages import LINKS, broken_rows, fences, leaks, left_out
from tests.render.pull_request.test_proposal import proposals
from tests.render.situations import OLD, SUMMIT, drifted

LINES = st.text(alphabet=st.sampled_from("ab #:`~-|>'\"\\&*!%@\t\n{}[],?")) | st.text() | texts
READABLE = LINES.filter(lambda text: not FORBIDDEN.search(text))


def read(lines: list[str]) -> dict[str, object]:
    layer = DEFAULTS.check_file("\n".join(lines).encode(), "e.yaml")
    assert layer.problems == ()
    return layer.values


@given(READABLE)
@example("One.\n\nTwo.")
@example("a\n b")
@example("null")
@example("~")
def test_the_reader_of_declarations_reads_back_every_text(text: str) -> None:
    kept = text.replace("\r\n", "\n").rstrip("\n") or None
    assert read(yaml_lines({"eventDescription": text})) == {"eventDescription": kept}
    lines = yaml_lines({"eventType": text, f"{CUSTOM}one": text, f"{CUSTOM}two": text})
    assert read(lines) == {"eventType": kept, "customProperties": {"one": kept, "two": kept}}


@given(READABLE.filter(lambda name: name.isprintable() and bool(name) and " " not in name))
@example("null")
@example("<<")
@example("a:b")
def test_the_reader_reads_back_every_name_of_a_property(name: str) -> None:
    assert read(yaml_lines({CUSTOM + name: "x"})) == {"customProperties": {name: "x"}}


@pytest.mark.parametrize("value", [True, False])
def test_flags_are_bare_words(value: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    assert read(yaml_lines({"eventCancelled": value})) == {"eventCancelled": value}


def test_a_text_of_several_lines_can_be_read_by_people_too() -> None:
    lines = ["eventDescription: |-", "  One:", "", "  Two."]
    assert yaml_lines({"eventDescription": "One:\n\nTwo."}) == lines


@given(st.sampled_from(HOSTILE) | LINES, st.sampled_from(["eventName", f"{CUSTOM}a"]))
@example("a\n```\nb", "eventName")
@example("a\n~~~\nb", "eventName")
@example("a\n::add-mask::b", "eventName")
@example("a\n##[add-mask]b", "eventName")
def test_no_line_of_yaml_acts_or_hides(text: str, name: str) -> None:
    lines = yaml_lines({name: text, CUSTOM + text: text})
    assert lines == [visible(line) for line in lines]
    assert not COMMAND.search("\n".join(lines))
    assert not any(line.lstrip().startswith(("```", "~~~")) for line in lines)


@given(plans, st.none() | texts, st.none() | proposals)
def test_nothing_that_drifted_acts_in_an_issue(plan: Plan, environment: str | None, proposal: Proposal | None) -> None:
    page = issue_body(plan, environment, LINKS, proposal=proposal)
    assert leaks(page) == []
    assert broken_rows(page) == []
    assert is_marked(page, environment, About.DRIFT)
    assert issue_title(plan, environment) == visible(issue_title(plan, environment))


@given(plans, st.integers(4_000, 8_000), st.none() | proposals)
def test_an_issue_stays_under_its_limit(plan: Plan, limit: int, proposal: Proposal | None) -> None:
    assert len(issue_body(plan, "production", LINKS, limit, proposal).encode()) <= limit


def of(name: str, before: Value) -> Plan:
    field = FieldChange(name, before, "x", 4, Origin.HUBSPOT)
    return Plan(PORTAL, (Update(Identity("acme", "a", "1"), "A", (field,), Source("a.yaml", 3), 0),), 0)


@pytest.mark.parametrize(
    ("name", "before"),
    [("startDateTime", None), ("eventUrl", "not a link"), ("eventName", None), ("eventType", "a\x07b")],
)
def test_what_no_file_can_say_is_named(name: str, before: Value) -> None:
    page = issue_body(of(name, before))
    assert fences(page, "yaml") == []
    assert "Cannot be declared as HubSpot holds it: " in page


def test_what_hubspot_holds_is_given_as_lines_to_declare() -> None:
    assert fences(issue_body(of("eventType", None)), "yaml") == ['eventType: ""\n']


def test_an_issue_shows_what_nobody_sees_and_the_clocks_of_the_event() -> None:
    name = FieldChange("eventName", "10 000", "10\u00a0000", 4, Origin.HUBSPOT)
    start = FieldChange("startDateTime", "2027-04-08T13:00:00Z", "2027-04-08T14:00:00Z", 5, Origin.HUBSPOT)
    fields, place = (name, start), Source("a.yaml", 3)
    change = Update(Identity("acme", "a", "1"), "A", fields, place, 0, timezone="Europe/London")
    page = issue_body(Plan(PORTAL, (change,), 0))
    assert "times in Europe/Berlin unless a place is named\n" in page
    assert "| name | 10 000 | 10&#92;u{a0}000 (differs only in white space) |\n" in page
    assert "| starts | Thu 8 Apr 2027 14&#58;00 London | Thu 8 Apr 2027 15&#58;00 London (+1 h) |\n" in page


def test_of_a_long_text_an_issue_shows_the_lines_that_differ() -> None:
    before = "\n".join(["One", *(f"Line {number} of an old text" for number in range(100)), "Last"])
    field = FieldChange("eventDescription", before, "One\nNew\nLast", 4, Origin.HUBSPOT)
    page = issue_body(Plan(PORTAL, (Update(Identity("acme", "a", "1"), "A", (field,), Source("a.yaml", 3), 0),), 0))
    (row,) = [line for line in page.splitlines() if line.startswith("| description")]
    held, said = row.removesuffix(" |").split(" | ")[1:]
    assert held.startswith("&#45; Line 0 of an old text<br>&#45; Line 1 of an old text<br>")
    assert held.endswith(" more lines")
    assert said == "&#43; New"


def test_what_the_files_ask_for_is_no_drift() -> None:
    field = FieldChange("eventType", "a", "b", 4, Origin.FILES)
    plan = Plan(PORTAL, (Update(Identity("acme", "a", "1"), "A", (field,), Source("a.yaml", 3), 0), OLD), 0)
    assert issue_title(plan) == "0 marketing events changed in HubSpot, not by the files"
    assert "2 more changes in the plan: not drift, but what the files and the settings ask for." in issue_body(plan)


def test_what_is_merged_and_waits_is_no_drift() -> None:
    field = FieldChange("eventType", "a", "b", 4, Origin.PENDING)
    plan = Plan(PORTAL, (Update(Identity("acme", "a", "1"), "A", (field,), Source("a.yaml", 3), 0), OLD), 0)
    assert issue_title(plan) == "0 marketing events changed in HubSpot, not by the files"
    body = issue_body(plan)
    assert "1 more change in the plan: not drift, but merged, waiting to be applied." in body
    assert "1 more change in the plan: not drift, but what the files and the settings ask for." in body


def test_events_beyond_the_limit_are_counted() -> None:
    many = tuple(Update(Identity("acme", f"e{n}", "1"), "A", SUMMIT.fields, SUMMIT.source, 0) for n in range(500))
    page = issue_body(Plan(PORTAL, many, 0), None, LINKS, 5_000)
    assert page.count("#### ") + left_out(page, "event") == 500
    assert issue_title(drifted(), "prod") == "4 marketing events changed in HubSpot, not by the files (prod)"


@pytest.mark.parametrize(("origin", "told"), [(Origin.UNKNOWN, 1), (Origin.HUBSPOT, 1), (Origin.FILES, 0)])
def test_an_event_that_is_live_though_it_is_declared_absent_is_drift(origin: Origin, told: int) -> None:
    field = FieldChange("eventName", "Old", None, origin=origin)
    change = Delete(Identity("acme", "old", "9"), "Old", (field,), Source("events/old.yaml", 4), 3)
    body = issue_body(Plan(PORTAL, (change,), 0))
    assert body.count("Made in HubSpot, although a file declares it absent.") == told
    assert issue_body(Plan(PORTAL, (replace(change, source=None),), 0)).count("Made in HubSpot") == 0
