"""The base: what a commit declared, against which a difference is the files' doing or HubSpot's."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from reconciler.diagnostics import Diagnostic
from reconciler.event import DeclaredEvent, Identity, Skipped
from reconciler.policy import Policy


@dataclass(frozen=True)
class Base:
    """What was declared as of a commit; where that is not known, `diagnostics` may say why."""

    events: tuple[DeclaredEvent, ...] = ()
    policy: Policy = field(default_factory=Policy)
    """What the settings said."""
    skipped: tuple[Skipped, ...] = ()
    """Events that were declared, but not for the chosen environment."""
    diagnostics: tuple[Diagnostic, ...] = ()
    known: bool = True

    def declaration_of(self, identity: Identity) -> DeclaredEvent | None:
        """Give the declaration of an event as it was, under whichever of its ids it was declared."""
        return self._by_ids.get(identity.external) or self._by_ids.get(identity.object_id)

    @cached_property
    def _by_ids(self) -> dict[object, DeclaredEvent]:
        return {event.identity.external or event.identity.object_id: event for event in self.events}

    def outlasting(self, policy: Policy) -> Policy:
        """Give a policy under which what the base says of accounts and protection holds on after its files are gone."""
        accounts = {event.identity.external_account_id for event in self.events} | {self.policy.external_account_id}
        return replace(
            policy,
            accounts=frozenset(account for account in accounts if account is not None),
            protected=frozenset(event.identity for event in self.events if event.protect),
            declared_before=frozenset(event.identity for event in self.events),
        )

    def governing(self, policy: Policy) -> Policy:
        """Return the policy that held then, for a run that looks at as much as one under the given policy."""
        now = (policy.any_portal, policy.narrowed, policy.trusts_list)
        return replace(self.outlasting(self.policy), any_portal=now[0], narrowed=now[1], trusts_list=now[2])


NO_BASE = Base(known=False)
"""Nobody asked where a difference comes from."""
