"""The protocols of a portal, and which of them writes."""

from reconciler.portal import Inspector, Listing, Portal, Reader, Writer
from tests.building import live

PORTAL = Portal(7, "STANDARD", "Europe/Berlin", "2026-03", 1001)


def methods(door: type) -> set[str]:
    return {name for name in dir(door) if not name.startswith("_")}


def test_only_the_writer_has_a_method_that_writes() -> None:
    writing = {"create", "create_one", "update", "update_one", "complete", "archive"}
    assert methods(Writer) - methods(Reader) == {*writing, "resending_only_if", "left_today"}
    assert not writing & methods(Inspector)


def test_a_listing_finds_each_event_by_its_object_id() -> None:
    first, second = live("1", "spring"), live("2", "autumn")
    assert Listing(PORTAL, (first, second)).by_object_id == {"1": first, "2": second}
