"""Builders and Hypothesis strategies of events, plans and receipts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Change, Create, Delete, FieldChange, Origin, Outline, Source, Update
from reconciler.diagnostics import Diagnostic, OfSeries, Place, Severity
from reconciler.errors import Interrupted, ReconcilerError, Refused, Unavailable
from reconciler.event import CUSTOM, FIELDS, Declared, DeclaredEvent, Identity, Kind, LiveEvent, Skipped, Value, instant
from reconciler.planning.claims import Claims
from reconciler.planning.evidence import Evidence
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.ownership import match_events
from reconciler.planning.plan import Plan, Planned, build
from reconciler.planning.series import PlannedSeries
from reconciler.planning.set_aside import SetAside
from reconciler.policy import Policy
from reconciler.portal import Listing, Portal

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
APP = 1001
OTHER_APP = 2002
PORTAL = Portal(1234567, "STANDARD", "Europe/Berlin", "2026-03", APP)
POLICY = Policy(portal=PORTAL.id, app_id=APP, external_account_id="acme")


def declared(
    event_id: str = "summit", fields: Mapping[str, Value] | None = None, *, account: str = "acme", protect: bool = False
) -> DeclaredEvent:
    """Declare an event of our app in line 3 of a file of its own, the first field in line 4."""
    return _declared(Identity(account, event_id), event_id, fields, protect=protect)


def absent(event_id: str = "summit", *, protect: bool = False) -> DeclaredEvent:
    """Declare that an event of our app is to be deleted."""
    return replace(declared(event_id, protect=protect), absent=True)


def adopted(object_id: str, fields: Mapping[str, Value] | None = None, *, protect: bool = False) -> DeclaredEvent:
    """Declare an event that others made."""
    return _declared(Identity(object_id=object_id), f"object-{object_id}", fields, protect=protect)


def _declared(identity: Identity, file: str, fields: Mapping[str, Value] | None, *, protect: bool) -> DeclaredEvent:
    held = dict(fields or {})
    lines = {name: line for line, name in enumerate(held, start=4)}
    return DeclaredEvent(identity, held, Place(f"events/{file}.yaml", 3), lines, protect)


def live(
    object_id: str,
    event_id: str | None = "summit",
    fields: Mapping[str, Value] | None = None,
    *,
    app: int | None = APP,
    registrants: int | None = 0,
    attendees: int | None = None,
) -> LiveEvent:
    """Return an event as HubSpot's list shows it: without its account id."""
    return LiveEvent(Identity(None, event_id, object_id), app, dict(fields or {}), registrants, attendees)


def known(accounts: Mapping[str, str] | None = None) -> Evidence:
    """Return the evidence of a token of our app, with each object id proven to be under an account."""
    return Evidence(APP, APP, dict(accounts or {}))


HEARD = replace(known(), answered=frozenset({"acme"}))
"""The evidence of a token of our app that has found something under acme."""


def planned_from(
    events: Iterable[DeclaredEvent],
    lives: Iterable[LiveEvent] = (),
    policy: Policy = POLICY,
    evidence: Evidence | None = None,
    portal: Portal = PORTAL,
    skipped: tuple[Skipped, ...] = (),
) -> Planned:
    """Plan against a portal; without other evidence its events of our app are all proven to be under acme."""
    everything, listing = tuple(events), Listing(portal, tuple(lives))
    if evidence is None:
        evidence = known({str(event.identity.object_id): "acme" for event in listing.events if event.app_id == APP})
    known_events = Declared(everything, 1, skipped=skipped)
    matched = match_events(Claims(known_events, listing, policy, evidence))
    return build(matched, known_events, policy, portal, evidence, NOW)


def traced() -> Plan:
    """Return a plan that was made with a base and holds a change of every origin."""

    def field(name: str, origin: Origin, before: Value = "a", after: Value = "b") -> FieldChange:
        return FieldChange(name, before, after, origin=origin)

    def change(
        kind: type[Create] | type[Update], name: str, object_id: str | None, *fields: FieldChange
    ) -> Create | Update:
        known = Identity("acme", name.lower(), object_id)
        return kind(known, name, fields, Source(f"events/{name.lower()}.yaml", 1), 12)

    files, hubspot, both, waits = Origin.FILES, Origin.HUBSPOT, Origin.BOTH, Origin.PENDING
    mixed = (field("eventName", files), field("eventType", hubspot), field("eventUrl", both))
    old = field("eventName", Origin.UNKNOWN, "Old", None)
    return Plan(
        PORTAL,
        (
            change(Create, "Deleted", None, field("eventName", hubspot, None, "Deleted")),
            change(Create, "Launch", None, field("eventName", files, None, "Launch")),
            change(Create, "Merged", None, field("eventName", waits, None, "Merged")),
            change(Update, "Both", "2", field("eventType", both)),
            change(Update, "Drifted", "1", field("eventType", hubspot)),
            change(Update, "Mixed", "3", *mixed),
            change(Update, "Neither", "4", field("eventName", waits), field("eventType", hubspot)),
            Delete(Identity("acme", "old", "9"), "Old", (old,), None, 0),
        ),
        unchanged=0,
        orphaned=1,
    )


