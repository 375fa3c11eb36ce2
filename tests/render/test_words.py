"""The words that every format shares."""

from dataclasses import replace

import pytest
from hypothesis import given

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Action, Change, Create, Delete, FieldChange, Outline, Source, Update
from reconciler.diagnostics import OfSeries, info
from reconciler.event import Identity, Value
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render import nothing_sent, words
from reconciler.render.dates import clocks_of
from tests.building import PORTAL, plans, receipts
from tests.render.series import HOUR, LINK, changed, moved, plan_of

SUMMIT = Identity("acme", "summit", "7")
DECLARED = Source("events/summit.yaml", 3)


def update(name: str, after: Value, *, registrants: int | None = 0) -> Update:
    return Update(SUMMIT, "Summit", (FieldChange(name, None, after),), DECLARED, registrants)


# The fixed lines


@given(plans)
def test_the_summary_of_a_plan_counts_what_it_would_do(plan: Plan) -> None:
    assert words.summary(plan) == (
        f"Plan: {plan.count(Create)} to create, {plan.count(Update)} to update, {plan.count(Delete)} to delete; "
        f"{plan.unchanged} unchanged, {plan.orphaned or 0} orphaned."
    )
    assert words.digest_line(plan) == f"Digest: {plan.digest}"


def test_the_fixed_lines_are_those_of_the_contract() -> None:
    changes: tuple[Change, ...] = (
        Create(SUMMIT, None, ()),
        Create(Identity("acme", "b"), None, ()),
        Update(SUMMIT, None, ()),
    )
    plan = Plan(PORTAL, changes, 40, orphaned=1)
    assert words.summary(plan) == "Plan: 2 to create, 1 to update, 0 to delete; 40 unchanged, 1 orphaned."
    assert words.NO_CHANGES == "No changes. HubSpot holds what the files declare."


def receipt(*outcomes: Outcome, verified: tuple[Change, ...] | None = ()) -> Receipt:
    made: tuple[Change, ...] = tuple(kind(SUMMIT, None, ()) for kind in (Create, Create, Update, Delete))
    results = [Result(change, outcome) for change, outcome in zip(made, outcomes, strict=False)]
    return Receipt(PORTAL, "sha256:00", tuple(results), verified)


def test_what_was_done_is_said_in_one_line() -> None:
    done = receipt(Outcome.DONE, Outcome.FAILED, Outcome.DONE, Outcome.DONE)
    assert words.applied(done) == "Applied: 1 created, 1 updated, 1 deleted."


def test_a_list_says_how_much_of_a_very_long_name_is_left_out() -> None:
    assert words.named_event("x" * 502, Identity("acme", "a")) == f"{'x' * 500}… 2 more letters · acme/a"


@pytest.mark.parametrize(
    ("verified", "line"),
    [
        (None, "Verified: not possible."),
        ((), "Verified: 0 differences."),
        ((update("eventName", "x"),), "Verified: 1 difference: acme/summit."),
        ((update("eventName", "x"),) * 2, "Verified: 2 differences: acme/summit, acme/summit."),
    ],
)
def test_what_the_second_reading_found_is_said_in_one_line(verified: tuple[Change, ...] | None, line: str) -> None:
    assert words.verified(receipt(verified=verified)) == line


def test_of_many_differences_ten_are_named() -> None:
    left = tuple(Update(Identity("acme", str(number)), None, ()) for number in range(12))
    names = ", ".join(f"acme/{number}" for number in range(10))
    assert words.verified(receipt(verified=left)) == f"Verified: 12 differences: {names} and 2 more."
    assert words.verified(receipt(verified=left[:10])) == f"Verified: 10 differences: {names}."


def test_the_names_of_what_is_left_are_written_safely() -> None:
    left = (Update(Identity("acme", "a\nb"), None, ()),)
    assert words.verified(receipt(verified=left)) == r"Verified: 1 difference: acme/a\nb."
    assert words.verified(receipt(verified=left), str.upper) == "Verified: 1 difference: ACME/A\nB."


@given(receipts)
def test_a_receipt_is_verified_only_where_a_second_reading_found_nothing(receipt: Receipt) -> None:
    assert (words.verified(receipt) == "Verified: 0 differences.") == (receipt.verified == ())


# The portal and its dates


