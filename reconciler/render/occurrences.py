"""One change of a group, without what the group says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from reconciler.change import Change, Create, Delete, FieldChange, Origin, Update
from reconciler.event import Identity, Value, field_order, label_of, registered
from reconciler.portal import Portal
from reconciler.render import words
from reconciler.render.dates import clocks_of
from reconciler.render.timing import DATES, ShownChange, timing


@dataclass(frozen=True, slots=True)
class Site:
    """Where most changes of a group are declared; None for what they do not share."""

    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return self.file or "" if self.line is None else f"{self.file}:{self.line}"

    def rest(self, change: Change) -> str:
        """Return what is left to say of the place of one change."""
        if change.source is None or change.source.file != self.file:
            return words.where(change)
        return "" if change.source.line == self.line else f"line {change.source.line}"


@dataclass(frozen=True, slots=True)
class RepeatedEvent:
    """One change of a group, without what is said for several."""

    change: Change
    when: str
    """Made of our own words alone; empty if no time is known."""
    notes: tuple[str, ...]
    """Its name if it has another one, remarks, and which common fields are not its own."""
    ids: str
    """Its ids, as far as neither the group nor its date says them."""
    place: str
    """Where it is declared, as far as the group does not say it."""
    fields: tuple[FieldChange, ...]
    """What is said neither by the group nor by `when`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a group says of all its changes."""

    name: str
    account: str | None
    series: str | None
    site: Site
    portal: Portal

    @property
    def ids(self) -> str:
        """What all ids begin with; those of a series are shown with the form of its dates."""
        dated = None if self.series is None else f"{self.series}-YYYY-MM-DD"
        return "/".join(part for part in (self.account, dated) if part)

    def rest_of_ids(self, identity: Identity, day: str) -> str:
        """Return what is left to say of the ids of an event beside its day, `YYYY-MM-DD`."""
        if self.series is not None and identity.external_event_id == f"{self.series}-{day}":
            return "" if identity.object_id is None else f"object {identity.object_id}"
        is_ours = identity.external_account_id == self.account
        return words.identity(replace(identity, external_account_id=None) if is_ours else identity)


def occurrence(
    shown: ShownChange, common: Sequence[FieldChange], remarks: Sequence[str], frame: Frame
) -> RepeatedEvent:
    """Return a change of a group without the fields, remarks and ids that the group says."""
    change, at, said = shown.change, timing(shown, frame.portal), set(map(content, common))
    is_renamed = isinstance(change, Update) and shown.field("eventName") is not None
    title = frame.name if is_renamed else words.title(change)
    times = (field for field in shown.fields if field.name in DATES and field.name not in at.says)
    own = (field for field in telling(shown) if content(field) not in said)
    return RepeatedEvent(
        change,
        at.text,
        (
            *([title] if title != frame.name else []),
            *(remark for remark in remarks_on(change) if remark not in remarks),
            *_origin_of_time([field for field in shown.fields if field.name in at.says], change),
            *_lacking(shown, common, frame.portal),
        ),
        frame.rest_of_ids(change.identity, at.day),
        frame.site.rest(change),
        tuple(sorted((*times, *own), key=lambda field: field_order(field.name))),
    )


def _origin_of_time(fields: Sequence[FieldChange], change: Change) -> Iterator[str]:
    """Yield a note if these files did not change the times, which have no line of their own to say it."""
    origins = {field.origin for field in fields}
    if Origin.BOTH in origins:
        yield "a conflict: HubSpot and the files both changed the time"
    elif change.origin is Origin.MIXED and Origin.HUBSPOT in origins:
        yield "the time was changed in HubSpot"
    elif change.origin is Origin.MIXED and Origin.PENDING in origins:
        yield "the time is merged, waiting to be applied"


def _lacking(shown: ShownChange, common: Sequence[FieldChange], portal: Portal) -> Iterator[str]:
    """Yield a note on each common field that one change lacks, or has as a flag that is not set."""
    clocks = clocks_of(shown.change.timezone, portal)
    for field in common:
        own = shown.field(field.name)
        if own is None and isinstance(shown.change, Update):
            yield f"{label_of(field.name)} stays as it is"
        elif own is None or (content(own) != content(field) and _held(shown.change, own) is False):
            yield f"{label_of(field.name)} {words.value(field.name, None, clocks)}"


def telling(shown: ShownChange) -> Iterator[FieldChange]:
    """Yield the fields that neither the times nor the name beside them say."""
    for field in shown.fields:
        held = _held(shown.change, field)
        is_title = field.name == "eventName" and isinstance(held, str) and held.strip() == words.title(shown.change)
        if field.name not in DATES and not is_title:
            yield field


def _held(change: Change, field: FieldChange) -> Value:
    """Return the value that a new event gets or a deleted one loses; None for an update, which has two."""
    match change:
        case Create():
            return field.after
        case Delete():
            return field.before
        case Update():
            return None
        case _:
            assert_never(change)


def content(field: FieldChange) -> object:
    """Return what two changed fields have in common if they are the same change, declared anywhere."""
    return field.name, field.before, field.after, field.origin


def remarks_on(change: Change) -> tuple[str, ...]:
    """Return the remarks on a change, without a number of registered people that is zero."""
    nobody = registered(0) if change.registrants == 0 else None
    return tuple(remark for remark in words.remarks(change) if remark != nobody)
