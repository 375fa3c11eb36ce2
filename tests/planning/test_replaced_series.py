"""Series whose new dates replace old ones: one warning for each, with all registrations."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.change import Create
from reconciler.diagnostics import Diagnostic
from reconciler.event import DeclaredEvent, LiveEvent, Value
from reconciler.planning import look_alikes
from reconciler.planning.orphans import Will
from reconciler.planning.replaced_series import former_keys, renaming_warnings, replacements
from tests.building import absent, declared, live, planned_from

BACK = "to keep them, go back to the old dates in rule and startDateTime, and move each under overrides"


def occurrence(day: str, series: str = "demo", account: str = "acme", name: str = "") -> DeclaredEvent:
    fields: dict[str, Value] = {
        "eventName": name or f"Demo of {day}",
        "eventOrganizer": "Acme",
        "startDateTime": f"{day}T16:00:00Z",
    }
    return replace(declared(f"{series}-{day}", fields, account=account), series=series)


def held(object_id: str, event: DeclaredEvent, registrants: int | None = 0, account: str | None = None) -> LiveEvent:
    seen = live(object_id, event.identity.external_event_id, event.fields, registrants=registrants)
    return replace(seen, identity=replace(seen.identity, external_account_id=account))


def warnings(
    new: Sequence[DeclaredEvent],
    gone: Sequence[tuple[DeclaredEvent, LiveEvent]],
    orphans: Sequence[LiveEvent] = (),
    wills: Sequence[Will] = (),
) -> list[Diagnostic]:
    creates = [change for change in planned_from(new).plan.changes if isinstance(change, Create)]
    old = [*(event for _, event in gone), *orphans]
    renames = look_alikes.renames(creates, old)
    found = replacements(creates, renames, old, former_keys(gone, orphans))
    by_id = {event.identity.object_id: will for event, will in zip(old, wills, strict=False)}
    return list(renaming_warnings(renames, found, by_id))


def gone(*events: tuple[DeclaredEvent, int | None]) -> list[tuple[DeclaredEvent, LiveEvent]]:
    return [(event, held(str(number), event, people)) for number, (event, people) in enumerate(events, 1)]


THURSDAYS = gone((occurrence("2027-03-04"), 5), (occurrence("2027-03-11"), 7))
FRIDAYS = [occurrence("2027-03-05"), occurrence("2027-03-12"), occurrence("2027-03-19")]


def test_a_series_on_another_weekday_is_told_once_with_all_registrations() -> None:
    (found,) = warnings(FRIDAYS, THURSDAYS)
    assert found.code == look_alikes.RENAMED
    assert found.message == (
        "3 new dates of acme/demo seem to replace 2 old ones that are no longer declared: "
        "HubSpot treats each new date as a new event, and the 12 registrations of the old ones stay with them"
    )
    assert (found.hint, found.place) == (BACK, FRIDAYS[0].place)


def test_one_new_date_that_replaces_one_old_date_is_told_as_a_move() -> None:
    (found,) = warnings(FRIDAYS[2:], THURSDAYS[:1])
    assert found.message.startswith("1 new date of acme/demo seems to replace 1 old one that is no longer declared: ")
    assert found.message.endswith("and the 5 registrations of the old one stay with it")


def test_without_a_base_the_old_dates_are_known_by_their_ids() -> None:
    orphans = [held("1", occurrence("2027-03-04"), 2, account="acme")]
    (found,) = warnings(FRIDAYS, [], orphans)
    assert found.message.startswith("3 new dates of acme/demo seem to replace 1 old one")
    assert warnings(FRIDAYS, [], [held("1", occurrence("2027-03-04"), 2, account="beta")]) == []


def test_new_dates_that_replace_nothing_are_not_told() -> None:
    assert warnings(FRIDAYS, []) == []
    assert warnings([declared("summit")], THURSDAYS) == []
    assert warnings(FRIDAYS, gone((occurrence("2027-03-04", "other"), 5))) == []


def test_a_series_under_another_id_is_told_once() -> None:
    new = [occurrence(day, "weekly") for day in ("2027-03-04", "2027-03-11")]
    (found,) = warnings(new, THURSDAYS)
    assert found.message.startswith(
        "2 dates of acme/weekly look like 2 of acme/demo: HubSpot treats each new date as a "
    )
    assert found.hint == "to keep them, go back to externalEventId: demo"


def test_a_series_under_another_account_id_is_told_once() -> None:
    old = gone(*((occurrence(day, account="before"), 1) for day in ("2027-03-04", "2027-03-11")))
    (found,) = warnings([occurrence("2027-03-04"), occurrence("2027-03-11")], old)
    assert found.message.startswith("2 dates of acme/demo look like 2 of before/demo: ")
    assert found.hint == "to keep them, go back to externalAccountId: before"


def test_a_series_that_looks_like_a_single_event_is_told_with_the_way_to_that_event() -> None:
    single = declared("talk-2027-03-04", occurrence("2027-03-04").fields)
    old = [(single, held("1", single, 4))]
    (found,) = warnings([occurrence("2027-03-04")], old)
    assert found.hint == "to keep them, declare the event by its externalEventId, talk-2027-03-04"
    (found,) = warnings([occurrence("2027-03-04")], [], [held("1", single, 4, account="acme")])
    assert found.hint == "to keep them, declare the event by its externalEventId, talk-2027-03-04"


def test_dates_that_are_absent_are_replaced_by_nothing() -> None:
    assert warnings([absent("demo-2027-03-05")], THURSDAYS) == []


@pytest.mark.parametrize(
    ("people", "wills", "said"),
    [
        ((0, 0), (), "nobody is registered for the old ones"),
        ((1, 0), (), "the 1 registration of the old ones stays with them"),
        ((1, 0), (Will.DELETE, Will.DELETE), "the 1 registration of the old ones is deleted with them"),
        ((3, None), (), "whatever registrations there are of the old ones stay with them"),
        ((3, 4), (Will.DELETE, Will.DELETE), "the 7 registrations of the old ones are deleted with them"),
        ((3, 4), (Will.DELETE, Will.NOTHING), "the 7 registrations of the old ones stay or are deleted with them"),
        ((3, 4), (Will.CANCEL, Will.CANCEL), "the 7 registrations of the old ones stay with them, which are cancelled"),
        ((3, 4), (Will.CANCEL, Will.NOTHING), "the 7 registrations of the old ones stay with them"),
    ],
)
def test_what_becomes_of_all_old_registrations_is_said_as_far_as_it_is_known(
    people: tuple[int | None, int | None], wills: tuple[Will, ...], said: str
) -> None:
    old = gone((occurrence("2027-03-04"), people[0]), (occurrence("2027-03-11"), people[1]))
    (found,) = warnings(FRIDAYS, old, wills=wills)
    assert found.message.endswith(f"a new event, and {said}")
    assert found.hint == (None if people == (0, 0) else BACK)
