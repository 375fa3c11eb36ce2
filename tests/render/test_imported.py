"""What an import finds, as text."""

from reconciler.declarations.writing.new_files import NewFile
from reconciler.event import Identity, LiveEvent
from reconciler.planning.drafts import Draft, Undraftable
from reconciler.planning.undeclared import Sorted, Standing
from reconciler.render.imported import import_notes, listing, makers, new_file
from tests.building import APP, OTHER_APP, live

NAMED = {"eventName": "Summit\x1b[2J"}


def draft(object_id: str = "1", why: str | None = None, **left_out: str) -> Draft:
    event = live(object_id, "summit", NAMED)
    return Draft(event, Identity("acme", "summit"), "2027/summit.yaml", "a: b\nc: d\n", why, left_out)


def test_makers_stand_in_order_with_what_becomes_of_their_events() -> None:
    zoom = LiveEvent(Identity(object_id="4"), OTHER_APP, {}, app_name="Zoom\n")
    lives = [live("1", None, app=None), zoom, live("2"), live("3"), live("5")]
    standings = {
        "1": Standing.OF_OTHERS,
        "4": Standing.OF_OTHERS,
        "2": Standing.DECLARED,
        "3": Standing.WANTED,
        "5": Standing.WANTED,
    }
    found = Sorted({str(one.identity.object_id): one for one in lives}, (), standings)
    assert list(makers(found, [Undraftable(live("5"), "it has no name")], APP)) == [
        "  our app 1001: 3 (1 to import, 1 cannot be declared, 1 declared already)",
        "  app 2002 (Zoom\\n): 1 (1 left out, as --app any was not given)",
        "  people: 1 (1 left out, as --app any was not given)",
    ]
    assert next(makers(found, [], None)).startswith("  app 1001: 3 (2 to import")


def test_a_new_file_says_what_it_declares() -> None:
    file = new_file(draft())
    assert file == NewFile("2027/summit.yaml", "a: b\nc: d\n", "Summit\x1b[2J · acme/summit (object 1)")
    assert listing([file], "events/") == "events/2027/summit.yaml: Summit\\u{1b}[2J · acme/summit (object 1)\n"


def test_notes_tell_why_single_events_are_not_as_expected() -> None:
    adopted = draft(why="it has no organizer\n")
    odd = [draft("2", budget="too much", region="unknown"), draft("3", budget="x")]
    failed = [Undraftable(live("7", None, NAMED), "it has no name")]
    assert list(import_notes([adopted, *odd], failed, every=False)) == [
        "1 event of our app cannot be declared by event id, but by objectId:",
        "  Summit\\u{1b}[2J · summit (object 1): it has no organizer\\n",
        "customProperties.budget is left out of 2 events: too much",
        "customProperties.region is left out of 1 event: unknown",
        "1 event cannot be declared:",
        "  Summit\\u{1b}[2J · object 7: it has no name",
    ]
    assert list(import_notes([], [], every=False)) == []


def test_many_notes_are_cut_short_unless_all_are_asked_for() -> None:
    drafts = [draft(str(number), "why") for number in range(1, 23)]
    cut = list(import_notes(drafts, [], every=False))
    assert (len(cut), cut[-1]) == (22, "  … and 2 more; --verbose lists all")
    assert len(list(import_notes(drafts, [], every=True))) == 23
    assert len(list(import_notes(drafts[:20], [], every=False))) == 21
