"""Plans and receipts for the terminal."""

import re
import unicodedata
from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Change, Create, Delete, FieldChange, Origin, Source, Update
from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.event import Identity
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.render import phrases, text, words
from reconciler.render.groups import grouped
from reconciler.render.timing import shown_whole
from reconciler.render.unseen import told_apart
from reconciler.safe_text import visible
from tests.building import PORTAL, diagnostics, plans, receipts, texts, traced
from tests.render.series import first_day, series_plans, told_of

SUMMIT = Identity("acme", "summit", "7")
DECLARED = Source("events/summit.yaml", 3)


def acts(shown: str) -> list[str]:
    """Return the characters, except line ends, that could control a terminal or make a text look like another."""
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [one for one in shown if unicodedata.category(one) in categories and one not in "\n\u200c\u200d"]


@given(plans)
def test_a_plan_ends_with_its_two_fixed_lines(plan: Plan) -> None:
    lines = text.plan(plan).splitlines()
    assert lines[-2:] == [words.summary(plan), words.digest_line(plan)]


@given(receipts)
def test_a_receipt_ends_with_its_two_fixed_lines(receipt: Receipt) -> None:
    lines = text.receipt(receipt).splitlines()
    assert lines[-2:] == [words.applied(receipt), words.verified(receipt)]


@given(plans, receipts, st.lists(diagnostics, max_size=3))
def test_no_character_of_others_acts_in_a_terminal(plan: Plan, receipt: Receipt, found: list[Diagnostic]) -> None:
    assert acts(text.plan(plan)) == []
    assert acts(text.receipt(receipt)) == []
    assert acts(text.diagnostics(found)) == []


@given(plans)
def test_no_text_of_others_passes_for_a_line_of_ours(plan: Plan) -> None:
    starts = ("Digest:", "Plan:", "No changes.", "Applied:", "Verified:", "+ ", "~ ", "- ")
    ours = [line for line in text.plan(plan).splitlines() if line.startswith(starts)]
    said = [words.NO_CHANGES] if plan.is_fulfilled else []
    assert ours == [*said, words.summary(plan), words.digest_line(plan)]


@given(plans)
def test_every_change_that_stands_alone_is_named_in_a_plan(plan: Plan) -> None:
    lines = text.plan(plan).splitlines()
    _, singles = grouped([shown_whole(change) for change in plan.changes], plan)
    for change in (single.change for single in singles):
        where = f"    {words.identity(change.identity)} · {words.where(change)}"
        assert visible(where) in lines


@given(st.lists(diagnostics, max_size=5))
def test_each_finding_stands_on_a_line_of_its_own(found: list[Diagnostic]) -> None:
    assert text.diagnostics(found).split("\n")[:-1] == [visible(phrases.diagnostic(one)) for one in found]


@given(texts, texts)
def test_of_two_texts_everything_that_differs_is_shown(before: str, after: str) -> None:
    shown = text.plan(updating(FieldChange("eventDescription", before, after)))
    before, after = told_apart(before, after)
    for line in {*before.split("\n")} ^ {*after.split("\n")}:
        assert visible(line) in shown


@given(series_plans())
def test_every_event_of_a_series_is_told_once_with_all_that_changes(plan: Plan) -> None:
    shown = text.plan(plan)
    starts = [line for line in shown.splitlines() if re.match("    [+~-] ", line)]
    assert len(starts) == len(plan.changes)
    for change in plan.changes:
        assert all(value in shown for value in told_of(change))
        assert sum(first_day(change) in line for line in starts) >= 1


# Screens


def updating(*fields: FieldChange) -> Plan:
    return Plan(PORTAL, (Update(SUMMIT, "Summit", fields, DECLARED, 12),), 0)


def shown(plan: Plan) -> list[str]:
    """Return the lines of a plan's last change."""
    return text.plan(replace(plan, orphaned=0)).split("\n")[:-4]


