"""The live events that no file declares."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from reconciler.declarations.values.zones import load_zone
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent, Skipped, Value, day_of
from reconciler.planning.claims import Claims
from reconciler.planning.evidence import Evidence
from reconciler.planning.undeclared import (
    Choice,
    Sorted,
    Standing,
    import_warnings,
    relevant,
    samples,
    sort_out,
)
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing
from tests.building import APP, OTHER_APP, POLICY, PORTAL, adopted, declared, known, live

BERLIN = load_zone("Europe/Berlin")
ANY = Choice(of_others=True)
MINE = Choice()


def dated(start: Value = None, end: Value = None) -> LiveEvent:
    return live("1", "summit", {"eventName": "Summit", "startDateTime": start, "endDateTime": end})


def sorted_out(
    lives: list[LiveEvent],
    *events: DeclaredEvent,
    choice: Choice = ANY,
    evidence: Evidence | None = None,
    skipped: tuple[Skipped, ...] = (),
) -> Sorted:
    listing = Listing(PORTAL, tuple(lives))
    everything = Declared(events, 1, skipped=skipped)
    seen = relevant(listing, everything, choice, UTC)
    return sort_out(listing, Claims(everything, seen, POLICY, evidence or known()), choice, UTC)


@pytest.mark.parametrize(
    ("only", "fits"), [(None, True), ("summ*", True), ("Summit", True), ("1", True), ("summi", False), ("*2*", False)]
)
def test_a_glob_chooses_by_event_id_object_id_or_name(only: str | None, fits: bool) -> None:  # noqa: FBT001  (pytest hands it over by name)
    assert Choice(only=only).fits(dated(), UTC) is fits


def test_an_event_without_an_event_id_or_a_name_is_chosen_by_its_object_id() -> None:
    assert Choice(only="9*").fits(live("901", None), UTC)
    assert not Choice(only="None").fits(live("901", None), UTC)


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (None, None, True),
        ("2026-12-31T22:30:00Z", None, False),
        ("2026-12-31T23:30:00Z", None, True),
        ("2026-12-01T10:00:00Z", "2027-01-02T10:00:00Z", True),
        (None, "2026-12-01T10:00:00Z", False),
    ],
)
def test_a_day_chooses_what_begins_or_ends_on_it_or_later(start: Value, end: Value, fits: bool) -> None:  # noqa: FBT001  (as above)
    assert Choice(since=date(2027, 1, 1)).fits(dated(start, end), BERLIN) is fits


def test_the_day_of_an_event_at_the_ends_of_the_calendar_is_that_in_utc() -> None:
    event = dated("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    assert day_of(event.fields, "startDateTime", load_zone("America/New_York")) == date(1, 1, 1)
    assert day_of(event.fields, "endDateTime", load_zone("Asia/Tokyo")) == date(9999, 12, 31)


def test_an_event_of_ours_has_its_proven_account() -> None:
    accounts = {"1": "acme", "2": "old"}
    lives = [live("3", "c"), live("2", "b"), live("1", "a"), live("4", None, app=None), live("5", "a", app=OTHER_APP)]
    found = sorted_out(lives, evidence=known(accounts))
    assert [
        (one.live.identity.object_id, one.is_ours, one.account_id, one.other_account_id) for one in found.wanted
    ] == [
        ("4", False, None, None),
        ("1", True, "acme", None),
        ("5", False, None, None),
        ("2", True, None, "old"),
        ("3", True, None, None),
    ]


def test_each_event_of_the_list_has_a_standing() -> None:
    lives = [
        live("1", "declared"),
        live("2", "new"),
        live("3", "new", app=OTHER_APP),
        live("4", "twice"),
        live("5", "twice"),
        live("6", "elsewhere", {"eventName": "Elsewhere"}),
        live("7", "old", {"startDateTime": "2020-01-01T00:00:00Z"}),
        live("8", None, app=None),
    ]
    events = (declared("declared"), declared("twice"), adopted("8"))
    skipped = (Skipped(Identity(object_id="99"), "Elsewhere"),)
    found = sorted_out(lives, *events, choice=Choice(since=date(2027, 1, 1)), skipped=skipped)
    assert found.standings == {
        "1": Standing.DECLARED,
        "2": Standing.WANTED,
        "3": Standing.OF_OTHERS,
        "4": Standing.PERHAPS_DECLARED,
        "5": Standing.PERHAPS_DECLARED,
        "6": Standing.PERHAPS_DECLARED,
        "7": Standing.NOT_ASKED_FOR,
        "8": Standing.DECLARED,
    }
    assert [one.live.identity.object_id for one in found.wanted] == ["2"]
    assert (found.undeclared(APP, ()), found.undeclared(APP, {"2"})) == (2, 1)
    assert sorted_out(lives, *events, choice=ANY).undeclared(OTHER_APP, ()) == 1


def test_without_a_known_app_nothing_is_ours() -> None:
    found = sorted_out([live("1"), live("2", None, app=None)], choice=MINE, evidence=Evidence(None, None))
    assert set(found.standings.values()) == {Standing.OF_OTHERS}


def test_only_what_is_wanted_or_may_be_declared_needs_a_proof() -> None:
    lives = [live("1", "wanted"), live("2", "declared"), live("3", "other"), live("4", "x", {"eventName": "Elsewhere"})]
    everything = Declared(
        (declared("declared"), adopted("3")), 1, skipped=(Skipped(Identity(object_id="9"), "Elsewhere"),)
    )
    unwanted = (live("5", "more"), live("6", None, app=None))
    seen = relevant(Listing(PORTAL, (*lives, *unwanted)), everything, Choice(only="wanted"), UTC)
    assert [event.identity.object_id for event in seen.events] == ["1", "2", "3", "4"]


def test_the_app_of_a_token_is_looked_for_by_some_ids_of_each_app() -> None:
    lives = [live(str(at), "x" * at) for at in range(1, 6)]
    lives += [
        live("6", "z", app=OTHER_APP),
        live("7", "search", app=OTHER_APP),
        live("8", None),
        live("9", "p", app=None),
    ]
    assert list(samples(Listing(PORTAL, tuple(lives)))) == ["xxx", "xxxx", "xxxxx", "z"]


@pytest.mark.parametrize(
    ("evidence", "policy", "left_out", "codes"),
    [
        (known(), POLICY, 3, []),
        (Evidence(None, None), POLICY, 0, ["app-unknown"]),
        (Evidence(APP, OTHER_APP), POLICY, 0, ["token-of-another-app"]),
        (known(), Policy(app_id=APP), 0, ["accounts-unknown"]),
        (known(), replace(POLICY, orphans=Orphans.DELETE), 0, []),
        (known(), replace(POLICY, orphans=Orphans.CANCEL), 3, ["left-out-orphans"]),
    ],
)
def test_what_casts_doubt_on_an_import_is_told(
    evidence: Evidence, policy: Policy, left_out: int, codes: list[str]
) -> None:
    claims = Claims(Declared((), 0), Listing(PORTAL, ()), policy, evidence)
    found = list(import_warnings(claims, policy, left_out))
    assert [one.code for one in found] == codes
    assert all(one.hint for one in found)
