"""Plans and receipts of usual situations, for tests of whole texts."""

from dataclasses import replace

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Create, Delete, FieldChange, Origin, Source, Update
from reconciler.diagnostics import Place, warning
from reconciler.errors import Unavailable
from reconciler.event import Identity, Value
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from tests.building import PORTAL, live

START, END = "startDateTime", "endDateTime"


def create(key: str, name: str | None, start: str | None = None, end: str | None = None, kind: Value = None) -> Create:
    held = {"eventName": name, "eventType": kind, START: start, END: end, "eventCancelled": False}
    fields = tuple(FieldChange(field, None, value, 2) for field, value in held.items() if value is not None)
    return Create(Identity("acme", key), name, fields, Source(f"events/{key}.yaml", 1))


def update(key: str, name: str | None, *fields: FieldChange, registrants: int | None = 0) -> Update:
    return Update(Identity("acme", key, f"10{len(key)}"), name, fields, Source(f"events/{key}.yaml", 1), registrants)


def delete(key: str, name: str | None, registrants: int | None = 0) -> Delete:
    fields = (
        FieldChange("eventName", name, None),
        FieldChange(START, "2027-06-12T16:00:00Z", None),
        FieldChange(END, "2027-06-14T16:00:00Z", None),
    )
    return Delete(Identity("acme", key, f"20{len(key)}"), name, fields, None, registrants)


def move(before: str, after: str, field: str = START) -> FieldChange:
    return FieldChange(field, before, after, 5)


LAUNCH = create("launch", "Spring launch: what is new", "2027-05-12T16:00:00Z", "2027-05-12T17:00:00Z", "WEBINAR")
ASK = create("ask", "Ask us anything", "2027-05-20T16:00:00Z", None, "WEBINAR")
DAY = update("day", "Product day", move("2027-05-12T16:00:00Z", "2027-05-13T17:00:00Z"), registrants=41)
SUMMIT = update(
    "summit",
    "Summit",
    FieldChange("eventName", "Old summit", "Summit", 2),
    FieldChange("customProperties.region", "EMEA", "APAC", 9),
)
ROADSHOW = update("roadshow", "Roadshow", FieldChange("eventCancelled", before=False, after=True), registrants=None)
PARTNERS = update(
    "partners",
    "Partner evening",
    FieldChange("eventType", None, "WORKSHOP", 3, Origin.FILES),
    FieldChange("eventUrl", "https://acme.example/x", "https://acme.example/y", 4, Origin.BOTH),
    FieldChange(
        "eventDescription",
        "Meet our partners.\n\nDoors open at six.",
        "Meet our partners.\n\nDoors open at seven.",
        5,
        Origin.HUBSPOT,
    ),
    registrants=5,
)
OLD = delete("old", "Old meetup", 12)
FORGOTTEN = OrphanVerdict(
    Identity("acme", "meetup", "77"), "Meetup", None, None, 7, Will.NOTHING, "the settings say orphans: report"
)

PLAN = Plan(
    PORTAL,
    (LAUNCH, ASK, DAY, SUMMIT, ROADSHOW, PARTNERS, OLD),
    unchanged=40,
    orphans=(FORGOTTEN,),
    orphaned=2,
    foreign=3,
    diagnostics=(
        warning("version-ends", "support of API version v3 ends in September 2027", Place("reconciler.yaml", 3, 1)),
        warning("guard-deletes", "1 undeclared event would be deleted or cancelled, 0 allowed", None, "declare it"),
    ),
)
NOTHING = Plan(PORTAL, (), 40, orphaned=0, foreign=0)
SEEN = {ROADSHOW.identity: live("108", fields={START: "2027-05-30T08:00:00Z", END: "2027-05-30T18:00:00Z"})}

_ENDS = (
    (Outcome.DONE, None),
    (Outcome.DONE, "it was there already"),
    (Outcome.FAILED, "HubSpot says no"),
    (Outcome.REFUSED, "it moved since it was planned"),
    (Outcome.UNSURE, "the answer was lost"),
    (Outcome.NOT_ATTEMPTED, "not reviewed"),
    (Outcome.DONE, None),
)
IN_PART = Receipt(
    PORTAL,
    PLAN.digest,
    tuple(Result(change, *end) for change, end in zip(PLAN.changes, _ENDS, strict=True)),
    None,
    written=True,
    cause=Unavailable("HubSpot cannot be reached"),
)
WELL = Receipt(PORTAL, PLAN.digest, tuple(Result(change, Outcome.DONE) for change in PLAN.changes), (), written=True)


def drifted() -> Plan:
    changes = [
        replace(change, fields=tuple(replace(field, origin=Origin.HUBSPOT) for field in change.fields))
        for change in (LAUNCH, DAY, SUMMIT, PARTNERS)
    ]
    return replace(PLAN, changes=(*changes, OLD), diagnostics=())