def test_a_whole_plan_reads_from_top_to_bottom() -> None:
    launch = Create(
        Identity("acme", "launch"),
        "Launch",
        (
            FieldChange("eventName", None, "Launch"),
            FieldChange("startDateTime", None, "2027-04-15T15:00:00Z"),
            FieldChange("customProperties.event_region", None, "EMEA"),
            FieldChange("eventCancelled", None, after=False),
        ),
        Source("events/launch.yaml", 1),
    )
    summit = Update(
        SUMMIT,
        "Summit",
        (FieldChange("eventType", None, "CONFERENCE"), FieldChange("eventCancelled", before=False, after=True)),
        DECLARED,
        12,
    )
    gone = Delete(Identity("acme", "old", "9"), "Old", (FieldChange("eventName", "Old", None),), None, 0)
    spared = OrphanVerdict(Identity("acme", "kept", "8"), "Kept", None, None, None, Will.NOTHING, "it is protected")
    plan = Plan(
        PORTAL,
        (launch, replace(launch, identity=Identity("acme", "more"), name="More", fields=()), summit, gone),
        unchanged=40,
        orphans=(spared, replace(spared, will=Will.DELETE)),
        orphaned=2,
        foreign=3,
        diagnostics=(
            error("guard-portal", "which portal?", Place("reconciler.yaml"), "say so"),
            warning("other", "more"),
        ),
    )
    assert text.plan(plan) == dedent(f"""\
        HubSpot portal 1234567 (standard), times in Europe/Berlin

        Create 2 events

          + Launch
            acme/launch · events/launch.yaml:1
              name          Launch
              starts        Thu 15 Apr 2027 17:00
              event_region  EMEA

          + More
            acme/more · events/launch.yaml:1

        Update 1 event

          ~ Summit · CANCELS the event · 12 registered
            acme/summit (object 7) · events/summit.yaml:3
              type          (empty) → CONFERENCE
              cancelled     no → yes

        Delete 1 event

          - Old · the attendance history is lost with it · 0 registered
            acme/old (object 9) · declared nowhere
              name          Old

        Orphans: in HubSpot, made by our app, declared nowhere
          Kept · acme/kept (object 8) · nobody knows how many are registered · left alone: it is protected

        3 events in the portal belong to others and are left alone.

        Notes
          reconciler.yaml:1:1: which portal? (say so) [guard-portal]
          warning: more [other]

        Plan: 2 to create, 1 to update, 1 to delete; 40 unchanged, 2 orphaned.
        Digest: {plan.digest}
        """)


def test_a_plan_without_changes_says_so() -> None:
    plan = Plan(PORTAL, (), 40, orphaned=0, foreign=0)
    assert text.plan(plan) == dedent(f"""\
        HubSpot portal 1234567 (standard), times in Europe/Berlin

        No changes. HubSpot holds what the files declare.
        Plan: 0 to create, 0 to update, 0 to delete; 40 unchanged, 0 orphaned.
        Digest: {plan.digest}
        """)


@pytest.mark.parametrize(("longest", "column"), [(3, 13), (13, 13), (20, 20), (80, 80), (81, 13)])
def test_values_stand_in_one_column_that_absurdly_long_labels_do_not_push_away(longest: int, column: int) -> None:
    fields = (FieldChange("eventType", None, "A"), FieldChange(f"customProperties.{'x' * longest}", None, "A"))
    create = Create(Identity("acme", "launch"), "Launch", fields, DECLARED)
    update = Update(SUMMIT, "Summit", fields, DECLARED)
    label = "type".ljust(column)
    assert f"      {label} A" in shown(Plan(PORTAL, (create,), 0))
    assert f"      {label} (empty) → A" in shown(Plan(PORTAL, (update,), 0))


def test_a_short_text_is_shown_on_one_line() -> None:
    lines = shown(updating(FieldChange("eventName", "a" * 80, "b" * 80)))
    assert lines[-1] == f"      name          {'a' * 80} → {'b' * 80}"


