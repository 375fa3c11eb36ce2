"""Declared events compared with live ones."""

from dataclasses import replace

import pytest
from hypothesis import given

from reconciler.change import Change, Create, Delete, FieldChange, Source, Update
from reconciler.event import CUSTOM, FIELDS, DeclaredEvent, Identity, Kind, LiveEvent, Value, field_order
from reconciler.planning.diff import cancel, compare, delete
from reconciler.values import canonical, same
from tests.building import absent, declared, declared_events, events_with_initial, held_fields, live, pairs


def as_live(event: DeclaredEvent) -> LiveEvent:
    """Return the live event of HubSpot after it holds what is declared."""
    return live("1", fields={name: value for name, value in event.fields.items() if value is not None})


@given(declared_events)
def test_an_event_does_not_differ_from_itself(event: DeclaredEvent) -> None:
    assert compare(event, as_live(event)) is None


@given(pairs())
def test_there_is_no_change_exactly_where_every_declared_field_is_the_same(
    pair: tuple[DeclaredEvent, LiveEvent],
) -> None:
    event, held = pair
    equal = all(same(event.kind(name), value, held.fields.get(name)) for name, value in event.fields.items())
    assert (compare(event, held) is None) == equal


@given(pairs())
def test_an_update_names_exactly_the_declared_fields_that_differ(pair: tuple[DeclaredEvent, LiveEvent]) -> None:
    event, held = pair
    differ = {name for name, value in event.fields.items() if not same(event.kind(name), value, held.fields.get(name))}
    update = compare(event, held)
    assert {field.name for field in update.fields} == differ if update is not None else not differ


@given(pairs())
def test_an_update_shows_both_sides_in_the_order_people_read_them(pair: tuple[DeclaredEvent, LiveEvent]) -> None:
    event, held = pair
    update = compare(event, held)
    if update is not None:
        assert list(update.fields) == sorted(update.fields, key=lambda field: field_order(field.name))
        for field in update.fields:
            assert field.before == held.fields.get(field.name)
            assert field.after == event.fields[field.name]
            assert field.line == event.lines[field.name]


@given(pairs())
def test_after_an_update_nothing_differs(pair: tuple[DeclaredEvent, LiveEvent]) -> None:
    event, held = pair
    update = compare(event, held)
    if update is not None:
        now = {**held.fields, **{field.name: field.after for field in update.fields}}
        written = {name: value for name, value in now.items() if value is not None}
        assert compare(event, replace(held, fields=written)) is None


@given(declared_events)
def test_after_a_create_nothing_differs(event: DeclaredEvent) -> None:
    create = compare(event, None)
    assert isinstance(create, Create)
    assert compare(event, live("1", fields={field.name: field.after for field in create.fields})) is None


@given(declared_events)
def test_a_create_lists_every_declared_field_that_is_not_empty(event: DeclaredEvent) -> None:
    create = compare(event, None)
    assert isinstance(create, Create)
    assert {field.name: field.after for field in create.fields} == as_live(event).fields
    assert list(create.fields) == sorted(create.fields, key=lambda field: field_order(field.name))
    assert all(field.before is None and field.line == event.lines[field.name] for field in create.fields)


@given(held_fields)
def test_a_deletion_lists_every_field_that_is_set_but_no_custom_property(fields: dict[str, Value]) -> None:
    gone = delete(live("1", fields=fields))
    plain = [field.name for field in FIELDS if field.name in fields]
    assert [field.name for field in gone.fields] == plain
    assert all(field.before == fields[field.name] and field.after is None for field in gone.fields)


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a'b\"c", "root['x']", "__private", "", "a.b", "\\", "\n", "0"])
def test_a_custom_property_of_any_name_is_compared(name: str) -> None:
    event = declared(fields={CUSTOM + name: "new"})
    for before in ("old", None):
        held = live("1", fields={} if before is None else {CUSTOM + name: before})
        update = compare(event, held)
        assert update is not None
        assert update.fields == (FieldChange(CUSTOM + name, before, "new", 4),)


