"""Ids of events that other programs name in their own way."""

from datetime import date

import pytest

from reconciler.declarations.sources.event_ids import UniqueIds, id_from_name, id_from_uid
from reconciler.diagnostics import Place


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        ("abc123@google.com", "abc123@google.com"),
        (" 0D1E2F30-4A5B ", "0D1E2F30-4A5B"),
        ("a" * 250, "a" * 250),
        ("a" * 251, f"{'a' * 80}-772f911dd9d6"),
        ("search", "search-241932906782"),
        ("a\u200bb", "ab-8df62aef5f92"),
        ("\u200b", "event-f4e48e664a60"),
    ],
)
def test_a_uid_is_the_id_where_it_can_be_one(uid: str, expected: str) -> None:
    assert id_from_uid(uid) == expected


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("Spring launch: what's new?", date(2027, 4, 15), "spring-launch-whats-new-2027-04-15"),
        ("Frühjahrs-Gespräch in Łódź & Århus", None, "fruhjahrs-gesprach-in-lodz-arhus"),
        ("Straße Œuvre Ærø", None, "strasse-oeuvre-aero"),
        ("春のイベント", date(2027, 4, 15), "event-8a939c423772-2027-04-15"),
        ("a " * 100, None, "a-" * 39 + "a"),
    ],
)
def test_an_id_is_made_from_name_and_day(name: str, day: date | None, expected: str) -> None:
    assert id_from_name(name, day) == expected


def test_an_id_that_another_event_has_is_told() -> None:
    ids = UniqueIds("say more", {"a": Place("a.csv", 9)})
    assert len({ids.new(wanted, Place("a.csv", line)) for line, wanted in enumerate("abb", 2)} - {"a"}) == 3
    assert [f"{each.place}: {each.message} ({each.hint})" for each in ids.problems] == [
        "a.csv:2:1: its id would be 'a', which the event at line 9 has (say more)",
        "a.csv:4:1: its id would be 'b', which the event at line 3 has (say more)",
    ]
