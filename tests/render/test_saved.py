"""Plans and receipts as JSON, and saved plans read back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.applying.approval import by_plans
from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Action, Create, Delete, FieldChange, Outline, Source, Update
from reconciler.diagnostics import Diagnostic, OfSeries, Place, Severity, error, warning
from reconciler.errors import SavedPlanInvalid
from reconciler.event import Identity
from reconciler.planning.fingerprint import of_change, of_field
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.series import PlannedSeries
from reconciler.planning.set_aside import SetAside
from reconciler.render.json import ReceiptText, diagnostics_json, plan_json, receipt_json
from reconciler.render.saved import read_plan
from tests.building import PORTAL, diagnostics, plans, receipts

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)

SUMMIT = Update(
    Identity("acme", "summit", "7"),
    "Summit",
    (FieldChange("eventName", "Gipfel", "Summit", 4), FieldChange("eventCancelled", None, after=True)),
    Source("events/summit.yaml", 3),
    12,
    None,
    series="summits",
)
LAUNCH = Create(
    Identity("acme", "launch"), "Launch", (FieldChange("eventName", None, "Launch", 2),), Source("events/l.yaml", 1)
)
GONE = Delete(Identity(None, "old", "9"), None, (FieldChange("eventName", "Old", None),), registrants=0, attendees=0)
HELD = Outline(
    "2027-06-01T00:00:00Z", "2027-06-02T00:00:00Z", "WEBINAR", "Acme", "https://acme.example", cancelled=True
)
GONE = replace(
    GONE, refused="0 allowed", proven=False, was_over=True, outline=replace(HELD, properties=(("region", "EMEA"),))
)
ASIDE = SetAside(Identity(object_id="5"), "Fair", "object-not-live", Source("events/fair.yaml", 1), "it is gone")
ON_A_DATE = replace(
    warning("other", "more"), of_series=OfSeries("acme/demo", "2027-06-03", "Of ", " it is so", None, 3)
)
PLAN = Plan(
    PORTAL,
    (LAUNCH, SUMMIT, GONE),
    unchanged=40,
    set_aside=(ASIDE,),
    series=(PlannedSeries("acme", "summits", "Summits", 3),),
    orphans=(
        OrphanVerdict(
            Identity(None, "old", "9"), "Old", None, "2027-06-01T00:00:00Z", 0, Will.DELETE, "the settings say so"
        ),
    ),
    orphaned=1,
    foreign=None,
    diagnostics=(error("code", "message", Place("events/summit.yaml", 3, 5), "hint"), ON_A_DATE),
    reads=7,
)


def document() -> Any:
    return json.loads(plan_json(PLAN))


# Laws


@given(plans)
def test_a_saved_plan_reads_back_equal(plan: Plan) -> None:
    assert read_plan(plan_json(plan)) == plan


@given(plans)
def test_a_plan_that_was_read_back_is_written_byte_for_byte_the_same(plan: Plan) -> None:
    text = plan_json(plan)
    assert plan_json(read_plan(text)) == text


def test_what_would_be_a_command_to_the_runner_of_a_workflow_is_written_as_its_code() -> None:
    name = "###[error] ::error:: \\##[e]"
    text = plan_json(replace(PLAN, changes=(replace(LAUNCH, name=name),)))
    assert "##[" not in text
    assert json.loads(text)["changes"][0]["name"] == name


@given(plans, receipts, st.lists(diagnostics, max_size=3))
def test_json_is_plain_ascii_without_any_control_character(
    plan: Plan, receipt: Receipt, found: list[Diagnostic]
) -> None:
    for text in (plan_json(plan), receipt_json(receipt), diagnostics_json(tuple(found))):
        assert text.isascii()
        assert all(character == "\n" or character.isprintable() for character in text)
        assert text.endswith("}\n")


@given(st.text() | st.text(alphabet='{}[]",:0123456789truefalsenull \n'))
def test_no_text_whatever_ends_in_another_error(text: str) -> None:
    with pytest.raises(SavedPlanInvalid):
        read_plan(text)


@given(json_values)
def test_no_json_whatever_ends_in_another_error(value: Any) -> None:
    with pytest.raises(SavedPlanInvalid):
        read_plan(json.dumps(value))


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield every place in a JSON document, from the outside in."""
    yield path
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in inner:
            yield from places(item, (*path, key))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


