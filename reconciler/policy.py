"""The policy of a run: its portal, whose events are ours, what may happen to orphans."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from reconciler.errors import Refused
from reconciler.event import Identity


class Orphans(StrEnum):
    """What happens to events that are live and ours but declared nowhere."""

    IGNORE = "ignore"
    REPORT = "report"
    CANCEL = "cancel"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that planning and the guards follow; `None` means *not declared*."""

    portal: int | None = None
    app_id: int | None = None
    external_account_id: str | None = None
    orphans: Orphans = Orphans.REPORT
    protect: tuple[str, ...] = ()
    """Globs of `externalEventId` that are never cancelled or deleted."""
    besides: frozenset[str] = frozenset()
    """Apps, by number, and account ids beside whose events new ones of the same event id may be made."""
    any_portal: bool = False
    """Whether any portal is accepted, as with the sandbox."""
    narrowed: bool = False
    """Whether the run covers only a part of the declarations, so that no event can be called an orphan."""
    trusts_list: bool = False
    """Whether the list alone proves that an event is not live; for a first load of many events."""
    reads_whole_list: bool = False
    """Whether the list is read to its end, however long it is, so that every orphan is counted."""
    reads_before_writing: bool = False
    """Whether the run goes on to apply its plan: then a read that proves whose event it is stands before each write."""
    proves_every_match: bool = False
    """Whether also each event that does not change is proven to be the declared one, which takes many reads."""
    accounts: frozenset[str] = frozenset()
    """Account ids whose events are ours although neither the settings nor a declared event name them any more."""
    protected: frozenset[Identity] = frozenset()
    """Events that the base's own declarations protected."""
    declared_before: frozenset[Identity] = frozenset()
    """Events that the base declared."""

    def protects(self, external_event_id: str | None) -> bool:
        """Return whether one of the globs matches the event id."""
        return external_event_id is not None and any(fnmatchcase(external_event_id, glob) for glob in self.protect)

    def protects_orphan(self, live: Identity) -> bool:
        """Return whether the globs, or the declaration that it had in the base, protect an orphan."""
        return self.protects(live.external_event_id) or any(_may_be(live, declared) for declared in self.protected)


def _may_be(live: Identity, declared: Identity) -> bool:
    """Return whether a live event, whose account id may be unknown, can be the declared one."""
    if declared.object_id is not None:
        return live.object_id == declared.object_id
    if live.external_account_id is None:
        return live.external_event_id == declared.external_event_id
    return live.external == declared.external


def check_portal(policy: Policy, portal: int) -> None:
    """Raise `Refused` if the token belongs to another portal than the declared one."""
    if policy.portal not in (None, portal) and not policy.any_portal:
        raise Refused(
            f"the token opens portal {portal}, but reconciler.yaml declares portal {policy.portal}",
            hint="use a token of the declared portal, or correct the settings",
        )