SPELLINGS = {
    Kind.NUMBER: ("12.50", "1.25E1", "1000"),
    Kind.BOOLEAN: ("true", "TRUE", "false"),
    Kind.DATE: ("1807747200000", "2027-04-15T00:00:00Z", "2027-04-16"),
    Kind.MOMENT: ("1807801200000", "2027-04-15T15:00:00.000Z", "2027-04-15T17:00:00Z"),
    Kind.OPTIONS: ("data;security", "security; data", "security"),
}
"""For each kind, two spellings of one value, and another value."""


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_custom_property_is_compared_in_the_terms_of_its_definition(kind: Kind) -> None:
    name = f"{CUSTOM}x"
    one, other, different = SPELLINGS[kind]
    event = replace(declared(fields={name: one}), kinds={name: kind})
    assert compare(event, live("1", fields={name: other})) is None
    assert compare(replace(event, kinds={}), live("1", fields={name: other})) is not None
    assert compare(event, live("1", fields={name: different})) is not None


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_change_is_the_same_whichever_way_hubspot_writes_what_is_there(kind: Kind) -> None:
    name = f"{CUSTOM}x"
    one, other, different = SPELLINGS[kind]
    event = replace(declared(fields={name: different}), kinds={name: kind})
    update = compare(event, live("1", fields={name: one}))
    assert update is not None
    assert update == compare(event, live("1", fields={name: other}))
    assert update.fields == (FieldChange(name, canonical(kind, one), different, 4),)


def test_undeclared_fields_are_left_alone() -> None:
    held = live("1", fields={"eventName": "Summit", "eventType": "CONFERENCE", "customProperties.region": "EMEA"})
    assert compare(declared(fields={"eventName": "Summit"}), held) is None
    assert compare(declared(), held) is None


def test_emptying_a_field_is_a_change_only_where_it_holds_something() -> None:
    event = declared(fields={"eventUrl": None})
    update = compare(event, live("1", fields={"eventUrl": "https://acme.example"}))
    assert update is not None
    assert update.fields == (FieldChange("eventUrl", "https://acme.example", None, 4),)
    assert compare(event, live("1")) is None


def test_a_change_of_one_field_leaves_those_out_that_differ_in_spelling_only() -> None:
    event = declared(fields={"eventName": "Summit", "eventDescription": "One\nTwo", "eventCancelled": False})
    update = compare(event, live("1", fields={"eventName": "Gipfel", "eventDescription": " One\r\nTwo\r\n"}))
    assert update is not None
    assert [field.name for field in update.fields] == ["eventName"]


def test_an_update_carries_all_that_people_and_guards_need_to_know() -> None:
    held = replace(live("7", registrants=12, attendees=3), identity=Identity("acme", "summit", "7"))
    assert compare(declared(fields={"eventName": "Summit"}), held) == Update(
        Identity("acme", "summit", "7"),
        "Summit",
        (FieldChange("eventName", None, "Summit", 4),),
        Source("events/summit.yaml", 3),
        registrants=12,
        attendees=3,
    )


@pytest.mark.parametrize("held", [None, live("7", fields={"eventName": "Old"})])
def test_a_change_carries_the_time_zone_of_its_declaration(held: LiveEvent | None) -> None:
    change = compare(replace(declared(fields={"eventName": "Summit"}), timezone="Europe/London"), held)
    assert change is not None
    assert change.timezone == "Europe/London"


HELD: dict[str, Value] = {
    "startDateTime": "2027-05-12T08:00:00Z",
    "endDateTime": "2027-05-12T09:00:00Z",
    "eventType": "FAIR",
    "eventOrganizer": "Acme",
}


def outline(change: Change | None) -> list[str | None]:
    assert change is not None
    shown = change.outline
    return [shown.start, shown.end, shown.event_type, shown.organizer]


def test_an_update_carries_the_times_that_it_leaves_and_those_that_it_sets() -> None:
    event = declared(fields={"startDateTime": "2027-05-12T08:30:00Z", "eventType": None})
    assert outline(compare(event, live("1", fields=HELD))) == [
        "2027-05-12T08:30:00Z",
        "2027-05-12T09:00:00Z",
        None,
        "Acme",
    ]