PLACES = list(places(document()))[1:]


@settings(max_examples=200)
@given(st.sampled_from(PLACES), json_values)
def test_whatever_stands_in_a_place_of_a_plan_only_saved_plan_invalid_is_raised(
    path: tuple[str | int, ...], value: Any
) -> None:
    changed = document()
    at(changed, path[:-1])[path[-1]] = value
    try:
        read = read_plan(json.dumps(changed))
    except SavedPlanInvalid:
        return
    again = json.loads(plan_json(read)) | {"format_version": changed["format_version"]}
    assert known_part(changed, again) == again


def known_part(said: Any, known: Any) -> Any:
    """Remove every key that only `said` holds."""
    if isinstance(known, dict):
        return {key: known_part(said.get(key, value), value) for key, value in known.items()}
    if isinstance(known, list):
        return [known_part(one, like) for one, like in zip(said, known, strict=True)]
    return said


SHOWN = ("was_over", "start", "end", "type", "organizer", "url", "cancelled", "properties")
ADDED_SINCE_1_1: list[tuple[str | int, ...]] = [("series",)]
ADDED_SINCE_1_1 += [("changes", number, key) for number in range(3) for key in ("series", *SHOWN)]
ADDED: list[tuple[str | int, ...]] = [("set_aside",), ("summary", "set_aside"), *ADDED_SINCE_1_1]
ADDED += [("changes", number, key) for number in range(3) for key in ("timezone", "refused", "proven")]
"""The keys that plans in the first version of the format lack."""
KEYS = [path for path in PLACES if (isinstance(path[-1], str) or path[0] == "changes") and path not in ADDED]
KEYS.remove(("changes", 2, "properties", "region"))  # a property that is not shown
KEYS.remove(("diagnostics", 1, "of_series"))  # a diagnostic that stands alone


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_plan_without_one_of_its_keys_or_changes_is_refused(path: tuple[str | int, ...]) -> None:
    changed = document()
    del at(changed, path[:-1])[path[-1]]
    with pytest.raises(SavedPlanInvalid):
        read_plan(json.dumps(changed))


def test_a_plan_of_the_first_version_of_the_format_is_read() -> None:
    bare: dict[str, Any] = dict.fromkeys(("timezone", "refused", "series"))
    changes = tuple(replace(change, proven=True, was_over=False, outline=Outline(), **bare) for change in PLAN.changes)
    plain = replace(PLAN, set_aside=(), series=(), changes=changes)
    first = json.loads(plan_json(plain)) | {"format_version": "1.0"}
    for *path, key in ADDED:
        del at(first, tuple(path))[key]
    assert read_plan(json.dumps(first)) == plain


def test_a_plan_of_the_second_version_of_the_format_is_read() -> None:
    changes = tuple(replace(change, series=None, was_over=False, outline=Outline()) for change in PLAN.changes)
    plain = replace(PLAN, series=(), changes=changes)
    before = json.loads(plan_json(plain)) | {"format_version": "1.1"}
    for *path, key in ADDED_SINCE_1_1:
        del at(before, tuple(path))[key]
    assert read_plan(json.dumps(before)) == plain


COVERED = [
    path
    for path in PLACES
    if path[0] in ("digest", "summary")
    or path[:2] == ("portal", "id")
    or (path[0] == "changes" and path[-1] in ("action", "before", "after", "fingerprint", "cancels", "completes"))
    or (path[0] == "changes" and len(path) == 5 and path[-1] == "name")
    or (path[0] == "changes" and "identity" in path[:-1])
]


