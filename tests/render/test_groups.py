"""Changes that stand together."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from reconciler.change import Change, Create, FieldChange, Origin, Source
from reconciler.event import Identity, Value, instant
from reconciler.planning.plan import Plan
from reconciler.render import markdown, text
from reconciler.render.groups import ChangeGroup, grouped
from reconciler.render.timing import ShownChange, shown_whole
from tests.building import plans
from tests.render.series import (
    CANCELLED,
    COMPLETED,
    FILE,
    HOUR,
    ID,
    LINK,
    START,
    WEEK,
    changed,
    deleted,
    moved,
    new,
    office,
    plan_of,
    series_plans,
    starts,
)


def groups_of(plan: Plan) -> tuple[tuple[ChangeGroup, ...], list[Change]]:
    groups, singles = grouped([shown_whole(change) for change in plan.changes], plan)
    return groups, [single.change for single in singles]


def group_of(*changes: Change, unchanged: int = 0) -> ChangeGroup:
    (group,), singles = groups_of(plan_of(*changes, unchanged=unchanged))
    assert not singles
    return group


def names(fields: tuple[FieldChange, ...]) -> list[str]:
    return [field.name for field in fields]


# Which changes stand together


@given(plans | series_plans())
def test_every_change_stands_in_one_group_or_alone(plan: Plan) -> None:
    groups, singles = groups_of(plan)
    shown = [*(change for group in groups for change in group.changes), *singles]
    assert sorted(map(id, shown)) == sorted(map(id, plan.changes))


@given(plans)
def test_changes_that_stand_alone_keep_their_order(plan: Plan) -> None:
    _, singles = groups_of(plan)
    assert singles == [change for change in plan.changes if change in singles]


def test_changes_of_one_series_stand_together_whatever_they_do() -> None:
    changes = new(0), moved(1, HOUR), changed(2, CANCELLED), changed(3, LINK), deleted(4), changed(5, COMPLETED)
    assert group_of(*changes, unchanged=47).counts == (
        "1 new, 1 moved, 1 cancelled, 1 completed, 1 changed, 1 deleted, 47 unchanged"
    )


def test_one_change_of_a_series_stands_under_its_name() -> None:
    group = group_of(moved(1, HOUR), unchanged=3)
    assert (group.name, group.counts) == ("Weekly demo", "1 moved, 3 unchanged")


def test_series_of_several_accounts_stand_apart() -> None:
    other = replace(new(1), identity=Identity("beta", f"{ID}-2027-04-22"))
    groups, _ = groups_of(plan_of(new(0), other, unchanged=3))
    assert [(group.name, group.counts) for group in groups] == [
        ("Weekly demo", "1 new, 3 unchanged"),
        ("Weekly demo", "1 new"),
    ]


@pytest.mark.parametrize(("names", "title"), [((None, None), "Weekly demo"), ((None, "Big demo"), ID)])
def test_a_series_that_no_file_declares_has_the_name_that_its_events_share(
    names: tuple[str | None, ...], title: str
) -> None:
    gone = [replace(deleted(week), name=name or "Weekly demo") for week, name in enumerate(names)]
    (group,), _ = groups_of(replace(plan_of(*gone), series=()))
    assert (group.name, group.counts) == (title, "2 deleted")


@pytest.mark.parametrize("name", [None, " "])
def test_a_series_without_a_name_is_known_by_its_id(name: str | None) -> None:
    (group,), _ = groups_of(plan_of(new(0), name=name))
    assert group.name == ID


def test_new_events_that_differ_only_in_their_times_stand_together() -> None:
    groups, singles = groups_of(plan_of(office(1), office(2)))
    assert [(group.name, group.counts) for group in groups] == [("Office hours", "2 new")]
    assert singles == []


def without_name(create: Create) -> Create:
    return replace(create, name=None)


def of_type(create: Create, kind: str) -> Create:
    fields = (replace(field, after=kind) if field.name == "eventType" else field for field in create.fields)
    return replace(create, fields=tuple(fields))


@pytest.mark.parametrize(
    "changes",
    [
        (office(1),),
        (office(1), of_type(office(2), "DEMO")),
        (office(1), replace(office(2), name="Office Hours")),
        (without_name(office(1)), without_name(office(2))),
        (replace(changed(1, LINK), series=None), replace(changed(2, LINK), series=None)),
    ],
)
def test_other_changes_stand_alone(changes: tuple[Change, ...]) -> None:
    groups, singles = groups_of(plan_of(*changes))
    assert (groups, singles) == ((), [*changes])


def test_events_stand_in_the_order_of_time() -> None:
    (part,) = group_of(office(3), office(1), office(2)).parts
    assert [member.change.identity.external_event_id for member in part.members] == ["office-1", "office-2", "office-3"]


# What is said once


def test_what_all_have_in_common_is_said_once() -> None:
    (part,) = group_of(new(0), new(1)).parts
    assert names(part.fields) == ["eventType", "eventOrganizer"]
    assert [member.fields for member in part.members] == [(), ()]
    assert not part.with_exceptions


def test_what_half_of_them_have_is_said_by_each() -> None:
    (part,) = group_of(new(0), new(1, {"eventType": "DEMO"})).parts
    assert names(part.fields) == ["eventOrganizer"]
    assert [[field.after for field in member.fields] for member in part.members] == [["WEBINAR"], ["DEMO"]]


def test_of_what_most_have_in_common_the_others_say_what_they_have_instead() -> None:
    (part,) = group_of(new(0), new(1), new(2, {"eventType": "DEMO"})).parts
    assert names(part.fields) == ["eventType", "eventOrganizer"]
    assert [names(member.fields) for member in part.members] == [[], [], ["eventType"]]
    assert part.heading == "3 new · the same for all, unless an event says otherwise"


FLAGGED: Mapping[str, Value] = {"eventCompleted": True, "eventUrl": "https://acme.example"}


@pytest.mark.parametrize(
    ("last", "notes"),
    [
        (new(2), ("link (empty)", "completed no")),
        (new(2, {**FLAGGED, "eventCompleted": False}), ("completed no",)),
        (new(2, {**FLAGGED, "eventUrl": None}), ("link (empty)",)),
    ],
)
def test_a_new_event_that_lacks_what_most_have_says_so(last: Create, notes: tuple[str, ...]) -> None:
    (part,) = group_of(new(0, FLAGGED), new(1, FLAGGED), last).parts
    assert part.members[2].notes == notes


def test_an_update_that_lacks_what_most_change_says_so() -> None:
    other = FieldChange("eventType", "DEMO", "WEBINAR", 4)
    (part,) = group_of(changed(0, LINK), changed(1, LINK), changed(2, other)).parts
    assert [member.notes for member in part.members] == [(), (), ("link stays as it is",)]
    assert [names(member.fields) for member in part.members] == [[], [], ["eventType"]]


def test_a_deletion_that_lacks_what_most_had_says_so() -> None:
    more = FieldChange("eventType", "DEMO", None)
    first, second = (replace(deleted(week), fields=(*deleted(week).fields, more)) for week in (0, 1))
    (part,) = group_of(first, second, deleted(2)).parts
    assert [member.notes for member in part.members] == [(), (), ("type (empty)",)]


def test_a_line_is_said_only_if_all_are_declared_on_it() -> None:
    elsewhere = replace(LINK, line=7)
    (part,) = group_of(changed(0, LINK), changed(1, LINK)).parts
    assert part.fields == (LINK,)
    (part,) = group_of(changed(0, LINK), changed(1, elsewhere)).parts
    assert part.fields == (replace(LINK, line=None),)


def test_changes_of_another_origin_are_not_the_same() -> None:
    drift = replace(LINK, origin=Origin.HUBSPOT)
    (part,) = group_of(changed(0, LINK), changed(1, drift)).parts
    assert part.fields == ()


def test_common_fields_are_shown_by_a_change_of_mixed_origin_if_there_is_one() -> None:
    files = replace(LINK, origin=Origin.FILES)
    mixed = changed(1, files, FieldChange("eventType", "a", "b", origin=Origin.HUBSPOT))
    (part,) = group_of(changed(0, files), mixed).parts
    assert part.sample is mixed
    (part,) = group_of(changed(0, files), changed(2, files)).parts
    assert part.sample.identity == changed(0).identity


def test_remarks_on_all_of_several_are_said_once() -> None:
    first, second = (replace(deleted(week, registrants=week), refused="no") for week in (0, 1))
    (part,) = group_of(first, second).parts
    assert part.heading == "2 deleted · each: the attendance history is lost with it · an apply refuses it: no"
    assert [member.notes for member in part.members] == [(), ("1 registered",)]


@pytest.mark.parametrize(
    ("registrants", "notes"), [(0, ()), (12, ("12 registered",)), (None, ("nobody knows how many are registered",))]
)
def test_people_are_counted_where_there_are_some(registrants: int | None, notes: tuple[str, ...]) -> None:
    (part,) = group_of(moved(0, HOUR, registrants=registrants)).parts
    assert part.members[0].notes == notes


def test_a_heading_stands_only_where_the_counts_of_the_group_do_not_say_it() -> None:
    assert [heading for heading, _ in group_of(new(0), new(1)).headings()] == [""]
    assert [heading for heading, _ in group_of(new(0), moved(1, HOUR)).headings()] == ["1 new", "1 moved"]


# Names, ids and places


def test_an_event_with_another_name_says_it() -> None:
    group = group_of(new(0), new(1, {"eventName": "Last demo"}))
    assert [member.notes for member in group.parts[0].members] == [(), ("Last demo",)]
    assert [member.fields for member in group.parts[0].members] == [(), ()]


def test_an_event_that_gets_another_name_says_it_as_a_change_alone() -> None:
    renamed = replace(changed(0, FieldChange("eventName", "Weekly demo", "Big demo")), name="Big demo")
    group = group_of(renamed)
    assert [(member.notes, names(member.fields)) for member in group.parts[0].members] == [((), ["eventName"])]


def test_a_name_that_is_not_shown_stays_a_field() -> None:
    unlike = replace(new(0), name=" ")
    group = group_of(unlike, new(1))
    assert [names(member.fields) for member in group.parts[0].members] == [["eventName"], []]


def test_the_ids_of_a_series_are_said_once_as_far_as_its_dates_say_them() -> None:
    moved_away = new(1, {START: instant(starts(1) + HOUR * 24)})
    group = group_of(new(0), moved_away, changed(2, LINK))
    assert group.ids == "acme/weekly-demo-YYYY-MM-DD"
    assert [member.ids for part in group.parts for member in part.members] == [
        "",
        "weekly-demo-2027-04-22",
        "object 1002",
    ]


def test_the_ids_of_other_events_are_said_beside_their_account() -> None:
    (group,), _ = groups_of(plan_of(office(1), office(2)))
    assert group.ids == "acme"
    assert [member.ids for member in group.parts[0].members] == ["office-1", "office-2"]
    (group,), _ = groups_of(plan_of(office(1), replace(office(2), identity=Identity("beta", "office-2"))))
    assert group.ids == ""
    assert [member.ids for member in group.parts[0].members] == ["acme/office-1", "beta/office-2"]


A, B, C = Source("a.yaml", 1), Source("a.yaml", 2), Source("b.yaml", 1)


@pytest.mark.parametrize(
    ("sources", "shared", "own"),
    [
        ((A, A), "a.yaml:1", ["", ""]),
        ((A, A, C), "a.yaml:1", ["", "", "b.yaml:1"]),
        ((A, A, B), "a.yaml:1", ["", "", "line 2"]),
        ((A, B), "a.yaml", ["line 1", "line 2"]),
        ((A, C), "", ["a.yaml:1", "b.yaml:1"]),
    ],
)
def test_the_place_of_most_is_said_once(sources: tuple[Source, ...], shared: str, own: list[str]) -> None:
    (group,), _ = groups_of(plan_of(*(office(day, source) for day, source in enumerate(sources))))
    assert str(group.site) == shared
    assert [member.place for member in group.parts[0].members] == own


def test_what_no_file_declares_says_so() -> None:
    group = group_of(new(0), new(1), deleted(2))
    assert str(group.site) == f"{FILE.file}:{FILE.line}"
    assert [member.place for part in group.parts for member in part.members] == ["", "", "declared nowhere"]
    assert str(group_of(deleted(0)).site) == ""


def with_origins(change: Change, *origins: Origin) -> Change:
    return replace(
        change,
        fields=tuple(replace(field, origin=origin) for field, origin in zip(change.fields, origins, strict=True)),
    )


@pytest.mark.parametrize(
    ("origins", "notes"),
    [
        ((Origin.FILES, Origin.FILES), ()),
        ((Origin.HUBSPOT, Origin.HUBSPOT), ()),
        ((Origin.PENDING, Origin.PENDING), ()),
        ((Origin.FILES, Origin.HUBSPOT), ("the time was changed in HubSpot",)),
        ((Origin.PENDING, Origin.HUBSPOT), ("the time was changed in HubSpot",)),
        ((Origin.FILES, Origin.PENDING), ("the time is merged, waiting to be applied",)),
        ((Origin.FILES, Origin.BOTH), ("a conflict: HubSpot and the files both changed the time",)),
        ((Origin.BOTH, Origin.BOTH), ("a conflict: HubSpot and the files both changed the time",)),
    ],
)
def test_a_time_that_somebody_else_changed_says_so(origins: tuple[Origin, Origin], notes: tuple[str, ...]) -> None:
    group = group_of(with_origins(moved(0, HOUR), *origins))
    assert group.parts[0].members[0].notes == notes


# Fields that are left out


def test_an_effect_is_that_of_the_fields_that_are_shown() -> None:
    change = replace(moved(0, HOUR), fields=(*moved(0, HOUR).fields, LINK))
    (group,), _ = grouped([ShownChange(change, (LINK,))], plan_of(change))
    assert group.counts == "1 changed"
    assert group.parts[0].members[0].when == "Thu 15 Apr 2027 17:00\N{EN DASH}18:00"


def test_a_first_date_is_a_change_and_no_move() -> None:
    dated = changed(0, FieldChange(START, None, instant(starts(0)), 5))
    group = group_of(dated)
    assert group.counts == "1 changed"
    assert names(group.parts[0].members[0].fields) == [START]


def test_a_cancelled_event_that_moves_counts_as_cancelled() -> None:
    move = moved(0, WEEK + timedelta(hours=1))
    assert group_of(replace(move, fields=(*move.fields, CANCELLED))).counts == "1 cancelled"


# Texts of groups that share nothing


def test_a_group_whose_events_share_neither_account_nor_file_begins_with_its_fields() -> None:
    changes = office(1, A), replace(office(2, C), identity=Identity("beta", "office-2"))
    plan = plan_of(*changes)
    assert text.plan(plan).splitlines()[4:7] == [
        "  Office hours: 2 new",
        "      type          MEETUP",
        "    + Tue 6 Apr 2027 10:00\N{EN DASH}12:00 · acme/office-1 · a.yaml:1",
    ]
    assert "**Office hours: 2 new**\n\n| | |\n" in markdown.plan(plan)


def test_an_event_without_a_time_is_told_by_its_ids() -> None:
    plan = plan_of(new(0, {"startDateTime": None, "endDateTime": None}))
    assert "    + weekly-demo-2027-04-15\n" in text.plan(plan)