def test_a_create_a_deletion_and_a_cancellation_carry_the_times_of_their_event() -> None:
    event = replace(declared(fields={"startDateTime": "2027-05-12T08:00:00Z"}), initial={"eventType": "FAIR"})
    assert outline(compare(event, None)) == ["2027-05-12T08:00:00Z", None, "FAIR", None]
    assert outline(delete(live("1", fields=HELD))) == outline(cancel(live("1", fields=HELD))) == [*HELD.values()]


def test_a_change_carries_the_link_and_whether_the_event_is_cancelled() -> None:
    held: dict[str, Value] = {"eventUrl": "https://acme.example", "eventCancelled": True, "eventName": "Old"}
    event = declared(fields={"eventName": "New"})
    for change in (compare(event, live("1", fields=held)), compare(declared(fields=held), None)):
        assert change is not None
        assert (change.outline.url, change.outline.cancelled) == ("https://acme.example", True)
    update = compare(declared(fields={"eventCancelled": False}), live("1", fields=held))
    assert update is not None
    assert not update.outline.cancelled


def test_an_update_carries_the_declared_custom_properties_that_stay_as_they_are() -> None:
    held: dict[str, Value] = {f"{CUSTOM}{name}": "a" for name in ("region", "topic", "owner")}
    event = declared(
        fields={f"{CUSTOM}topic": "b", f"{CUSTOM}region": "a", "eventType": "FAIR", f"{CUSTOM}empty": None}
    )
    update = compare(event, live("1", fields={**held, "eventType": "FAIR"}))
    assert update is not None
    assert update.outline.properties == (("region", "a"),)
    create = compare(event, None)
    assert create is not None
    assert create.outline.properties == ()


def test_an_update_of_an_event_whose_name_is_not_declared_is_called_as_in_hubspot() -> None:
    update = compare(declared(fields={"eventType": "B"}), live("1", fields={"eventName": "Summit"}))
    assert update is not None
    assert update.name == "Summit"


def test_a_create_says_which_event_it_makes_and_where_it_is_declared() -> None:
    assert compare(declared(fields={"eventName": "Summit", "eventUrl": None}), None) == Create(
        Identity("acme", "summit"),
        "Summit",
        (FieldChange("eventName", None, "Summit", 4),),
        Source("events/summit.yaml", 3),
    )


def test_an_inherited_field_has_no_line() -> None:
    event = replace(declared(fields={"eventName": "Summit"}), lines={})
    create = compare(event, None)
    assert create is not None
    assert create.fields == (FieldChange("eventName", None, "Summit", None),)


ORPHAN = live(
    "7",
    "old",
    {"eventName": "Old", "eventCancelled": False, "customProperties.region": "EMEA"},
    registrants=5,
    attendees=2,
)


def test_an_orphan_is_cancelled_with_one_field() -> None:
    assert cancel(ORPHAN) == Update(
        Identity(None, "old", "7"),
        "Old",
        (FieldChange("eventCancelled", before=False, after=True),),
        source=None,
        registrants=5,
        attendees=2,
    )


def test_an_orphan_is_deleted_with_all_that_it_holds() -> None:
    assert delete(ORPHAN) == Delete(
        Identity(None, "old", "7"),
        "Old",
        (FieldChange("eventName", "Old", None), FieldChange("eventCancelled", before=False, after=None)),
        source=None,
        registrants=5,
        attendees=2,
    )


# Initial fields


@given(events_with_initial())
def test_a_create_sends_what_is_initial_as_if_it_were_declared(event: DeclaredEvent) -> None:
    for_good = replace(event, fields={**event.fields, **event.initial}, initial={})
    assert compare(event, None) == compare(for_good, None)


@given(events_with_initial(), held_fields)
def test_no_update_touches_what_is_initial(event: DeclaredEvent, held: dict[str, Value]) -> None:
    update = compare(event, live("1", fields=held))
    assert update == compare(replace(event, initial={}), live("1", fields=held))
    assert update is None or not {field.name for field in update.fields} & event.initial.keys()


# Events that are declared absent


@given(held_fields)
def test_an_absent_event_is_deleted_where_it_is_live(held: dict[str, Value]) -> None:
    event, there = replace(absent(), timezone="Europe/London"), live("1", fields=held, registrants=3, attendees=2)
    assert compare(event, None) is None
    assert compare(event, there) == replace(
        delete(there), source=Source("events/summit.yaml", 3), timezone="Europe/London"
    )