@settings(max_examples=200)
@given(
    st.sampled_from(COVERED),
    st.none() | st.booleans() | st.integers(0, 99) | st.text(max_size=4) | st.sampled_from(Action).map(str),
)
def test_no_edit_of_what_an_approval_covers_approves_anything_else(path: tuple[str | int, ...], value: Any) -> None:
    changed = document()
    at(changed, path[:-1])[path[-1]] = value
    try:
        read = read_plan(json.dumps(changed))
    except SavedPlanInvalid:
        return
    given = {of_change(read.portal.id, change) for change in read.changes}
    assert {of_change(PORTAL.id, change) for change in by_plans(PLAN, [read]).approved} <= given


@given(st.data(), plans)
def test_flipping_any_character_of_a_saved_plan_approves_nothing_new(data: st.DataObject, plan: Plan) -> None:
    text = plan_json(plan)
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from('0a"{}[],: 9z'))
    try:
        read = read_plan(text[:position] + other + text[position + 1 :])
    except SavedPlanInvalid:
        return
    assert read.digest == plan.digest


@given(plans, st.data())
def test_a_forged_plan_approves_only_what_the_new_plan_wants_anyway(plan: Plan, data: st.DataObject) -> None:
    forged = replace(data.draw(plans), portal=plan.portal)
    read = read_plan(plan_json(forged))
    assert set(by_plans(plan, [read]).approved) <= set(plan.changes)


# The form