@pytest.mark.parametrize(
    ("portal", "line"),
    [
        (PORTAL, "HubSpot portal 1234567 (standard), times in Europe/Berlin"),
        (
            replace(PORTAL, account_type="DEVELOPER_TEST"),
            "HubSpot portal 1234567 (developer test), times in Europe/Berlin",
        ),
        (replace(PORTAL, account_type=None, timezone=None), "HubSpot portal 1234567, times in UTC"),
    ],
)
def test_the_portal_is_named_with_its_kind_and_its_time_zone(portal: Portal, line: str) -> None:
    assert words.portal(portal) == line


@pytest.mark.parametrize(
    ("zone", "head"),
    [
        (None, "HubSpot portal 1234567 (standard), times in Europe/Berlin"),
        ("Europe/Berlin", "HubSpot portal 1234567 (standard), times in Europe/Berlin"),
        ("Europe/London", "HubSpot portal 1234567 (standard), times in Europe/Berlin unless a place is named"),
    ],
)
def test_the_head_of_a_plan_tells_that_some_times_are_those_of_other_places(zone: str | None, head: str) -> None:
    start = replace(update("startDateTime", "2027-04-15T15:00:00Z"), timezone=zone)
    others = replace(update("eventType", "x"), timezone="Asia/Tokyo")
    assert words.head(Plan(PORTAL, (others, start), 0)) == head


def test_a_plan_without_its_details_is_else_the_same() -> None:
    detail, other = info("identity-unproven", "by event id alone"), info("other", "more")
    plan = Plan(PORTAL, (update("eventType", "x"),), 40, diagnostics=(detail, other))
    assert words.concise(plan) == replace(plan, diagnostics=(other,))


# Changes


def test_a_heading_says_what_happens_to_how_many_events() -> None:
    assert words.heading(Action.CREATE, 2) == "Create 2 events"
    assert words.heading(Action.UPDATE, 1) == "Update 1 event"
    assert words.heading(Action.DELETE, 0) == "Delete 0 events"


def test_each_action_has_a_sign() -> None:
    assert [words.sign(kind(SUMMIT, None, ())) for kind in (Create, Update, Delete)] == ["+", "~", "-"]


def test_an_event_is_called_by_its_name_else_by_its_ids() -> None:
    assert words.title(Update(SUMMIT, "Summit", ())) == "Summit"
    assert words.title(Update(SUMMIT, None, ())) == words.title(Update(SUMMIT, "", ())) == "acme/summit"


@pytest.mark.parametrize(
    ("change", "remarks"),
    [
        (Create(SUMMIT, None, (FieldChange("eventCancelled", None, after=True),)), []),
        (
            Create(SUMMIT, None, (FieldChange("eventCompleted", None, after=True),)),
            ["COMPLETED from the start, which cannot be undone"],
        ),
        (Create(SUMMIT, None, (FieldChange("eventCompleted", None, after=False),)), []),
        (update("eventName", "x", registrants=12), ["12 registered"]),
        (update("eventName", "x", registrants=None), ["nobody knows how many are registered"]),
        (update("eventCancelled", after=True), ["CANCELS the event", "0 registered"]),
        (update("eventCompleted", after=True), ["COMPLETES the event, which cannot be undone", "0 registered"]),
        (Delete(SUMMIT, None, (), None, 3), ["the attendance history is lost with it", "3 registered"]),
    ],
)
def test_what_must_not_be_overlooked_is_said(change: Change, remarks: list[str]) -> None:
    assert words.remarks(change) == remarks


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        (SUMMIT, "acme/summit (object 7)"),
        (Identity("acme", "summit"), "acme/summit"),
        (Identity(None, "old", "9"), "old (object 9)"),
        (Identity(object_id="9"), "object 9"),
    ],
)
def test_an_event_is_named_exactly(identity: Identity, shown: str) -> None:
    assert words.identity(identity) == shown


def test_a_change_says_where_it_is_declared() -> None:
    assert words.where(Update(SUMMIT, None, (), DECLARED)) == "events/summit.yaml:3"
    assert words.where(Delete(SUMMIT, None, ())) == "declared nowhere"


def test_a_field_is_called_as_people_call_it() -> None:
    assert words.label(FieldChange("startDateTime", None, None)) == "starts"
    assert words.label(FieldChange("eventName", None, None)) == "name"
    assert words.label(FieldChange("customProperties.event_region", None, None)) == "event_region"


