"""Declared custom properties compared with the portal's definitions."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.declarations.values.corrections import did_you_mean
from reconciler.diagnostics import Place, Severity
from reconciler.event import CUSTOM, Declared, DeclaredEvent, Kind, Value
from reconciler.planning.properties import any_declared, misfits, typed
from reconciler.planning.set_aside import obstacle_findings
from reconciler.portal import Definition
from tests.building import declared, texts

OPTIONS = {"automation": "Automation", "data": "Data & AI", "security": "Security"}
DEFINITIONS = {
    one.name: one
    for one in (
        Definition("event_region", "Region", Kind.OPTIONS, {"EMEA": "Europe", "AMER": "Americas"}),
        Definition("event_topics", "Topics", Kind.OPTIONS, OPTIONS, several=True),
        Definition("event_cities", "Cities", Kind.OPTIONS, {str(number): str(number) for number in range(11)}),
        Definition("event_hosts", "Hosts", Kind.OPTIONS, None, several=True),
        Definition("event_host", "Host", Kind.OPTIONS, None),
        Definition("event_budget", "Budget", Kind.NUMBER),
        Definition("event_hybrid", "Hybrid", Kind.BOOLEAN),
        Definition("event_closing", "Closing", Kind.DATE),
        Definition("event_doors", "Doors open", Kind.MOMENT),
        Definition("event_note", "Note", Kind.TEXT),
        Definition("hs_lastmodifieddate", "Last modified", Kind.TEXT, writable=False),
    )
}


def everything(*events: DeclaredEvent) -> Declared:
    return Declared(events, 1)


def event(properties: Mapping[str, Value]) -> DeclaredEvent:
    return declared(fields={"eventName": "Summit", **{CUSTOM + name: value for name, value in properties.items()}})


def told(name: str, value: Value) -> tuple[str, str, str | None] | None:
    """Return the code, message and hint of the problem with one property."""
    found = list(obstacle_findings(misfits(everything(event({name: value})), DEFINITIONS, ())))
    assert len(found) <= 1
    return next(((one.code, one.message, one.hint) for one in found), None)


def wrong_value(name: str, value: str) -> tuple[str, str | None]:
    wrong = told(name, value)
    assert wrong is not None
    code, message, hint = wrong
    assert code == "custom-property-value"
    assert message.startswith(f"customProperties.{name}: ")
    return message.partition(": ")[2], hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("event_region", "AMER"),
        ("event_topics", "data"),
        ("event_topics", "security;automation"),
        ("event_hosts", "anybody;else"),
        ("event_host", "any;body"),
        ("event_budget", "1000"),
        ("event_budget", "-12.50"),
        ("event_hybrid", "true"),
        ("event_hybrid", "false"),
        ("event_closing", "2028-02-29"),
        ("event_closing", "1807747200000"),
        ("event_doors", "2027-04-15T17:00:00+02:00"),
        ("event_doors", "2027-04-15T15:00Z"),
        ("event_doors", "2027-04-15T15:00:00.120Z"),
        ("event_doors", "1807801200001"),
        ("event_note", "anything; at all"),
    ],
)
def test_what_fits_its_definition_is_not_mentioned(name: str, value: str) -> None:
    assert told(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "message", "hint"),
    [
        ("event_budget", "1,000", "'1,000' is not a number in plain digits", "write it like 1000 or 12.5"),
        ("event_budget", "1e3", "'1e3' is not a number in plain digits", "write it like 1000 or 12.5"),
        ("event_budget", " 5", "' 5' is not a number in plain digits", "write it like 1000 or 12.5"),
        ("event_budget", "\u0665", "'\u0665' is not a number in plain digits", "write it like 1000 or 12.5"),
        ("event_hybrid", "yes", "'yes' is not true or false", "write true or false"),
        ("event_hybrid", "True", "'True' is not true or false", "write true or false"),
        ("event_closing", "2027-02-29", "'2027-02-29' is not a day of the calendar", "write it like 2027-04-15"),
        ("event_closing", "15.04.2027", "'15.04.2027' is not a day of the calendar", "write it like 2027-04-15"),
        ("event_closing", "1807747200001", "'1807747200001' is not a day of the calendar", "write it like 2027-04-15"),
        ("event_closing", "2027-04-15T00:00:00Z", "'2027-04-15T00:00:00Z' is not a day of the calendar", None),
        ("event_doors", "2027-04-15", "'2027-04-15' is not a date and time with its offset", None),
        ("event_doors", "2027-04-15T17:00:00", "'2027-04-15T17:00:00' is not a date and time with its offset", None),
        ("event_doors", "2027-04-15 17:00Z", "'2027-04-15 17:00Z' is not a date and time with its offset", None),
        ("event_doors", "2027-02-29T17:00Z", "'2027-02-29T17:00Z' is not a date and time with its offset", None),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_told_with_what_would(
    name: str, value: str, message: str, hint: str | None
) -> None:
    said, advice = wrong_value(name, value)
    assert said == message
    assert advice == hint or (hint is None and advice is not None and advice.startswith("write it like 2027-04-15"))


@pytest.mark.parametrize(
    ("name", "value", "message", "hint"),
    [
        ("event_region", "EMAE", "'EMAE' is not one of its options", "did you mean EMEA?"),
        ("event_region", "emea", "'emea' is not one of its options", "did you mean EMEA?"),
        (
            "event_region",
            "americas",
            "'americas' is not one of its options",
            "write AMER, which HubSpot shows as Americas",
        ),
        ("event_region", "Mars", "'Mars' is not one of its options", "choose one of EMEA, AMER"),
        ("event_region", "EMEA;AMER", "the property takes one option, not 2", "choose one of them"),
        ("event_region", "EMEA;x", "'EMEA;x' is not one of its options", "did you mean EMEA?"),
        ("event_cities", "Paris", "'Paris' is not one of its options", "look its options up in HubSpot"),
        ("event_topics", "data;dataa", "'dataa' is not one of its options", "did you mean data?"),
        ("event_topics", "data; security", "' security' is not one of its options", "did you mean security?"),
        (
            "event_topics",
            "Data & AI",
            "'Data & AI' is not one of its options",
            "write data, which HubSpot shows as Data & AI",
        ),
        (
            "event_topics",
            ";data",
            "an option is empty",
            "put a semicolon between two options, and none around them",
        ),
        (
            "event_hosts",
            ";anybody",
            "an option is empty",
            "put a semicolon between two options, and none around them",
        ),
    ],
)
def test_an_option_that_nobody_can_choose_is_told_with_the_nearest(
    name: str, value: str, message: str, hint: str
) -> None:
    assert wrong_value(name, value) == (message, hint)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("event_regoin", "did you mean event_region?"),
        ("eventName", "it is a key of the event itself: move it out of customProperties"),
        ("doors OPEN", "did you mean event_doors?"),
        ("xyz", "define it in HubSpot first: HubSpot drops what it does not know"),
        ("hs_lastmodifieddat", "define it in HubSpot first: HubSpot drops what it does not know"),
    ],
)
@pytest.mark.parametrize("value", ["x", None])
def test_a_property_that_the_portal_lacks_is_told_with_the_nearest(name: str, value: Value, hint: str) -> None:
    message = f"customProperties.{name}: the portal defines no such property"
    assert told(name, value) == ("custom-property-unknown", message, hint)


@pytest.mark.parametrize("value", ["x", None])
def test_a_property_that_only_hubspot_sets_is_told(value: Value) -> None:
    message = "customProperties.hs_lastmodifieddate: only HubSpot itself sets this property"
    assert told("hs_lastmodifieddate", value) == ("custom-property-read-only", message, "delete the line")


@pytest.mark.parametrize("name", [name for name, one in DEFINITIONS.items() if one.writable])
def test_whatever_can_be_set_can_be_emptied(name: str) -> None:
    assert told(name, None) is None


@pytest.mark.parametrize("name", ["event_note", "event_budget"])
def test_a_list_is_no_text(name: str) -> None:
    listed = replace(event({name: "1"}), lists=frozenset({CUSTOM + name}))
    (wrong,) = obstacle_findings(misfits(everything(listed), DEFINITIONS, ()))
    assert (wrong.code, wrong.message) == (
        "custom-property-value",
        f"customProperties.{name}: the property takes one text, not a list",
    )
    assert wrong.hint == "write one value, without - or brackets"


@pytest.mark.parametrize(("name", "value"), [("event_topics", "data"), ("event_region", "EMEA"), ("event_note", None)])
def test_options_and_nothing_can_be_a_list(name: str, value: Value) -> None:
    listed = replace(event({name: value}), lists=frozenset({CUSTOM + name}))
    assert list(misfits(everything(listed), DEFINITIONS, ())) == []


def test_every_misfit_is_told_where_it_is_declared() -> None:
    both = event({"event_budget": "much", "event_regoin": "EMEA"})
    placed = replace(both, places={f"{CUSTOM}event_budget": Place("events/_defaults.yaml", 2, 3)})
    found = list(obstacle_findings(misfits(everything(placed), DEFINITIONS, ())))
    assert [(str(one.place), one.code) for one in found] == [
        ("events/_defaults.yaml:2:3", "custom-property-value"),
        (str(both.place), "custom-property-unknown"),
    ]
    assert {one.severity for one in found} == {Severity.ERROR}


def test_what_many_events_inherit_is_told_once_and_sets_each_aside() -> None:
    places = {f"{CUSTOM}event_budget": Place("events/_defaults.yaml", 2, 3)}
    events = [replace(declared(str(number), {f"{CUSTOM}event_budget": "much"}), places=places) for number in range(9)]
    found = list(misfits(everything(*events), DEFINITIONS, ()))
    assert len(list(obstacle_findings(found))) == 1
    assert [obstacle.event for obstacle in found] == events


@given(texts, texts)
def test_no_definition_means_that_every_property_is_wrong(name: str, value: str) -> None:
    (found,) = obstacle_findings(misfits(everything(event({name: value})), {}, ()))
    assert found.code == "custom-property-unknown"


@given(st.sampled_from(sorted(DEFINITIONS)), texts)
def test_any_text_can_be_judged(name: str, value: str) -> None:
    wrong = told(name, value)
    assert wrong is None or wrong[0] in {"custom-property-value", "custom-property-read-only"}


def test_each_property_gets_the_kind_of_its_definition() -> None:
    with_kinds = typed(everything(event({"event_budget": "5", "xyz": "5"}), declared("other")), DEFINITIONS)
    one, other = with_kinds.events
    assert [one.kind(f"{CUSTOM}{name}") for name in ("event_budget", "xyz")] == [Kind.NUMBER, Kind.TEXT]
    assert other == declared("other")
    assert typed(with_kinds, DEFINITIONS) == with_kinds


def test_a_property_that_is_defined_no_more_has_no_kind_any_more() -> None:
    before = typed(everything(event({"event_budget": "5"})), DEFINITIONS)
    (after,) = typed(before, {}).events
    assert after.kind(f"{CUSTOM}event_budget") is Kind.TEXT


def test_the_definitions_matter_only_where_a_custom_property_is_declared() -> None:
    assert any_declared(everything(declared(), event({"event_note": None})))
    assert not any_declared(everything(declared(fields={"eventName": "Summit"})))
    assert any_declared(everything(replace(declared(), initial={f"{CUSTOM}event_note": "x"})))
    assert not any_declared(everything(replace(declared(), initial={"eventType": "x"})))
    assert not any_declared(everything())


WORDS = st.text("ab_1", max_size=8)


@given(WORDS, st.lists(WORDS))
def test_the_nearest_name_is_the_one_that_difflib_finds(word: str, names: list[str]) -> None:
    near = get_close_matches(word, [name for name in names if name != word], n=1)
    assert did_you_mean(word, names) == (f"did you mean {near[0]}?" if near else None)


def test_of_very_many_options_only_those_of_similar_length_are_suggested() -> None:
    options = {f"{'x' * 40}-{number}": "" for number in range(3_000)} | {"EMEA": "EMEA"}
    assert did_you_mean("EMEB", options) == "did you mean EMEA?"
    assert did_you_mean(f"{'x' * 40}-7", {"EMEA": "EMEA", **options}) is not None


def test_what_is_initial_is_checked_where_the_event_is_new() -> None:
    name = f"{CUSTOM}event_region"
    first = replace(declared(), initial={name: "nowhere", "eventType": "x"}, places={name: Place("a.yaml", 7, 5)})
    second = replace(declared("other"), initial={name: "EMEA"})
    declarations = everything(first, second)
    assert list(misfits(declarations, DEFINITIONS, {second.identity})) == []
    (found,) = misfits(declarations, DEFINITIONS, {first.identity, second.identity})
    assert (found.event, found.finding.code, found.finding.place) == (
        first,
        "custom-property-value",
        Place("a.yaml", 7, 5),
    )


def test_an_initial_list_is_for_a_property_with_several_options() -> None:
    name = f"{CUSTOM}event_note"
    listed = replace(declared(), initial={name: "a;b"}, lists=frozenset({name}))
    (found,) = misfits(everything(listed), DEFINITIONS, {listed.identity})
    assert found.finding.message.endswith("the property takes one text, not a list")