def test_a_plan_has_the_keys_of_the_contract() -> None:
    assert document() == {
        "format_version": "1.2",
        "digest": PLAN.digest,
        "portal": {
            "id": 1234567,
            "account_type": "STANDARD",
            "timezone": "Europe/Berlin",
            "api_version": "2026-03",
            "app_id": 1001,
        },
        "summary": {
            "create": 1,
            "update": 1,
            "delete": 1,
            "unchanged": 40,
            "orphaned": 1,
            "foreign": None,
            "set_aside": 1,
        },
        "changes": [
            {
                "action": "create",
                "identity": {"external_account_id": "acme", "external_event_id": "launch", "object_id": None},
                "name": "Launch",
                "start": None,
                "end": None,
                "type": None,
                "organizer": None,
                "url": None,
                "cancelled": False,
                "properties": {},
                "cancels": False,
                "completes": False,
                "origin": "unknown",
                "source": {"file": "events/l.yaml", "line": 1},
                "registrants": None,
                "attendees": None,
                "timezone": None,
                "series": None,
                "refused": None,
                "proven": True,
                "was_over": False,
                "fields": [
                    {
                        "name": "eventName",
                        "before": None,
                        "after": "Launch",
                        "origin": "unknown",
                        "line": 2,
                        "fingerprint": of_field(PORTAL.id, LAUNCH, LAUNCH.fields[0]),
                    }
                ],
                "fingerprint": of_change(PORTAL.id, LAUNCH),
            },
            {
                "action": "update",
                "identity": {"external_account_id": "acme", "external_event_id": "summit", "object_id": "7"},
                "name": "Summit",
                "start": None,
                "end": None,
                "type": None,
                "organizer": None,
                "url": None,
                "cancelled": False,
                "properties": {},
                "cancels": True,
                "completes": False,
                "origin": "unknown",
                "source": {"file": "events/summit.yaml", "line": 3},
                "registrants": 12,
                "attendees": None,
                "timezone": None,
                "series": "summits",
                "refused": None,
                "proven": True,
                "was_over": False,
                "fields": [
                    {
                        "name": "eventName",
                        "before": "Gipfel",
                        "after": "Summit",
                        "origin": "unknown",
                        "line": 4,
                        "fingerprint": of_field(PORTAL.id, SUMMIT, SUMMIT.fields[0]),
                    },
                    {
                        "name": "eventCancelled",
                        "before": None,
                        "after": True,
                        "origin": "unknown",
                        "line": None,
                        "fingerprint": of_field(PORTAL.id, SUMMIT, SUMMIT.fields[1]),
                    },
                ],
                "fingerprint": of_change(PORTAL.id, SUMMIT),
            },
            {
                "action": "delete",
                "identity": {"external_account_id": None, "external_event_id": "old", "object_id": "9"},
                "name": None,
                "start": "2027-06-01T00:00:00Z",
                "end": "2027-06-02T00:00:00Z",
                "type": "WEBINAR",
                "organizer": "Acme",
                "url": "https://acme.example",
                "cancelled": True,
                "properties": {"region": "EMEA"},
                "cancels": False,
                "completes": False,
                "origin": "unknown",
                "source": None,
                "registrants": 0,
                "attendees": 0,
                "timezone": None,
                "series": None,
                "refused": "0 allowed",
                "proven": False,
                "was_over": True,
                "fields": [
                    {
                        "name": "eventName",
                        "before": "Old",
                        "after": None,
                        "origin": "unknown",
                        "line": None,
                        "fingerprint": of_field(PORTAL.id, GONE, GONE.fields[0]),
                    }
                ],
                "fingerprint": of_change(PORTAL.id, GONE),
            },
        ],
        "set_aside": [
            {
                "identity": {"external_account_id": None, "external_event_id": None, "object_id": "5"},
                "name": "Fair",
                "code": "object-not-live",
                "source": {"file": "events/fair.yaml", "line": 1},
            }
        ],
        "series": [{"external_account_id": "acme", "external_event_id": "summits", "name": "Summits", "unchanged": 3}],
        "orphans": [
            {
                "identity": {"external_account_id": None, "external_event_id": "old", "object_id": "9"},
                "name": "Old",
                "start": None,
                "end": "2027-06-01T00:00:00Z",
                "registrants": 0,
                "will": "delete",
                "why": "the settings say so",
            }
        ],
        "diagnostics": [
            {
                "severity": "error",
                "code": "code",
                "message": "message",
                "file": "events/summit.yaml",
                "line": 3,
                "column": 5,
                "hint": "hint",
            },
            {
                "severity": "warning",
                "code": "other",
                "message": "more",
                "file": None,
                "line": None,
                "column": None,
                "hint": None,
                "of_series": {
                    "series": "acme/demo",
                    "date": "2027-06-03",
                    "before": "Of ",
                    "after": " it is so",
                    "hint": None,
                    "registrants": 3,
                },
            },
        ],
        "requests": {"reads": 7, "writes_to_apply": 3},
    }


def test_the_keys_of_a_plan_stand_in_the_order_of_the_contract() -> None:
    assert list(document()) == [
        "format_version",
        "digest",
        "portal",
        "summary",
        "changes",
        "set_aside",
        "series",
        "orphans",
        "diagnostics",
        "requests",
    ]


def test_findings_alone_are_written_with_the_version_of_the_format() -> None:
    found = Diagnostic(Severity.INFO, "code", "message", Place("a", 1, 2), None)
    assert json.loads(diagnostics_json((found,))) == {
        "format_version": "1.2",
        "diagnostics": [
            {
                "severity": "info",
                "code": "code",
                "message": "message",
                "file": "a",
                "line": 1,
                "column": 2,
                "hint": None,
            }
        ],
    }


RESULTS = (
    Result(LAUNCH, Outcome.DONE),
    Result(SUMMIT, Outcome.REFUSED, "somebody changed it"),
    Result(GONE, Outcome.NOT_ATTEMPTED, "not reviewed"),
)