@pytest.mark.parametrize(
    ("name", "held", "shown"),
    [
        ("eventCancelled", True, "yes"),
        ("eventCancelled", False, "no"),
        ("eventCancelled", None, "no"),
        ("startDateTime", "2027-04-15T15:00:00Z", "Thu 15 Apr 2027 17:00"),
        ("startDateTime", None, "(empty)"),
        ("eventName", "2027-04-15T15:00:00Z", "2027-04-15T15:00:00Z"),
        ("eventName", None, "(empty)"),
        ("customProperties.eventCancelled", "true", "true"),
    ],
)
def test_a_value_is_written_for_people(name: str, held: Value, shown: str) -> None:
    assert words.value(name, held, clocks_of(None, PORTAL)) == shown


FLAGS_AND_NAME = (
    FieldChange("eventName", "Old", "Old"),
    FieldChange("eventCancelled", before=False, after=False),
    FieldChange("eventCompleted", before=True, after=True),
)


@pytest.mark.parametrize("kind", [Create, Delete])
def test_a_record_shows_flags_only_where_they_are_set(kind: type[Create] | type[Delete]) -> None:
    assert list(words.record(kind(SUMMIT, None, FLAGS_AND_NAME), PORTAL)) == [("name", "Old"), ("completed", "yes")]


def test_a_record_shows_what_a_create_brings_and_what_a_delete_takes() -> None:
    both = (FieldChange("eventName", "before", "after"),)
    assert list(words.record(Create(SUMMIT, None, both), PORTAL)) == [("name", "after")]
    assert list(words.record(Delete(SUMMIT, None, both), PORTAL)) == [("name", "before")]


def test_a_record_shows_times_on_the_clocks_of_the_event() -> None:
    create = Create(SUMMIT, None, (FieldChange("startDateTime", None, "2027-04-15T15:00:00Z"),), timezone="Asia/Tokyo")
    assert list(words.record(create, PORTAL)) == [("starts", "Fri 16 Apr 2027 00:00 Tokyo")]


# Orphans, others' events, findings, results


def verdict(will: Will, name: str | None = "Old") -> OrphanVerdict:
    return OrphanVerdict(Identity(None, "old", "9"), name, None, None, 3, will, "it is protected")


def test_only_orphans_that_nothing_happens_to_are_listed_as_such() -> None:
    assert list(words.spared([verdict(will) for will in Will])) == [verdict(Will.NOTHING)]


def test_an_orphan_is_named_with_the_reason_why_it_stays() -> None:
    assert words.orphan(verdict(Will.NOTHING)) == "Old · old (object 9) · 3 registered · left alone: it is protected"
    assert words.orphan(verdict(Will.NOTHING, None)) == "old (object 9) · 3 registered · left alone: it is protected"


@pytest.mark.parametrize(
    ("foreign", "orphaned", "lines"),
    [
        (1, 0, ["1 event in the portal belongs to others and is left alone."]),
        (2, 0, ["2 events in the portal belong to others and are left alone."]),
        (0, 3, []),
        (0, None, ["Orphans were not looked for: the settings say orphans: ignore."]),
        (
            None,
            None,
            ["Orphans were not looked for: this run covers only a part of the declarations."],
        ),
    ],
)
def test_what_is_not_looked_at_or_touched_is_said(foreign: int | None, orphaned: int | None, lines: list[str]) -> None:
    assert list(words.left_alone(Plan(PORTAL, (), 0, orphaned=orphaned, foreign=foreign))) == lines


def test_a_receipt_that_fell_short_says_by_what_and_what_to_do() -> None:
    outcomes = [Outcome.DONE, Outcome.REFUSED, Outcome.UNSURE, Outcome.UNSURE, Outcome.NOT_ATTEMPTED]
    results = tuple(Result(update("a", str(number)), outcome) for number, outcome in enumerate(outcomes))
    line = "Not done: 1 refused, 2 unsure, 1 not attempted. A new plan shows how things stand now."
    assert list(words.shortfall(Receipt(PORTAL, "sha256:00", results))) == [line]


def renamed(number: int) -> Update:
    return replace(update("eventName", "b"), identity=Identity("acme", f"e-{number}", f"{number}"))


def test_a_receipt_says_what_is_different_again_though_it_was_written() -> None:
    made, changed, deleted, failed = (renamed(number) for number in range(4))
    results = (*(Result(one, Outcome.DONE) for one in (made, changed, deleted)), Result(failed, Outcome.FAILED, "no"))
    left = (Create(made.identity, None, ()), changed, Delete(deleted.identity, None, ()), failed)
    (line,) = words.overruled(Receipt(PORTAL, "sha256:00", results, left))
    assert line == (
        "Different again after it was written: acme/e-0 (it is gone), acme/e-1 (name), acme/e-2 (it is there again). "
        "Nothing was written a second time."
    )


