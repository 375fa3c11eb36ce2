"""Drafts of declarations for live events, each read back to mean exactly what HubSpot holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.declarations.keys.schema_line import line_for_declarations
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.zones import load_zone
from reconciler.declarations.writing.new_files import NewNames
from reconciler.declarations.writing.read_back import read_back
from reconciler.declarations.yaml.canonical import Undeclarable, event_text
from reconciler.event import CUSTOM, Declared, DeclaredEvent, Identity, LiveEvent, day_of, label_of
from reconciler.planning import properties
from reconciler.planning.diff import compare
from reconciler.planning.live_values import Ground, held_values
from reconciler.planning.set_aside import obstacle_findings
from reconciler.planning.undeclared import Undeclared

_CORRECT = "correct it in HubSpot"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that declares one live event."""

    live: LiveEvent
    identity: Identity
    """The identity that the file declares."""
    file: str
    """Its path below the root."""
    text: str
    why: str | None = None
    """Why an event of ours is declared by its object id; None for all others."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a custom property that was wanted is not declared, by its name."""

    @property
    def declared_as(self) -> Identity:
        """The identity that the file declares, with the object id."""
        return replace(self.identity, object_id=self.live.identity.object_id)


@dataclass(frozen=True, slots=True)
class Undraftable:
    """A live event that cannot be declared."""

    live: LiveEvent
    why: str


def drafts(
    found: Iterable[Undeclared], declared: Declared, ground: Ground, names: NewNames
) -> Iterator[Draft | Undraftable]:
    """Yield a draft for each event, or why it cannot be declared; `declared` is what the files declare already."""
    joined = {_joined(event.identity) for event in declared.events}
    for undeclared in found:
        try:
            draft = _draft(undeclared, joined, ground, names)
        except Undeclarable as wrong:
            yield Undraftable(undeclared.live, wrong.message)
        else:
            joined.add(_joined(draft.identity))
            yield draft


def _joined(identity: Identity) -> str:
    """Return the text to which HubSpot joins account id and event id (Marketing Events API, external ids)."""
    return "-".join(identity.external or ())


def _draft(undeclared: Undeclared, joined: set[str], ground: Ground, names: NewNames) -> Draft:
    """Return the draft by the external ids, or else by the object id; raise `Undeclarable` if it can be neither."""
    live = undeclared.live
    if live.unreadable is not None:
        raise Undeclarable(f"it cannot be read: {live.unreadable}", _CORRECT)
    if live.name is None or live.name.isspace():
        raise Undeclarable("it has no name", _CORRECT)
    drafting = _Drafting(live, ground, names)
    if not undeclared.is_ours:
        return drafting.under(Identity(object_id=live.identity.object_id), _maker(live))
    external = Identity(undeclared.account_id, live.identity.external_event_id)
    why = _why_not(undeclared, external, joined)
    if why is None:
        try:
            return drafting.under(external)
        except Undeclarable as wrong:
            why = wrong.message
    note = f"Made by our app, but declared by its objectId: {why}."
    return drafting.under(Identity(object_id=live.identity.object_id), note, why)


def _why_not(undeclared: Undeclared, external: Identity, joined: set[str]) -> str | None:
    """Return why an event of ours cannot be declared by its external ids; None if nothing is known against it."""
    if undeclared.other_account_id is not None:
        return f"neither the settings nor a file names its account id {undeclared.other_account_id}"
    if undeclared.account_id is None:
        return "it could not be proven under which account id it was made"
    if _joined(external) in joined:
        return "HubSpot joins its account id and event id to the same text as those of another event"
    return None


def _maker(live: LiveEvent) -> str:
    if live.app_id is None:
        return "Made by a person, in HubSpot."
    return f"Made by app {live.app_id}" + (f" ({live.app_name})." if live.app_name else ".")


class _Drafting:
    """The drafting of one event, under one identity or another."""

    def __init__(self, live: LiveEvent, ground: Ground, names: NewNames) -> None:
        zone = load_zone(ground.place)
        self.live = live
        self.ground = ground
        self.names = names
        self.folder = names.folder(
            day_of(live.fields, "startDateTime", zone) or day_of(live.fields, "endDateTime", zone)
        )
        self.inherited = ground.inherited(f"{ground.below}{self.folder}")

    def under(self, identity: Identity, note: str | None = None, why: str | None = None) -> Draft:
        """Return the draft; raise `Undeclarable` if it would not mean what HubSpot holds."""
        held = held_values(self.live, identity, self.inherited, self.ground)
        notes = () if note is None else (note,)
        schema = line_for_declarations(self.ground.settings, f"{self.ground.below}{self.folder}")
        text = ("" if schema is None else f"{schema}\n") + event_text(held.values, comments=notes)
        if len(text.encode()) > self.ground.largest:
            raise Undeclarable(f"a file may have no more than {self.ground.largest:,} bytes", _CORRECT)
        try:
            event = read_back(text, self.inherited, self.ground.terms)
        except Wrong as wrong:
            raise Undeclarable(wrong.message, _CORRECT) from wrong
        self._check(event, identity)
        name = self.names.new(self.folder, self.live.identity, str(self.live.name))
        file = f"{self.ground.below}{self.folder}/{name}"
        return Draft(self.live, identity, file, text, why, held.left_out)

    def _check(self, event: DeclaredEvent, identity: Identity) -> None:
        """Raise `Undeclarable` unless a declaration has this identity, and a plan would find nothing to do."""
        if event.identity != identity:
            raise Undeclarable(f"it would be read as {event.identity}", _CORRECT)
        declared = Declared((event,), files=1)
        if any(name.startswith(CUSTOM) for name in event.fields):
            definitions = self.ground.definitions()
            declared = properties.typed(declared, definitions)
            for finding in obstacle_findings(properties.misfits(declared, definitions, new=())):
                raise Undeclarable(finding.message, _CORRECT)
        change = compare(declared.events[0], self.live)
        if change is not None:
            labels = ", ".join(label_of(field.name) for field in change.fields)
            raise Undeclarable(f"no file can declare what HubSpot holds: {labels}", _CORRECT)