def test_a_receipt_has_the_keys_of_the_contract() -> None:
    receipt = Receipt(PORTAL, PLAN.digest, RESULTS, (SUMMIT,), written=True, set_aside=(ASIDE,))
    assert json.loads(receipt_json(receipt)) == {
        "format_version": "1.2",
        "digest": PLAN.digest,
        "portal": document()["portal"],
        "results": [
            {
                "action": "create",
                "identity": {"external_account_id": "acme", "external_event_id": "launch", "object_id": None},
                "name": "Launch",
                "outcome": "done",
                "why": None,
                "source": {"file": "events/l.yaml", "line": 1},
            },
            {
                "action": "update",
                "identity": {"external_account_id": "acme", "external_event_id": "summit", "object_id": "7"},
                "name": "Summit",
                "outcome": "refused",
                "why": "somebody changed it",
                "source": {"file": "events/summit.yaml", "line": 3},
            },
            {
                "action": "delete",
                "identity": {"external_account_id": None, "external_event_id": "old", "object_id": "9"},
                "name": None,
                "outcome": "not_attempted",
                "why": "not reviewed",
                "source": None,
            },
            {
                "action": None,
                "identity": {"external_account_id": None, "external_event_id": None, "object_id": "5"},
                "name": "Fair",
                "outcome": "refused",
                "why": "it is gone",
                "source": {"file": "events/fair.yaml", "line": 1},
            },
        ],
        "summary": {
            "created": 1,
            "updated": 0,
            "deleted": 0,
            "failed": 0,
            "refused": 2,
            "unsure": 0,
            "not_attempted": 1,
        },
        "verified": {"differences": 1, "changes": [document()["changes"][1]]},
    }


ODD = replace(SUMMIT, name='"results": [] ##[error]')


def test_a_receipt_is_laid_out_as_other_json_but_with_a_line_for_each_result() -> None:
    text = receipt_json(Receipt(PORTAL, PLAN.digest, (*RESULTS, Result(ODD, Outcome.DONE)), (ODD,), set_aside=(ASIDE,)))
    document = json.loads(text)
    results = [json.dumps(result) for result in document["results"]]
    laid_out = json.dumps({**document, "results": results}, indent=2)
    for result in results:
        laid_out = laid_out.replace(json.dumps(result), result)
    assert text == laid_out.replace("##[", r"#\u0023[") + "\n"
    assert len(results) == len(RESULTS) + 2


def test_a_receipt_without_results_is_laid_out_like_every_other_json() -> None:
    text = receipt_json(Receipt(PORTAL, PLAN.digest, (), (ODD,)))
    assert text == json.dumps(json.loads(text), indent=2).replace("##[", r"#\u0023[") + "\n"


@given(st.lists(st.lists(st.tuples(st.integers(0, 249), st.sampled_from(Outcome))), max_size=6))
def test_a_receipt_that_is_kept_up_to_date_is_the_one_made_anew(runs: list[list[tuple[int, Outcome]]]) -> None:
    changes = [replace(LAUNCH, name=f"Launch {number}") for number in range(250)]
    results = [Result(change, Outcome.NOT_ATTEMPTED, "not yet") for change in changes]
    texts = ReceiptText()
    for ended in runs:
        for place, outcome in ended:
            results[place] = Result(changes[place], outcome)
        receipt = Receipt(PORTAL, PLAN.digest, tuple(results))
        assert texts.json(receipt) == receipt_json(receipt)


def test_what_was_really_done_is_counted_by_its_action() -> None:
    done = tuple(Result(change, Outcome.DONE) for change in (LAUNCH, SUMMIT, SUMMIT, GONE, GONE, GONE))
    summary = json.loads(receipt_json(Receipt(PORTAL, PLAN.digest, done)))["summary"]
    assert [summary["created"], summary["updated"], summary["deleted"]] == [1, 2, 3]


def test_a_receipt_without_a_second_reading_says_that_nothing_is_verified() -> None:
    assert json.loads(receipt_json(Receipt(PORTAL, PLAN.digest, RESULTS)))["verified"] is None