def test_only_some_of_many_events_that_are_different_again_are_named() -> None:
    changes = tuple(map(renamed, range(12)))
    results = tuple(Result(one, Outcome.DONE) for one in changes)
    (line,) = words.overruled(Receipt(PORTAL, "sha256:00", results, changes))
    assert line.endswith("acme/e-9 (name) and 2 more. Nothing was written a second time.")


def test_a_receipt_of_successes_did_not_fall_short() -> None:
    assert not list(words.shortfall(Receipt(PORTAL, "sha256:00", (Result(update("a", "b"), Outcome.DONE),))))


def test_a_plain_success_is_not_worth_a_line() -> None:
    plain, already = (
        Result(update("a", "b"), Outcome.DONE),
        Result(update("a", "b"), Outcome.DONE, "it held it already"),
    )
    failed = Result(update("a", "b"), Outcome.FAILED)
    assert words.notable(Receipt(PORTAL, "", (plain, already, failed))) == [already, failed]


def test_an_outcome_is_said_in_words_with_its_reason() -> None:
    assert (
        words.outcome(Result(update("a", "b"), Outcome.NOT_ATTEMPTED, "not reviewed")) == "not attempted: not reviewed"
    )
    assert words.outcome(Result(update("a", "b"), Outcome.UNSURE)) == "unsure"


LOST = SetAside(Identity(object_id="9"), "Lost", "object-not-live", Source("a.yaml", 1))


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ((), "1 event is set aside, and there was nothing else to write"),
        (
            (Result(update("eventUrl", "b"), Outcome.REFUSED, "no", "guard-besides"),),
            "1 event is set aside, and a guard refuses every change, as said above",
        ),
        (
            (Result(update("eventUrl", "b"), Outcome.NOT_ATTEMPTED, "not reviewed"),),
            "1 event is set aside, and nothing else was written, as said above",
        ),
    ],
)
def test_a_run_that_sends_nothing_beside_a_set_aside_event_explains_the_rest(
    results: tuple[Result, ...], why: str
) -> None:
    assert nothing_sent.nothing_went(Receipt(PORTAL, "sha256:0", results, (), set_aside=(LOST,))) == why


@pytest.mark.parametrize(
    ("change", "abroad"),
    [
        (changed(0, LINK), True),
        (replace(changed(0, LINK), series=None), False),
        (replace(changed(0, LINK), outline=Outline()), False),
    ],
)
def test_the_head_of_a_plan_also_speaks_of_times_that_stay_in_a_series(change: Change, *, abroad: bool) -> None:
    plan = plan_of(replace(change, timezone="Europe/London"))
    assert ("unless a place is named" in words.head(plan)) == abroad


def test_a_heading_counts_the_changes_beside_those_in_groups_as_more() -> None:
    assert words.heading(Action.CREATE, 2, others=True) == "Create 2 more events"


def test_what_is_so_of_several_dates_of_a_series_stands_first_once_and_in_no_note() -> None:
    said = OfSeries("acme/demo", "2027-03-04", "", " are no longer declared", None, 0)
    dates = ("2027-03-04", "2027-03-11")
    found = tuple(
        replace(info("no-longer-declared", f"{date} is gone"), of_series=replace(said, date=date)) for date in dates
    )
    plan = replace(plan_of(), diagnostics=found)
    (told,) = words.first(plan)
    assert (
        told.message == "2 dates of acme/demo are no longer declared; 0 registered; the dates: 2027-03-04, 2027-03-11"
    )
    assert words.notes(plan) == ()


def test_a_move_of_an_event_that_was_over_says_so() -> None:
    assert "was over already" in words.remarks(replace(moved(1, HOUR), was_over=True))
    assert "was over already" not in words.remarks(moved(1, HOUR))


def test_only_a_run_of_which_guards_refuse_every_change_says_that_they_do() -> None:
    refused = Result(update("eventUrl", "b"), Outcome.REFUSED, "2 registered", guard="guard-registrants")
    done = Result(update("eventUrl", "b"), Outcome.DONE)
    why = [nothing_sent.nothing_went(Receipt(PORTAL, "sha256:0", (result,), ())) for result in (refused, done)]
    assert why == ["a guard refuses every change, as said above", None]
