"""The base: what a commit declared, against which a difference is the files' doing or HubSpot's."""

from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.diagnostics import Diagnostic
from reconciler.event import DeclaredEvent, Identity
from reconciler.policy import Policy


@dataclass(frozen=True)
class Base:
    """What was declared as of a commit; where that is not known, `diagnostics` may say why."""

    events: tuple[DeclaredEvent, ...] = ()
    external_account_id: str | None = None
    """The one that the settings gave to every event without its own."""
    diagnostics: tuple[Diagnostic, ...] = ()
    known: bool = True

    def declared(self, identity: Identity) -> DeclaredEvent | None:
        """Give the declaration of an event as it was, under whichever of its ids it was declared."""
        return self._by_ids.get(identity.external) or self._by_ids.get(identity.object_id)

    @cached_property
    def _by_ids(self) -> dict[object, DeclaredEvent]:
        return {event.identity.external or event.identity.object_id: event for event in self.events}

    def outlasting(self, policy: Policy) -> Policy:
        """Give a policy under which what the base says of accounts and protection holds on after its files are gone."""
        accounts = {event.identity.external_account_id for event in self.events} | {self.external_account_id}
        return replace(
            policy,
            accounts=frozenset(account for account in accounts if account is not None),
            protected=frozenset(event.identity for event in self.events if event.protect),
        )


NO_BASE = Base(known=False)
"""Nobody asked where a difference comes from."""
