"""The files for the events of a calendar or a table, and what keeps them from being written."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from reconciler.declarations.events.declaring import Portals
from reconciler.declarations.events.inheritance import NOTHING, Inheritance
from reconciler.declarations.events.layers import DEFAULTS
from reconciler.declarations.sources.new_events import Destination, NewEvents, new_events
from reconciler.declarations.sources.sourced import Additions, Sourced
from reconciler.declarations.sources.table import read_table
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.writing.new_files import NewNames
from reconciler.declarations.writing.read_back import check_meaning, read_back
from reconciler.diagnostics import Place
from reconciler.event import Declared, DeclaredEvent, Identity, Skipped
from tests.declarations.sources.reading import TERMS, event, read

HEADER = "externalEventId,eventName,eventOrganizer,startDateTime"
NEW_YORK = ("DTSTART;TZID=America/New_York:20270415T110000", "DTEND;TZID=America/New_York:20270415T120000")


def table(*rows: str, header: str = HEADER) -> Sourced:
    return read_table("\n".join((header, *rows)).encode(), "a.csv", Additions())


def under(**files: str) -> Callable[[str], Inheritance]:
    """Return what events inherit from files of defaults, by folder; `top` is the root."""
    layers = {folder: DEFAULTS.check_file(text.encode(), "_defaults.yaml") for folder, text in files.items()}

    def inherited(folder: str) -> Inheritance:
        below = NOTHING if "top" not in layers else NOTHING.under(layers["top"])
        return below.under(layers[folder]) if folder in layers else below

    return inherited


def made(
    sourced: Sourced,
    declared: Declared = Declared((), 0),  # noqa: B008  (frozen)
    inherited: Callable[[str], Inheritance] = under(),  # noqa: B008  (nothing)
    is_wanted: Callable[[DeclaredEvent], bool] = lambda _: True,
    **changed: object,
) -> NewEvents:
    destination = Destination(TERMS, inherited, NewNames({}), 1024)
    return new_events(sourced, declared, replace(destination, **changed), is_wanted)  # type: ignore[arg-type]  # (of any field)


def told(found: NewEvents) -> list[str]:
    return [f"{problem.place}: {problem.message} ({problem.hint})" for problem in found.problems]


def files(found: NewEvents) -> Mapping[str, str]:
    assert told(found) == []
    return {one.path: one.text for one in found.events}


def declared_as(*ids: str) -> Declared:
    place = Place("b.yaml")
    return Declared(tuple(DeclaredEvent(Identity("acme", one), {}, place, {}) for one in ids), 1)


def test_each_event_is_a_file_in_the_folder_of_its_year() -> None:
    found = made(table("launch,Launch,Acme,2027-04-15 17:00", "idea,Idea,Acme,"))
    assert files(found) == {
        "2027/launch.yaml": "externalEventId: launch\neventName: Launch\neventOrganizer: Acme\n"
        "startDateTime: 2027-04-15 17:00\n",
        "undated/idea.yaml": "externalEventId: idea\neventName: Idea\neventOrganizer: Acme\n",
    }


def test_the_year_goes_by_the_settings_zone_and_by_the_end_where_there_is_no_start() -> None:
    late = table("a,A,Acme,2027-12-31T23:30:00Z")
    ending = table("a,A,Acme,2026-01-01 09:00", header=HEADER.replace("start", "end"))
    assert list(files(made(late))) == ["2028/a.yaml"]
    assert list(files(made(ending))) == ["2026/a.yaml"]
    assert list(files(made(late, terms=replace(TERMS, timezone=None)))) == ["2027/a.yaml"]


def test_a_moment_whose_local_day_no_calendar_has_goes_by_its_year_in_utc() -> None:
    assert list(files(made(table("a,A,Acme,9999-12-31T23:30:00Z")))) == ["9999/a.yaml"]


def test_files_stand_below_a_folder_and_name_the_schema_that_the_settings_name() -> None:
    head = "# yaml-language-server: $schema={}.json"
    found = made(table("a,A,Acme,"), below="field/", settings=head.format("settings"))
    (new,) = found.events
    assert (new.path, new.text.splitlines()[0]) == ("field/undated/a.yaml", head.format("../../declarations"))


def test_files_with_equal_names_get_numbers() -> None:
    found = made(table("a b,A,Acme,", "a/b,B,Acme,", "a.b,C,Acme,"))
    assert list(files(found)) == ["undated/a-b.yaml", "undated/a-b-2.yaml", "undated/a-b-3.yaml"]


def test_ids_that_are_declared_already_are_skipped_and_counted_even_with_problems() -> None:
    declared = replace(declared_as("a"), skipped=(Skipped(Identity(object_id="7")),))
    header = f"{HEADER},objectId"
    found = made(table("a,,,soon,", ",X,,,7", "b,B,Acme,,", header=header), declared)
    assert (found.known, list(files(found))) == (2, ["undated/b.yaml"])


def test_two_rows_of_one_id_are_told_even_if_it_is_declared_already() -> None:
    (problem,) = told(made(table("a,A,Acme,", "a,B,Acme,"), declared_as("a")))
    assert problem.startswith("a.csv:3:1: acme/a is declared twice, first at a.csv:2:1 (")


def test_what_is_not_wanted_is_left_out_and_counted() -> None:
    found = made(table("a,A,Acme,", "b,B,,"), is_wanted=lambda event: event.name == "A")
    assert (found.unwanted, list(files(found))) == (1, ["undated/a.yaml"])


def test_every_problem_is_told_and_nothing_is_made() -> None:
    found = made(table("a,A,Acme,15.04.2027", "b,B,,", "c,C,Acme,", "d,,Acme,x", "c,C,Acme,"))
    assert found.events == ()
    assert [one.split(" (")[0] for one in told(found)] == [
        "a.csv:2:1: startDateTime: '15.04.2027' is not a time",
        "a.csv:3:1: eventOrganizer is missing: HubSpot creates no event without it",
        "a.csv:5:1: startDateTime: 'x' is not a time",
        "a.csv:5:1: eventName is missing: HubSpot creates no event without it",
        "a.csv:6:1: acme/c is declared twice, first at a.csv:4:1",
    ]


def test_a_missing_organizer_can_be_given_on_the_command_line_or_in_defaults() -> None:
    (problem,) = told(made(table("a,A,,")))
    assert problem.endswith("(give --organizer NAME, or set eventOrganizer in _defaults.yaml)")
    (path,) = files(made(table("a,A,,"), inherited=under(undated="eventOrganizer: Acme\n")))
    assert path == "undated/a.yaml"


@pytest.mark.parametrize(
    ("key", "cell", "hint"),
    [
        ("eventName", "", "give the event a name there, or set eventName in _defaults.yaml"),
        ("eventOrganizer", "", "give --organizer NAME, or set eventOrganizer in _defaults.yaml"),
        ("startDateTime", "2027-04-15", "write it, as in 2027-04-15 17:00; or give --hours 09:00-17:00"),
        ("eventCancelled", "ja", "write true or false in this cell, in English"),
        ("eventCancelled", "WAHR", "write true or false in this cell, in English"),
    ],
)
def test_hints_speak_of_tables_and_options_instead_of_yaml(key: str, cell: str, hint: str) -> None:
    row = {"externalEventId": "a", "eventName": "A", "eventOrganizer": "Acme", key: cell}
    (problem,) = told(made(table(",".join(row.values()), header=",".join(row))))
    assert problem.endswith(f" ({hint})")


def test_a_zone_and_an_account_that_nothing_names_are_told_with_the_files_that_can() -> None:
    terms = replace(TERMS, timezone=None, external_account_id=None)
    account, zone = told(made(table("a,A,Acme,2027-04-15 17:00"), terms=terms))
    assert account.endswith(" (set externalAccountId in reconciler.yaml or in _defaults.yaml)")
    assert "set timezone in reconciler.yaml or in _defaults.yaml" in zone


@pytest.mark.parametrize(("key", "cell"), [("externalAccountId", "acme"), ("eventCompleted", "true")])
def test_cells_that_do_not_go_together_are_told_as_cells(key: str, cell: str) -> None:
    (problem,) = told(made(table(f"7,{cell}", header=f"objectId,{key}")))
    assert " empty)" in problem
    assert "line" not in problem


def test_an_identity_that_joins_with_a_declared_one_is_told() -> None:
    declared = Declared((DeclaredEvent(Identity("acme-a", "b"), {}, Place("b.yaml"), {}),), 1)
    (problem,) = told(made(table("a-b,A,Acme,"), declared))
    assert problem.startswith("a.csv:2:1: HubSpot joins account id and event id to 'acme-a-b'")
    assert list(files(made(table("LAUNCH,A,Acme,"), declared_as("launch")))) == ["undated/launch.yaml"]


def test_an_event_of_another_portal_is_told() -> None:
    portals = Portals(top=1, chosen=2, of_environments=True)
    found = made(table("7", header="objectId"), terms=replace(TERMS, portals=portals, environment="staging"))
    assert told(found) == ["a.csv:2:1: an event is skipped: its objectId belongs to portal 1, not to 2 (None)"]


def test_an_event_that_defaults_leave_out_of_the_environment_is_told() -> None:
    elsewhere = under(undated="environments: [staging]\n")
    found = made(table("a,A,Acme,"), inherited=elsewhere, terms=replace(TERMS, environments=("staging",)))
    (problem,) = told(found)
    assert problem.startswith("a.csv:2:1: what it inherits leaves it out of the chosen environment")


def test_what_is_read_for_an_environment_is_declared_there_alone() -> None:
    defaults = under(undated="environments: [default]\n")
    found = made(table("a,A,Acme,"), inherited=defaults, terms=replace(TERMS, environment="eu", environments=("eu",)))
    assert files(found) == {
        "undated/a.yaml": "externalEventId: a\neventName: A\neventOrganizer: Acme\nenvironments:\n  - eu\n"
    }


@pytest.mark.parametrize("row", ["a,A\u202e,Acme,,", "a,A,Acme,,x\u202e"])
def test_a_character_that_no_file_may_have_is_told(row: str) -> None:
    (problem, *_) = told(made(table(row, header=f"{HEADER},customProperties.x")))
    message = "the character U+202E is not allowed: it can hide or change what people see"
    assert problem.startswith(f"a.csv:2:1: {message}")


def test_a_custom_property_whose_name_is_too_long_is_told() -> None:
    header = f"{HEADER},customProperties.{'x' * 1001}"
    (problem,) = told(made(table("a,A,Acme,,x", header=header)))
    assert problem == f"a.csv:2:1: {'x' * 60}… is too long for a key (shorten the name)"


def test_an_event_that_no_file_has_room_for_is_told() -> None:
    header = f"{HEADER},eventDescription"
    (problem,) = told(made(table(f"a,A,Acme,,{'x' * 1024}", header=header)))
    assert problem == "a.csv:2:1: it takes more than the 1,024 bytes that a file may have (shorten its description)"


@pytest.mark.parametrize(
    ("defaults", "lines", "zone"),
    [
        ("", ("DTSTART:20270415T150000Z",), None),
        ("timezone: Europe/Berlin\n", ("DTSTART:20270415T150000Z",), None),
        ("timezone: Asia/Tokyo\n", ("DTSTART:20270415T150000Z",), "Europe/Berlin"),
        ("timezone: Asia/Tokyo\n", ("DTSTART;VALUE=DATE:20270415",), "Europe/Berlin"),
        ("timezone: Asia/Tokyo\n", ("DTSTART:20271031T003000Z",), None),
        ("timezone: Asia/Tokyo\n", NEW_YORK, "America/New_York"),
        ("timezone: Asia/Tokyo\n", (), None),
    ],
)
def test_a_calendars_times_keep_their_moments_under_other_defaults(
    defaults: str, lines: tuple[str, ...], zone: str | None
) -> None:
    found = made(read(*event(*lines)), inherited=under(**{"2027": defaults, "undated": defaults}))
    (new,) = found.events
    assert new.event.fields.get("startDateTime") in {
        "2027-04-15T15:00:00Z",
        "2027-04-15T07:00:00Z",
        "2027-10-31T00:30:00Z",
        None,
    }
    assert (f"timezone: {zone}\n" in new.text) is (zone is not None)


def test_a_tables_times_are_in_the_zone_that_defaults_name() -> None:
    found = made(table("a,A,Acme,2027-04-15 17:00"), inherited=under(**{"2027": "timezone: Asia/Tokyo\n"}))
    assert found.events[0].event.fields["startDateTime"] == "2027-04-15T08:00:00Z"
    assert "timezone" not in found.events[0].text


def test_a_file_is_read_back_as_one_event() -> None:
    meant = made(table("a,A,Acme,")).events[0]
    assert read_back(meant.text, NOTHING, TERMS).identity == meant.event.identity
    warned = read_back(meant.text.replace("eventName: A", "eventName: A #b"), NOTHING, TERMS)
    assert warned.identity == meant.event.identity
    with pytest.raises(Wrong, match="never closed"):
        read_back("a: [\n", NOTHING, TERMS)
    with pytest.raises(Wrong, match="eventOrganizer is missing"):
        read_back("externalEventId: a\neventName: A\n", NOTHING, TERMS)
    with pytest.raises(Wrong, match="unknown key"):
        read_back(f"{meant.text}colour: red\n", NOTHING, TERMS)
    with pytest.raises(Wrong, match="would be skipped"):
        read_back(f"{meant.text}---\n{meant.text}", NOTHING, TERMS)


@pytest.mark.parametrize(
    "other",
    [{"identity": Identity("acme", "b")}, {"fields": {"eventName": "B"}}, {"protect": True}],
)
def test_another_meaning_is_refused(other: dict[str, object]) -> None:
    meant = made(table("a,A,Acme,")).events[0].event
    check_meaning(meant, replace(meant, place=Place("other.yaml")))
    with pytest.raises(Wrong, match="would be read differently"):
        check_meaning(meant, replace(meant, **other))  # type: ignore[arg-type]  # (of any field)
