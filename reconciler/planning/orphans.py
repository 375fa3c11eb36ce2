"""The verdict on each orphan: left alone, cancelled or deleted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.event import Identity, LiveEvent, moment
from reconciler.policy import Orphans, Policy


class Will(StrEnum):
    """What an apply does to an orphan."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class OrphanVerdict:
    """An orphan, what an apply does to it, and the reason in words."""

    identity: Identity
    name: str | None
    start: str | None
    end: str | None
    registrants: int | None
    will: Will
    why: str


def judge_orphan(orphan: LiveEvent, policy: Policy, now: datetime) -> OrphanVerdict:
    """Return the verdict on an orphan; any reason to leave it alone wins."""
    will, why = _judge(orphan, policy, now)
    return OrphanVerdict(
        identity=orphan.identity,
        name=orphan.name,
        start=_text(orphan, "startDateTime"),
        end=_text(orphan, "endDateTime"),
        registrants=orphan.registrants,
        will=will,
        why=why,
    )


def _judge(orphan: LiveEvent, policy: Policy, now: datetime) -> tuple[Will, str]:
    end = _text(orphan, "endDateTime") or _text(orphan, "startDateTime")
    if policy.protects_orphan(orphan.identity):
        return Will.NOTHING, "it is protected"
    if orphan.fields.get("eventCompleted"):
        return Will.NOTHING, "it is completed, and its attendance is history worth keeping"
    if end is None and policy.orphans in {Orphans.CANCEL, Orphans.DELETE}:
        return Will.NOTHING, "it has no date, so it may be over"
    if is_over(orphan, now):
        return Will.NOTHING, "it is over, and its attendance is history worth keeping"
    match policy.orphans:
        case Orphans.DELETE:
            return Will.DELETE, "the settings say orphans: delete"
        case Orphans.CANCEL if orphan.fields.get("eventCancelled"):
            return Will.NOTHING, "it is cancelled already"
        case Orphans.CANCEL:
            return Will.CANCEL, "the settings say orphans: cancel"
        case _:
            return Will.NOTHING, "the settings say orphans: report"


def is_over(event: LiveEvent, now: datetime) -> bool:
    """Return whether an event has ended; one without an end, whether it has begun. One without both is not over."""
    end = _text(event, "endDateTime") or _text(event, "startDateTime")
    return end is not None and moment(end) <= now


def _text(event: LiveEvent, name: str) -> str | None:
    value = event.fields.get(name)
    return value if isinstance(value, str) else None