HOSTILE = (
    "@octocat",
    "a@b.example",
    "#1",
    "www.evil.example",
    "https://evil.example/?a=b&c=d",
    "xmpp:a@b.example",
    "[x](javascript:alert)",
    "![x](https://evil.example/i.png)",
    "<https://evil.example>",
    "<img src=x onerror=alert(1)>",
    "<script>",
    "</td></tr></table>",
    "<!--",
    "-->",
    "&lt;b&gt;",
    "&#64;",
    "&",
    "|",
    "| --- |",
    "\\",
    "# heading",
    "===",
    "---",
    "- - -",
    "+ x",
    "1) x",
    "1. x",
    "> x",
    "    x",
    "\t",
    " ",
    "\u00a0",
    "```",
    "`",
    "**",
    "__",
    "~~",
    "$x$",
    ":smile:",
    "::set-output name=x::y",
    " ::add-mask::e",
    "##[add-mask]e",
    "\n",
    "\r\n",
    "\r",
    "\x1b[2J",
    "\x1b]8;;https://evil.example\x07",
    "\x9b31m",
    "\x00",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\u2028",
    "\ufeff",
    "\U000e0041",
    "\u00ad",
    "Digest: sha256:00",
    "Verified: 0 differences.",
    "customProperties.",
    "é",
    "日本",
    "🎉",
    "GH-1 (gh-2)",
)
"""Pieces of text that act somewhere: in a terminal, in a page, in a log, or on a reader."""

_pieces: SearchStrategy[str] = st.sampled_from(HOSTILE) | st.text(max_size=4)
texts: SearchStrategy[str] = _pieces | st.builds(str.__add__, _pieces, _pieces)
maybe_texts = st.none() | texts
counts = st.none() | st.integers(0, 3000)
instants = st.datetimes(timezones=st.just(UTC)).map(instant)


def filled(values: SearchStrategy[str]) -> SearchStrategy[str]:
    """Filter out texts that are empty or only white space."""
    return values.filter(lambda text: bool(text.strip()))


_KINDS: Mapping[Kind, SearchStrategy[Value]] = {
    Kind.TEXT: filled(texts),
    Kind.INSTANT: instants,
    Kind.FLAG: st.booleans(),
}
_PROPERTIES = st.sampled_from(["region", "topics", "__private"]) | texts
_HELD = {field.name: _KINDS[field.kind] for field in FIELDS}
_DECLARABLE = {
    field.name: st.none() | _KINDS[field.kind] if field.kind is Kind.TEXT else _KINDS[field.kind] for field in FIELDS
}


def _records(
    plain: Mapping[str, SearchStrategy[Value]], custom: SearchStrategy[Value]
) -> SearchStrategy[dict[str, Value]]:
    properties = st.dictionaries(_PROPERTIES.map(CUSTOM.__add__), custom, max_size=3)
    chosen: SearchStrategy[dict[str, Value]] = st.fixed_dictionaries({}, optional=dict(plain))
    return st.builds(lambda fields, more: {**fields, **more}, chosen, properties)


held_fields = _records(_HELD, filled(texts))
"""Fields as HubSpot holds them: what is empty is absent."""

declared_fields = _records(_DECLARABLE, maybe_texts)
"""Fields as files declare them: None makes a text empty."""

declared_events: SearchStrategy[DeclaredEvent] = declared_fields.map(lambda fields: declared(fields=fields))

INITIAL = ("eventType", "eventDescription", "eventUrl")
"""The fields that can be initial, besides custom properties."""


