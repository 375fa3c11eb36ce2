"""Drafts of declarations for live events."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.declarations.events.declaring import Portals, Terms
from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.events.reading import read_defaults
from reconciler.declarations.values.expressions import expression
from reconciler.declarations.writing.new_files import NewNames
from reconciler.event import CUSTOM, Declared, Kind, LiveEvent, Value
from reconciler.planning.drafts import Draft, Undraftable, drafts
from reconciler.planning.live_values import Ground
from reconciler.planning.undeclared import Undeclared
from reconciler.portal import Definition
from tests.building import APP, OTHER_APP, adopted, declared, live

TERMS = Terms(external_account_id="acme", timezone="Europe/Berlin")
NAMED = {"eventName": "Summit", "eventOrganizer": "Acme"}
DEFINITIONS = {
    one.name: one
    for one in (
        Definition("region", "Region", Kind.OPTIONS, {"EMEA": "Europe", "AMER": "Americas"}),
        Definition("topics", "Topics", Kind.OPTIONS, {"a": "A", "b": "B"}, several=True),
        Definition("budget", "Budget", Kind.NUMBER),
        Definition("note", "Note", Kind.TEXT),
        Definition("hidden", "Hidden", Kind.TEXT, writable=False),
    )
}
LARGEST = 1024 * 1024


def ground(
    defaults: str = "",
    *,
    terms: Terms = TERMS,
    properties: Collection[str] | None = (),
    definitions: Mapping[str, Definition] | None = DEFINITIONS,
    largest: int = LARGEST,
    settings: str = "",
    below: str = "",
) -> Ground:
    def defined() -> Mapping[str, Definition]:
        assert definitions is not None, "the definitions are not needed"
        return definitions

    sources = [SourceFile("_defaults.yaml", "events/_defaults.yaml", defaults.encode())] if defaults else []
    return Ground(terms, "Europe/Berlin", read_defaults(sources, terms), defined, properties, largest, below, settings)


def ours(event_id: str | None = "summit", fields: Mapping[str, Value] | None = None, **known: Any) -> Undeclared:
    event = live("864", event_id, {**NAMED, **(fields or {})})
    return Undeclared(event, **{"is_ours": True, "account_id": "acme", **known})


def theirs(fields: Mapping[str, Value] | None = None, app: int | None = OTHER_APP) -> Undeclared:
    return Undeclared(live("901", None, {**NAMED, **(fields or {})}, app=app), is_ours=False)


def drafted(one: Undeclared, on: Ground | None = None, *before: Any) -> Draft:
    (draft,) = drafts([one], Declared(before, 1), on or ground(), NewNames({}))
    assert isinstance(draft, Draft), draft
    return draft


def lines(one: Undeclared, on: Ground | None = None) -> list[str]:
    return drafted(one, on).text.splitlines()


def why_not(one: Undeclared, on: Ground | None = None) -> str:
    (failed,) = drafts([one], Declared((), 1), on or ground(), NewNames({}))
    assert isinstance(failed, Undraftable), failed
    return failed.why


WHOLE: Mapping[str, Value] = {
    "eventName": "Summit",
    "eventOrganizer": "Acme",
    "eventType": "CONFERENCE",
    "eventDescription": "Two days.\r\nFor all.\rTwice.",
    "eventUrl": " https://acme.example/summit ",
    "startDateTime": "2027-04-14T07:00:00Z",
    "endDateTime": "2027-04-15T15:00:30.500Z",
    "eventCancelled": True,
    "eventCompleted": True,
}


def test_an_event_of_ours_is_declared_by_its_ids_with_all_that_it_holds() -> None:
    draft = drafted(ours(fields=WHOLE))
    assert draft.file == "2027/summit.yaml"
    assert draft.text == (
        "externalEventId: summit\neventName: Summit\neventOrganizer: Acme\neventType: CONFERENCE\n"
        "startDateTime: 2027-04-14 09:00\nendDateTime: 2027-04-15 17:00:30.500\n"
        "eventUrl: https://acme.example/summit\neventDescription: |\n  Two days.\n  For all.\n  Twice.\n"
        "eventCancelled: true\neventCompleted: true\n"
    )
    assert (draft.identity.external, draft.declared_as.object_id, draft.why) == (("acme", "summit"), "864", None)


def test_an_event_of_others_is_declared_by_its_object_id_with_its_maker() -> None:
    draft = drafted(theirs({"eventCompleted": True, "eventCancelled": False, "eventType": " \r"}))
    assert draft.text == "# Made by app 2002.\nobjectId: 901\neventName: Summit\neventOrganizer: Acme\n"
    assert (draft.file, draft.why) == ("undated/summit-901.yaml", None)
    assert lines(theirs(app=None))[0] == "# Made by a person, in HubSpot."


def test_the_name_of_an_app_is_shown_where_it_is_known() -> None:
    event = LiveEvent(live("901").identity, OTHER_APP, NAMED, app_name="Zoom\n")
    assert lines(Undeclared(event, is_ours=False))[0] == "# Made by app 2002 (Zoom\\n)."


@pytest.mark.parametrize(
    ("known", "fields", "why"),
    [
        ({"account_id": None}, {}, "it could not be proven under which account id it was made"),
        (
            {"account_id": None, "other_account_id": "old"},
            {},
            "neither the settings nor a file names its account id old",
        ),
        ({}, {"eventOrganizer": None}, "eventOrganizer is missing: HubSpot creates no event without it"),
    ],
)
def test_an_event_of_ours_that_cannot_be_declared_by_its_ids_is_adopted(
    known: dict[str, Any], fields: dict[str, Value], why: str
) -> None:
    draft = drafted(ours(fields={**fields, "eventCompleted": True}, **known))
    assert draft.text.startswith(f"# Made by our app, but declared by its objectId: {why}.\nobjectId: 864\n")
    assert "eventCompleted" not in draft.text
    assert draft.why == why


def test_an_event_id_that_no_file_can_have_leads_to_the_object_id() -> None:
    assert drafted(ours("search")).identity.object_id == "864"


def test_what_breaks_a_house_rule_is_told_with_the_setting() -> None:
    names = HouseRules({"externalEventId": expression("[0-9]+"), "eventName": expression("[a-z]+")})
    types = HouseRules(event_types=("WEBINAR",))
    named, typed = (ground(terms=replace(TERMS, rules=rules)) for rules in (names, types))
    assert why_not(ours(), named) == "eventName: 'Summit' does not match names.eventName in the settings: '[a-z]+'"
    assert (
        drafted(ours(fields={"eventName": "summit"}), named).why
        == "externalEventId: 'summit' does not match names.externalEventId in the settings: '[0-9]+'"
    )
    problem = "eventType: 'DINNER' is not among eventTypes in the settings: WEBINAR"
    assert why_not(theirs({"eventType": "DINNER"}), typed) == problem


def test_ids_that_hubspot_joins_to_the_same_text_are_declared_once() -> None:
    found = [ours("b-c", account_id="a"), ours("c", account_id="a-b")]
    first, second = drafts(found, Declared((), 1), ground(), NewNames({}))
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert (first.identity.external, second.identity.object_id) == (("a", "b-c"), "864")
    assert drafted(ours("b-c", account_id="a"), None, declared("c", account="a-b")).identity.object_id == "864"
    assert drafted(ours(), None, adopted("7")).identity.external == ("acme", "summit")


def test_an_account_id_is_written_where_another_one_would_hold() -> None:
    assert "externalAccountId: acme" not in lines(ours())
    assert "externalAccountId: acme" in lines(ours(), ground(terms=Terms(external_account_id="other")))
    assert "externalAccountId: acme" in lines(ours(), ground("externalAccountId: other"))


@pytest.mark.parametrize(
    ("portals", "environment", "written"),
    [
        (Portals(77, 77), None, "objectId: 901"),
        (Portals(None, None), None, "objectId: 901"),
        (Portals(77, 88, of_environments=True), "staging", "objectId:\n  staging: 901"),
        (Portals(None, None, of_environments=True), None, "objectId:\n  default: 901"),
    ],
)
def test_an_object_id_stands_for_the_chosen_portal(portals: Portals, environment: str | None, written: str) -> None:
    terms = Terms(environment, ("staging",), "acme", "Europe/Berlin", portals)
    assert f"\n{written}\n" in drafted(theirs(), ground(terms=terms)).text


STAGING = Terms("staging", ("staging",), "acme", "Europe/Berlin")


def test_an_event_of_an_environment_is_declared_there_alone() -> None:
    assert lines(ours(), ground(terms=STAGING))[-2:] == ["environments:", "  - staging"]
    assert lines(theirs(), ground(terms=STAGING))[-2:] == ["environments:", "  - staging"]
    assert "environments:" not in lines(ours())


@pytest.mark.parametrize(
    ("defaults", "terms", "one", "written"),
    [
        ("environments: [staging]", replace(STAGING, environment=None), ours(), "\nenvironments:\n  - default\n"),
        ("environments: [default]", STAGING, theirs(), "\nenvironments:\n  - staging\n"),
        ("environments: [default, staging]", STAGING, theirs(), "\nenvironments:\n  - staging\n"),
    ],
)
def test_defaults_that_leave_the_environment_out_are_overridden(
    defaults: str, terms: Terms, one: Undeclared, written: str
) -> None:
    text = drafted(one, ground(defaults, terms=terms)).text
    assert written in text
    assert ("environments" in text) == bool(written)


# Defaults


def test_what_defaults_would_add_is_taken_back() -> None:
    defaults = "eventType: WEBINAR\neventUrl: https://acme.example\neventCancelled: true\neventCompleted: true\n"
    assert lines(ours(), ground(defaults))[-4:] == [
        'eventType: ""',
        'eventUrl: ""',
        "eventCancelled: false",
        "eventCompleted: false",
    ]


def test_defaults_that_say_what_is_held_change_nothing() -> None:
    defaults = "eventDescription: ''\neventCancelled: false\ntimezone: Europe/Berlin\n"
    assert lines(ours(), ground(defaults)) == ["externalEventId: summit", "eventName: Summit", "eventOrganizer: Acme"]


def test_a_default_zone_is_overridden_where_a_local_time_needs_it() -> None:
    start = {"startDateTime": "2027-04-14T07:00:00Z"}
    assert lines(ours(fields=start), ground("timezone: Asia/Tokyo"))[-2:] == [
        "startDateTime: 2027-04-14 09:00",
        "timezone: Europe/Berlin",
    ]
    twice = {"startDateTime": "2027-10-31T00:30:00Z"}
    assert lines(ours(fields=twice), ground("timezone: Asia/Tokyo"))[-1] == "startDateTime: 2027-10-31 02:30+02:00"
    assert not [line for line in lines(ours(), ground("timezone: Asia/Tokyo")) if line.startswith("timezone")]


@pytest.mark.parametrize(
    ("defaults", "fields", "why"),
    [
        (
            "eventOrganizer: Acme",
            {"eventOrganizer": None},
            "HubSpot holds no eventOrganizer, and the one inherited from events/_defaults.yaml:1:17 cannot be emptied",
        ),
        (
            "endDateTime: 2027-04-15 17:00",
            {},
            "HubSpot holds no endDateTime, and the one inherited from events/_defaults.yaml:1:14 cannot be emptied",
        ),
        ("customProperties: {none: x}", {}, "customProperties.none: the portal defines no such property"),
    ],
)
def test_an_event_that_defaults_would_change_for_good_is_not_declared(
    defaults: str, fields: dict[str, Value], why: str
) -> None:
    assert why_not(ours(fields=fields), ground(defaults)) == why


# What cannot be declared


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"eventName": None}, "it has no name"),
        ({"eventName": " "}, "it has no name"),
        ({"eventName": "a\x07"}, "eventName holds the character U+0007, which no declaration may have"),
        ({"eventUrl": "acme"}, "eventUrl: a link begins with https:// or http://"),
        (
            {"startDateTime": "2027-04-14T07:00:00Z", "endDateTime": "2027-04-14T07:00:00Z"},
            "the event ends at 2027-04-14 09:00, which is not after its start at 2027-04-14 09:00",
        ),
    ],
)
def test_an_event_that_no_file_can_declare_is_told(fields: dict[str, Value], why: str) -> None:
    assert why_not(ours(fields=fields)) == why
    assert why_not(theirs(fields)) == why


def test_what_would_be_read_differently_is_not_declared() -> None:
    draft = drafted(ours("summit\n"))
    assert (draft.identity.object_id, draft.why) == ("864", "it would be read as acme/summit")
    finer = {"startDateTime": "2027-04-14T07:00:00.000500Z"}
    assert why_not(theirs(finer)) == "no file can declare what HubSpot holds: starts"


def test_an_event_that_is_too_large_for_a_file_is_told() -> None:
    held = {"eventDescription": "ü" * 100}
    size = len(drafted(theirs(held)).text.encode())
    assert drafted(theirs(held), ground(largest=size)).why is None
    assert why_not(theirs(held), ground(largest=size - 1)) == f"a file may have no more than {size - 1} bytes"


def test_an_event_of_which_only_the_ids_can_be_read_is_told() -> None:
    event = LiveEvent(live("901").identity, OTHER_APP, {}, unreadable="eventName is not a text: 7")
    assert why_not(Undeclared(event, is_ours=False)) == "it cannot be read: eventName is not a text: 7"


def test_an_object_id_that_is_no_number_cannot_be_declared() -> None:
    event = live("0", None, NAMED, app=APP)
    assert why_not(Undeclared(event, is_ours=False)) == "objectId: must be a whole number above 0 in plain digits"


# Custom properties

HELD = {f"{CUSTOM}{name}": value for name, value in {"region": "EMEA", "topics": "b;a", "hidden": "x"}.items()}


def test_custom_properties_are_declared_only_if_they_are_wanted() -> None:
    assert "customProperties:" not in lines(ours(fields=HELD), ground(definitions=None))
    chosen = lines(ours(fields={**HELD, f"{CUSTOM}note": "a;b"}), ground(properties={"region", "note"}))
    assert chosen[-3:] == ["customProperties:", "  note: a;b", "  region: EMEA"]


def test_all_custom_properties_are_those_that_can_be_declared() -> None:
    odd = {f"{CUSTOM}undefined": "x", f"{CUSTOM}note": " ", f"{CUSTOM}budget": "1,000"}
    draft = drafted(ours(fields={**HELD, **odd}), ground(properties=None))
    assert draft.text.partition("customProperties:\n")[2] == "  region: EMEA\n  topics:\n    - b\n    - a\n"
    assert draft.left_out == {"budget": "'1,000' is not a number in plain digits"}


def test_an_inherited_custom_property_is_declared_where_it_differs() -> None:
    defaults = "customProperties: {region: AMER, topics: [a, b], budget: '7'}"
    draft = drafted(ours(fields=HELD), ground(defaults))
    assert draft.text.partition("customProperties:\n")[2] == '  budget: ""\n  region: EMEA\n'


def test_an_inherited_custom_property_whose_value_does_not_fit_bars_the_event() -> None:
    held = {f"{CUSTOM}budget": "1,000"}
    why = why_not(ours(fields=held), ground("customProperties: {budget: '7'}"))
    assert why == "customProperties.budget: '1,000' is not a number in plain digits"


# Times


def test_the_year_of_a_folder_is_that_of_the_zone() -> None:
    assert drafted(ours(fields={"startDateTime": "2026-12-31T23:30:00Z"})).file == "2027/summit.yaml"
    assert drafted(ours(fields={"endDateTime": "2026-12-31T22:30:00Z"})).file == "2026/summit.yaml"


def test_a_file_names_its_schema_where_the_settings_do() -> None:
    settings = "# yaml-language-server: $schema=../schema/settings.json\nportal: 77\n"
    assert lines(theirs(), ground(settings=settings, below="more/"))[:2] == [
        "# yaml-language-server: $schema=../../../schema/declarations.json",
        "# Made by app 2002.",
    ]
    assert lines(theirs(), ground(settings="portal: 77\n"))[0] == "# Made by app 2002."
