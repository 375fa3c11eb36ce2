"""Identities, moments and fields."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.event import FIELDS, Identity, Kind, LiveEvent, field_order, instant, kind_of, moment
from tests.building import adopted, declared, field_names, live

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001  (Hypothesis wants bounds without a zone)


@given(moments, zones, zones)
def test_a_moment_is_written_the_same_from_any_offset(when: datetime, one: timezone, other: timezone) -> None:
    assert instant(when.astimezone(one)) == instant(when.astimezone(other))


@given(moments, zones)
def test_an_instant_reads_back_to_the_millisecond(when: datetime, zone: timezone) -> None:
    read = moment(instant(when.astimezone(zone)))
    assert read == when.replace(microsecond=when.microsecond // 1000 * 1000)
    assert read.utcoffset() == timedelta(0)


@given(moments, moments)
def test_instants_of_one_form_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (instant(one) < instant(other)) == (one < other)


@pytest.mark.parametrize(
    ("when", "written"),
    [
        ("2027-04-15T17:00:00+02:00", "2027-04-15T15:00:00Z"),
        ("2027-04-15T15:00:00.000+00:00", "2027-04-15T15:00:00Z"),
        ("2027-04-15T15:00:00.120+00:00", "2027-04-15T15:00:00.120Z"),
        ("2027-04-15T15:00:00.001999+00:00", "2027-04-15T15:00:00.001Z"),
        ("2027-04-15T15:00:00.001000+00:00", "2027-04-15T15:00:00.001Z"),
        ("2027-04-15T15:00:00.000999+00:00", "2027-04-15T15:00:00Z"),
        ("0999-01-01T00:00:00+00:00", "0999-01-01T00:00:00Z"),
    ],
)
def test_milliseconds_stand_only_where_there_are_some(when: str, written: str) -> None:
    assert instant(datetime.fromisoformat(when)) == written


def test_a_moment_outside_the_calendar_overflows() -> None:
    with pytest.raises(OverflowError):
        instant(datetime.fromisoformat("9999-12-31T23:00:00-05:00"))


@given(st.lists(field_names, unique=True))
def test_fields_stand_in_the_order_people_read_them(names: list[str]) -> None:
    known = [
        "eventName",
        "eventType",
        "eventOrganizer",
        "startDateTime",
        "endDateTime",
        "eventUrl",
        "eventDescription",
        "eventCancelled",
        "eventCompleted",
    ]
    ordered = sorted(names, key=field_order)
    plain = [name for name in known if name in names]
    assert ordered == plain + sorted(set(names) - set(known))


def test_the_table_holds_every_field_with_its_word_for_people() -> None:
    assert {field.name: field.label for field in FIELDS} == {
        "eventName": "name",
        "eventType": "type",
        "eventOrganizer": "organizer",
        "startDateTime": "starts",
        "endDateTime": "ends",
        "eventUrl": "link",
        "eventDescription": "description",
        "eventCancelled": "cancelled",
        "eventCompleted": "completed",
    }


def test_each_field_has_its_kind_and_a_custom_property_is_text() -> None:
    assert kind_of("startDateTime") is kind_of("endDateTime") is Kind.INSTANT
    assert kind_of("eventCancelled") is kind_of("eventCompleted") is Kind.FLAG
    assert kind_of("eventDescription") is kind_of("customProperties.eventCancelled") is Kind.TEXT


def test_a_custom_property_holds_what_its_definition_says() -> None:
    event = replace(declared(), kinds={"customProperties.budget": Kind.NUMBER})
    assert event.kind("customProperties.budget") is Kind.NUMBER
    assert event.kind("customProperties.region") is Kind.TEXT
    assert event.kind("startDateTime") is Kind.INSTANT


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        (Identity("acme", "summit"), "acme/summit"),
        (Identity("acme", "summit", "7"), "acme/summit"),
        (Identity(None, "summit", "7"), "summit"),
        (Identity(object_id="7"), "object 7"),
        (Identity("acme", None, "7"), "object 7"),
    ],
)
def test_an_identity_shows_its_external_ids_before_its_object_id(identity: Identity, shown: str) -> None:
    assert str(identity) == shown


def test_only_both_external_ids_together_name_an_event() -> None:
    assert Identity("acme", "summit").external == ("acme", "summit")
    assert Identity("acme", None, "7").external is None
    assert Identity(None, "summit", "7").external is None


def test_the_key_stays_when_an_event_gets_its_object_id() -> None:
    assert Identity("acme", "summit").key == Identity("acme", "summit", "7").key == ("acme", "summit")
    assert Identity(None, "summit", "7").key == ("7",)
    assert Identity().key == ("",)


def test_identities_sort_by_account_then_event_then_object() -> None:
    ordered = [
        Identity(),
        Identity(object_id="2"),
        Identity(None, "A"),
        Identity(None, "A", "9"),
        Identity("A", None, "1"),
        Identity("A", "B"),
        Identity("A", "B", "8"),
        Identity("A", "B", "9"),
        Identity("A", "C", "1"),
        Identity("B", "A", "1"),
    ]
    mixed = ordered[1::2] + ordered[::2]
    assert sorted(mixed, key=lambda identity: identity.sort_key) == ordered


def test_an_event_is_called_what_its_name_field_says() -> None:
    assert declared(fields={"eventName": "Summit"}).name == "Summit"
    assert live("1", fields={"eventName": "Summit"}).name == "Summit"
    assert adopted("7").name is None
    assert live("1").name is None


def test_an_event_whose_identity_becomes_known_stays_the_same_otherwise() -> None:
    event = LiveEvent(Identity(object_id="1"), 1001, {"eventName": "Summit"}, 3, 2, "2027-01-12T08:00:00Z", "odd")
    assert event.known_as(Identity("acme", "summit", "1")) == replace(event, identity=Identity("acme", "summit", "1"))