def test_a_long_text_is_shown_before_and_after() -> None:
    lines = shown(updating(FieldChange("eventName", "a" * 80, "b" * 81)))
    assert lines[-3:] == ["      name", f"        - {'a' * 80}", f"        + {'b' * 81}"]


def test_of_a_text_of_several_lines_those_are_shown_that_differ() -> None:
    lines = shown(updating(FieldChange("eventDescription", "One\nTwo\nThree\nFour", "One\n2\nThree\nFour\nFive")))
    assert lines[-4:] == ["      description", "        - Two", "        + 2", "        + Five"]


def test_a_text_that_is_emptied_is_shown_as_it_was() -> None:
    lines = shown(updating(FieldChange("eventDescription", "One\nTwo", None)))
    assert lines[-3:] == ["        - One", "        - Two", "        + (empty)"]


def test_a_time_that_moves_says_how_far_on_the_clocks_of_its_event() -> None:
    start = FieldChange("startDateTime", "2027-04-08T13:00:00Z", "2027-04-08T14:00:00Z", origin=Origin.HUBSPOT)
    end = FieldChange("endDateTime", "2027-04-08T14:00:00Z", "2027-04-09T14:00:00Z", origin=Origin.FILES)
    screen = text.plan(Plan(PORTAL, (Update(SUMMIT, "Summit", (start, end), DECLARED, timezone="Europe/London"),), 0))
    assert screen.startswith("HubSpot portal 1234567 (standard), times in Europe/Berlin unless a place is named\n")
    assert "      starts        Thu 8 Apr 2027 14:00 → 15:00 London (+1 h) · changed in HubSpot\n" in screen
    assert "      ends          Thu 8 Apr 2027 15:00 → Fri 9 Apr 2027 15:00 London (+1 day)\n" in screen


def test_a_difference_that_nobody_sees_is_shown_and_said() -> None:
    lines = shown(updating(FieldChange("eventName", "10 000", "10\u00a0000")))
    assert lines[-1] == r"      name          10 000 → 10\u{a0}000 (differs only in white space)"
    lines = shown(updating(FieldChange("eventDescription", "One\nTwo", "One \nTwo")))
    assert lines[-3:] == ["      description (differs only in white space)", "        - One", r"        + One\u{20}"]


@pytest.mark.timeout(20)
def test_two_long_texts_without_a_common_line_are_compared_at_once() -> None:
    before, after = ("\n".join(f"{side} line {number} of many" for number in range(20_000)) for side in "ab")
    assert text.plan(updating(FieldChange("eventDescription", before, after))).count("\n") > 40_000


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a" * 81, [f"      description   {'a' * 81}"]),
        (" One ", ["      description   One"]),
        ("One\n", ["      description   One"]),
        ("O\tne", [r"      description   O\tne"]),
        ("One\n\n  Two", ["      description", "        One", "", "          Two"]),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_text_with_nothing_to_compare_is_shown_whole(value: str, written: list[str], *, gone: bool) -> None:
    create = Create(Identity("acme", "launch"), "Launch", (FieldChange("eventDescription", None, value),), DECLARED)
    delete = Delete(SUMMIT, "Summit", (FieldChange("eventDescription", value, None),))
    assert shown(Plan(PORTAL, (delete if gone else create,), 0))[-len(written) :] == written


def test_white_space_around_a_name_shifts_nothing() -> None:
    change = Create(Identity("acme", "launch"), "\t Launch ", (FieldChange("eventName", None, "\t Launch "),), DECLARED)
    unnamed = Create(Identity("acme", "more"), " ", (), DECLARED)
    spared = OrphanVerdict(Identity("acme", "kept", "8"), " Kept ", None, None, 0, Will.NOTHING, "it is protected")
    screen = text.plan(Plan(PORTAL, (change, unnamed), 0, orphans=(spared, replace(spared, name=" "))))
    assert "  + Launch\n" in screen
    assert "      name          Launch\n" in screen
    assert "  + acme/more\n" in screen
    assert "  Kept · acme/kept (object 8)" in screen
    assert "\n  acme/kept (object 8)" in screen