def test_a_receipt_that_is_verified_without_differences_says_so() -> None:
    verified = json.loads(receipt_json(Receipt(PORTAL, PLAN.digest, RESULTS, ())))["verified"]
    assert verified == {"differences": 0, "changes": []}


# What is refused, and how


def refusal(changed: Any) -> str:
    with pytest.raises(SavedPlanInvalid) as refused:
        read_plan(changed if isinstance(changed, str) else json.dumps(changed))
    assert refused.value.hint == "make the plan again with `reconciler plan --out FILE`"
    assert refused.value.exit_code == 1
    return refused.value.message


def test_an_edited_value_is_told_as_a_contradiction() -> None:
    changed = document()
    changed["changes"][1]["fields"][0]["after"] = "Sunmit"
    assert refusal(changed) == "this saved plan contradicts itself: it was changed after it was made"


@pytest.mark.parametrize("path", [(), ("portal",), ("changes", 1), ("changes", 1, "fields", 0), ("diagnostics", 0)])
@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.17"])
def test_a_plan_of_a_later_minor_version_is_read_as_far_as_it_is_known(
    version: str, path: tuple[str | int, ...]
) -> None:
    changed = {**document(), "format_version": version}
    at(changed, path)["weather"] = {"fine": [True]}
    assert read_plan(json.dumps(changed)) == PLAN


def test_a_key_more_hides_no_edited_value() -> None:
    changed = {**document(), "format_version": "1.7", "weather": "fine"}
    changed["changes"][1]["fields"][0]["after"] = "Sunmit"
    assert "contradicts itself" in refusal(changed)


def test_a_number_in_the_place_of_a_truth_value_is_told_as_a_contradiction() -> None:
    changed = document()
    changed["changes"][1]["cancels"] = 1
    assert "contradicts itself" in refusal(changed)


def test_a_plan_of_another_major_version_is_refused_by_name() -> None:
    assert (
        refusal({**document(), "format_version": "2.0"})
        == "this is not a saved plan: its format version '2.0' is not supported"
    )


@pytest.mark.parametrize("version", ["1", "1.", "1.01", "1.0.0", "1.x", "10.0", "", "one"])
def test_another_version_of_the_format_is_refused(version: str) -> None:
    refusal({**document(), "format_version": version})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is not JSON (line 1, column 1)"),
        ("{", "it is not JSON (line 1, column 2)"),
        ("[]", "the file is not an object"),
        ("{}", "format_version is not a text"),
        ("[" * 100_000, "it is nested too deeply"),
        ("9" * 5_000, "digits"),
        ('{"format_version": "1.0"}', "portal is not an object"),
    ],
)
def test_what_is_no_plan_is_told_in_one_line(text: str, why: str) -> None:
    message = refusal(text)
    assert message.startswith("this is not a saved plan: ")
    assert why in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("portal", "id"), "1", "portal.id is not a number"),
        (("portal", "id"), True, "portal.id is not a number"),
        (("portal", "id"), 1.0, "portal.id is not a number"),
        (("summary", "unchanged"), None, "summary.unchanged is not a number"),
        (("changes",), {}, "changes is not a list"),
        (("changes", 1), [], "changes[1] is not an object"),
        (("changes", 1, "action"), "replace", "'replace' is not a valid Action"),
        (("changes", 1, "source"), "a", "changes[1].source is not an object"),
        (("changes", 1, "fields", 0, "name"), 1, "changes[1].fields[0].name is not a text"),
        (("changes", 1, "fields", 0, "after"), 1, "changes[1].fields[0].after is not a text"),
        (("diagnostics", 0, "severity"), "fatal", "'fatal' is not a valid Severity"),
    ],
)
def test_a_wrong_value_is_told_by_its_place(path: tuple[str | int, ...], value: object, why: str) -> None:
    changed = document()
    at(changed, path[:-1])[path[-1]] = value
    assert refusal(changed) == f"this is not a saved plan: {why}"
