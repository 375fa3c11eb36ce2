"""The base: what a commit declared, for tracing a difference to the files or to HubSpot."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from reconciler.diagnostics import Diagnostic
from reconciler.event import Declared, DeclaredEvent, Identity, Skipped
from reconciler.policy import Policy


@dataclass(frozen=True)
class Base:
    """The declarations of a commit; if they are not `known`, `diagnostics` may hold the reason."""

    events: tuple[DeclaredEvent, ...] = ()
    policy: Policy = field(default_factory=Policy)
    """The policy in the settings of that commit."""
    skipped: tuple[Skipped, ...] = ()
    """Events that the commit declared, but not for the chosen environment."""
    diagnostics: tuple[Diagnostic, ...] = ()
    known: bool = True
    applied: "Base | None" = None
    """What the commit that was applied last declared; None if it is not known, or not older than this one."""
    commit: str | None = field(default=None, compare=False)
    """The full hash of the commit."""

    def declaration_of(self, identity: Identity) -> DeclaredEvent | None:
        """Return how the base declared an event, found by its external ids, else by its object id."""
        return self._by_ids.get(identity.external) or self._by_ids.get(identity.object_id)

    def is_touched(self, event: DeclaredEvent) -> bool:
        """Return whether an event is declared otherwise than the base did; if the base is not known, it may be."""
        before = self.declaration_of(event.identity)
        return before is None or _said(event) != _said(before)

    def equals(self, declared: Declared, policy: Policy) -> bool:
        """Return whether these declarations and settings ask for what the base asked for; false if it is not known."""
        if not self.known or (self.policy, self.skipped) != (policy, declared.skipped):
            return False
        return len(self.events) == len(declared.events) and not any(map(self.is_touched, declared.events))

    @cached_property
    def _by_ids(self) -> dict[object, DeclaredEvent]:
        return {event.identity.external or event.identity.object_id: event for event in self.events}

    def extend_policy(self, policy: Policy) -> Policy:
        """Return the policy with the base's account ids and protected events, which hold after their files are gone."""
        accounts = {event.identity.external_account_id for event in self.events} | {self.policy.external_account_id}
        return replace(
            policy,
            accounts=frozenset(account for account in accounts if account is not None),
            protected=frozenset(event.identity for event in self.events if event.protect),
            declared_before=frozenset(event.identity for event in self.events),
        )

    def past_policy(self, policy: Policy) -> Policy:
        """Return the policy of the base, with the scope (portal check, narrowing, list trust) of the given policy."""
        scope = (policy.any_portal, policy.narrowed, policy.trusts_list)
        return replace(self.extend_policy(self.policy), any_portal=scope[0], narrowed=scope[1], trusts_list=scope[2])


def _said(event: DeclaredEvent) -> tuple[object, ...]:
    """Return what a declaration says, wherever it stands."""
    return event.identity, event.fields, event.initial, event.timezone, event.protect, event.absent


NO_BASE = Base(known=False)
"""No base was given, so the origin of a difference is not known."""