def test_a_receipt_shows_what_did_not_simply_go_well() -> None:
    create = Create(Identity("acme", "launch"), "Launch", (), Source("events/launch.yaml", 1))
    gone: Change = Delete(Identity(None, "old", "9"), None, ())
    receipt = Receipt(
        PORTAL,
        "sha256:00",
        (Result(create, Outcome.DONE), Result(gone, Outcome.REFUSED, "it moved")),
        (gone,),
        written=True,
    )
    assert text.receipt(receipt).split("\n") == [
        "  - old · refused: it moved",
        "    old (object 9) · declared nowhere",
        "Not done: 1 refused. A new plan shows how things stand now.",
        "Applied: 1 created, 0 updated, 0 deleted.",
        "Verified: 1 difference: old.",
        "",
    ]


def test_an_empty_receipt_is_two_lines() -> None:
    assert text.receipt(Receipt(PORTAL, "sha256:00", (), ())) == (
        "Applied: 0 created, 0 updated, 0 deleted.\nVerified: 0 differences.\n"
    )


def test_long_labels_widen_the_column_of_their_event() -> None:
    fields = (FieldChange("eventName", None, "Launch"), FieldChange("customProperties.event_budget_eur", None, "7"))
    create = Create(Identity("acme", "launch"), "Launch", fields, DECLARED)
    assert shown(Plan(PORTAL, (create,), 0))[-2:] == ["      name             Launch", "      event_budget_eur 7"]


def test_what_the_files_change_stands_apart_from_what_was_changed_in_hubspot() -> None:
    assert text.plan(traced()) == dedent(f"""\
        HubSpot portal 1234567 (standard), times in Europe/Berlin

        What the files change

        Create 1 event

          + Launch
            acme/launch · events/launch.yaml:1
              name          Launch

        Update 1 event

          ~ Mixed · 12 registered
            acme/mixed (object 3) · events/mixed.yaml:1
              name          a → b
              type          a → b · changed in HubSpot
              link          a → b · changed in HubSpot too

        Merged, waiting to be applied: the last apply was of an older commit

        Create 1 event

          + Merged
            acme/merged · events/merged.yaml:1
              name          Merged

        Update 1 event

          ~ Neither · 12 registered
            acme/neither (object 4) · events/neither.yaml:1
              name          a → b · merged, waiting to be applied
              type          a → b · changed in HubSpot

        Drift: changed in HubSpot, and an apply puts back what the files declare

        Create 1 event

          + Deleted
            acme/deleted · events/deleted.yaml:1
              name          Deleted

        Update 1 event

          ~ Drifted · 12 registered
            acme/drifted (object 1) · events/drifted.yaml:1
              type          a → b

        Conflicts: changed in HubSpot and in the files, and an apply overwrites what HubSpot holds

        Update 1 event

          ~ Both · 12 registered
            acme/both (object 2) · events/both.yaml:1
              type          a → b

        Neither the files nor the base say where this comes from

        Delete 1 event

          - Old · the attendance history is lost with it · 0 registered
            acme/old (object 9) · declared nowhere
              name          Old

        Plan: 3 to create, 4 to update, 1 to delete; 0 unchanged, 1 orphaned.
        Digest: {traced().digest}
        """)


def test_a_long_text_that_drifted_is_marked_beside_its_label() -> None:
    drifted = FieldChange("eventDescription", "One\nTwo", "One", origin=Origin.HUBSPOT)
    lines = shown(updating(FieldChange("eventType", None, "A", origin=Origin.FILES), drifted))
    assert lines[-2:] == ["      description · changed in HubSpot", "        - Two"]
