"""An altered saved plan allows nothing that the original plan does not allow.

An apply only runs changes of the new plan, with the new plan's values. The saved plan is only compared with it, so
altering it can remove approvals and never add any. The tests alter every byte.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.applying.approval import by_plans
from reconciler.change import Create, Delete, FieldChange, Source, Update
from reconciler.errors import ReconcilerError, SavedPlanInvalid
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render.json import plan_json
from reconciler.render.saved import read_plan

PORTAL = Portal(7, "STANDARD", "UTC", "2026-03", 1001, "app.hubspot.com")


def create(name: str) -> Create:
    return Create(Identity("acme", name), name, (FieldChange("eventName", None, name, 2),), Source("e.yaml", 1))


def update(name: str, before: str, after: str) -> Update:
    fields = (FieldChange("eventName", before, after, 4), FieldChange("eventCancelled", None, after=True))
    return Update(Identity("acme", name, "7"), name, fields, Source("e.yaml", 3), 12, None)


def delete(name: str) -> Delete:
    return Delete(Identity(None, name, "9"), None, (FieldChange("eventName", name, None),), registrants=0, attendees=0)


def plan(*changes: Create | Update | Delete) -> Plan:
    return Plan(PORTAL, changes, unchanged=0, orphans=(), orphaned=0, foreign=None, diagnostics=(), reads=1)


REVIEWED = plan(create("a"), update("u", "x", "y"), delete("d"))
NEARLY = plan(create("b"), create("a"), update("u", "x", "z"), update("v", "x", "y"), delete("e"))
"""What HubSpot and the files ask for now: of the reviewed changes, only the first create; the rest are near misses."""
TEXT = plan_json(REVIEWED)
ALLOWED = set(by_plans(REVIEWED, [REVIEWED]).approved)
STILL_ALLOWED = set(by_plans(NEARLY, [REVIEWED]).approved)


def read(content: bytes) -> Plan | None:
    try:
        return read_plan(content.decode())
    except (SavedPlanInvalid, UnicodeDecodeError):
        return None


def flipped(bit: int) -> Iterator[tuple[int, Plan | None]]:
    """Yield the plan with one bit of each byte flipped, one byte after the other."""
    whole = TEXT.encode()
    for at, byte in enumerate(whole):
        yield at, read(whole[:at] + bytes([byte ^ 1 << bit]) + whole[at + 1 :])


def key_at(position: int) -> str:
    """Return the key on the line of a position."""
    return TEXT.splitlines()[TEXT.count("\n", 0, position)].split('"')[1]


def test_the_honest_plan_lets_its_changes_run_and_no_neighbour() -> None:
    assert len(ALLOWED) == 3
    assert {change.name for change in STILL_ALLOWED} == {"a"}


FOR_PEOPLE = {
    *("name", "file", "line", "registrants", "attendees"),
    *("account_type", "timezone", "api_version", "app_id", "ui_domain"),
    *("unchanged", "orphaned", "reads", "format_version"),
    *("set_aside", "refused", "proven", "series", "start", "end", "type", "organizer"),
    *("url", "properties", "cancelled", "was_over"),
}
"""The keys that no approval covers: they are shown, and have no effect."""


# Bit 0 turns a digit or letter into its neighbour, bit 1 into another one, bit 5 a letter into its capital.
@pytest.mark.parametrize("bit", [0, 1, 5])
def test_no_flipped_bit_lets_anything_else_run(bit: int) -> None:
    read_nonetheless = set()
    for at, altered in flipped(bit):
        if altered is not None:
            read_nonetheless.add(key_at(at))
            assert altered.digest == REVIEWED.digest
            assert set(by_plans(REVIEWED, [altered]).approved) == ALLOWED
            assert set(by_plans(NEARLY, [altered]).approved) == STILL_ALLOWED
    assert read_nonetheless <= FOR_PEOPLE


def test_no_part_of_a_plan_is_a_plan() -> None:
    whole = TEXT.rstrip().encode()
    assert not [length for length in range(0, len(whole), 7) if read(whole[:length])]


def test_a_plan_that_was_forged_with_care_lets_only_run_what_is_asked_for_now() -> None:
    """Digest and fingerprints are no signature: whoever writes the file can recompute them, and gains nothing by it."""
    forged = replace(REVIEWED, changes=(create("evil"), *NEARLY.changes))
    given = read_plan(plan_json(forged))
    assert set(by_plans(NEARLY, [given]).approved) == set(NEARLY.changes)
    assert not by_plans(REVIEWED, [read_plan(plan_json(plan(create("evil"))))]).approved


def test_a_plan_for_another_portal_counts_for_nothing_here() -> None:
    other = read_plan(plan_json(replace(REVIEWED, portal=replace(PORTAL, id=8))))
    with pytest.raises(ReconcilerError):
        by_plans(REVIEWED, [other])


def test_keys_that_nobody_knows_say_nothing() -> None:
    document = json.loads(TEXT)
    assert read(json.dumps({**document, "__class__": "os.system"}).encode()) == REVIEWED