@st.composite
def events_with_initial(draw: st.DrawFn) -> DeclaredEvent:
    """Draw a declared event some of whose fields are initial."""
    event = draw(declared_events)
    chosen = sorted(name for name in event.fields if name in INITIAL or name.startswith(CUSTOM))
    initial = draw(st.sets(st.sampled_from(chosen))) if chosen else set()
    return replace(
        event,
        fields={name: value for name, value in event.fields.items() if name not in initial},
        initial={name: event.fields[name] for name in initial},
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[DeclaredEvent, LiveEvent]:
    """Draw a declared event with a live one that holds some of its values."""
    event = draw(declared_events)
    fields = draw(held_fields)
    kept = draw(st.sets(st.sampled_from(sorted(event.fields)))) if event.fields else set()
    fields |= {name: event.fields[name] for name in kept if event.fields[name] is not None}
    return event, live("1", fields=fields, registrants=draw(counts), attendees=draw(counts))


identities: SearchStrategy[Identity] = st.builds(
    Identity, maybe_texts, maybe_texts, st.none() | st.sampled_from("1234")
)
places: SearchStrategy[Place] = st.builds(Place, texts, st.integers(1, 99), st.integers(1, 99))
field_names = st.sampled_from([field.name for field in FIELDS]) | texts.filter(bool).map(CUSTOM.__add__)
_values: SearchStrategy[Value] = st.none() | st.booleans() | texts | instants
_field_changes = st.builds(
    FieldChange, field_names, _values, _values, st.none() | st.integers(1, 99), st.sampled_from(Origin)
)
zones: SearchStrategy[str] = (
    st.sampled_from(["Europe/Berlin", "Europe/London", "America/Argentina/Buenos_Aires", "Mars/Base"]) | texts
)
_sources = st.builds(Source, texts, st.integers(1, 99))


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """Draw what a calendar shows of an event."""
    start, end = draw(maybe_texts | instants), draw(maybe_texts | instants)
    properties = draw(st.dictionaries(texts, texts, max_size=2))
    kind, organizer, url = (draw(maybe_texts) for _ in range(3))
    cancelled = draw(st.booleans())
    return Outline(start, end, kind, organizer, url, cancelled=cancelled, properties=tuple(properties.items()))


def changes_of(kind: type[Create] | type[Update] | type[Delete]) -> SearchStrategy[Change]:
    """Return a strategy for changes of one kind, each with at least one field."""
    return st.builds(
        kind,
        identity=identities,
        name=maybe_texts,
        fields=st.lists(_field_changes, min_size=1, max_size=3, unique_by=lambda field: field.name).map(tuple),
        source=st.none() | _sources,
        registrants=counts,
        attendees=counts,
        refused=maybe_texts,
        proven=st.booleans(),
        was_over=st.booleans(),
        timezone=st.none() | zones,
        outline=outlines(),
        series=st.none() | texts,
    )


changes: SearchStrategy[Change] = st.one_of(changes_of(Create), changes_of(Update), changes_of(Delete))
_of_series = st.builds(OfSeries, texts, texts, texts, texts, maybe_texts, counts)
diagnostics: SearchStrategy[Diagnostic] = st.builds(
    Diagnostic,
    st.sampled_from(Severity),
    texts,
    texts.map("It is so: ".__add__),  # every message begins with the product's own words
    st.none() | places,
    maybe_texts,
    st.none() | _of_series,
)
verdicts: SearchStrategy[OrphanVerdict] = st.builds(
    OrphanVerdict, identities, maybe_texts, maybe_texts, maybe_texts, counts, st.sampled_from(Will), texts
)
asides: SearchStrategy[SetAside] = st.builds(
    SetAside, identities, maybe_texts, st.sampled_from(["object-not-live", "declared-twice"]), _sources, texts
)
series: SearchStrategy[PlannedSeries] = st.builds(PlannedSeries, maybe_texts, texts, maybe_texts, st.integers(0, 400))
portals: SearchStrategy[Portal] = st.builds(
    Portal,
    st.integers(1, 2**40),
    maybe_texts,
    st.none() | zones,
    texts,
    st.none() | st.integers(1, 2**40),
)
plans: SearchStrategy[Plan] = st.builds(
    Plan,
    portal=portals,
    changes=st.lists(changes, max_size=3, unique_by=lambda change: change.identity).map(tuple),
    unchanged=st.integers(0, 10_000),
    set_aside=st.lists(asides, max_size=2).map(tuple),
    series=st.lists(series, max_size=2).map(tuple),
    orphans=st.lists(verdicts, max_size=2).map(tuple),
    orphaned=counts,
    foreign=counts,
    diagnostics=st.lists(diagnostics, max_size=2).map(tuple),
    reads=st.integers(0, 10_000),
)
results: SearchStrategy[Result] = st.builds(Result, changes, st.sampled_from(Outcome), maybe_texts)
causes: SearchStrategy[ReconcilerError] = st.sampled_from(
    [Unavailable("gone"), Refused("no"), Interrupted(2), ReconcilerError("other")]
)
receipts: SearchStrategy[Receipt] = st.builds(
    Receipt,
    portal=portals,
    digest=st.just("sha256:00"),
    results=st.lists(results, max_size=3).map(tuple),
    verified=st.none() | st.lists(changes, max_size=2).map(tuple),
    written=st.booleans(),
    cause=st.none() | causes,
    set_aside=st.lists(asides, max_size=2).map(tuple),
)
