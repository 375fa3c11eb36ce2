"""Reading of the declared events alone, where the list of the whole portal is longer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic, info
from reconciler.event import Identity, LiveEvent
from reconciler.planning.claims import can_be_asked_for
from reconciler.planning.evidence import Answered
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing, Portal, Reader

READ_BY_IDENTITY = "read-by-identity"
"""The code of the diagnostic that says that the list was not read whole."""

SHORT_LIST = 10
"""Pages of the list that are always read: a thousand events."""
_FEW = 200
"""Events that are read directly in place of a longer list, whatever its length, which nobody knows before it ends."""
_READS_FOR_A_PAGE = 4
"""Further direct reads that take as long as one more page of the list: reads go together, pages one after the other."""


@dataclass(frozen=True, slots=True)
class DeclaredOnly:
    """The declared events as direct reads show them."""

    listing: Listing
    answers: tuple[Answered, ...]
    """What the reads by external ids returned, with what was asked."""

    @property
    def finding(self) -> Diagnostic:
        """The diagnostic that says what was not read."""
        return info(
            READ_BY_IDENTITY,
            "the portal holds many more events than are declared, so only these were read, one by one: "
            "orphans and events of others were not counted",
        )


def to_read(declared: Iterable[Identity], policy: Policy) -> tuple[Identity, ...]:
    """Return what would be read in place of the list: every event that the files or the base declare.

    Events that the base does not declare come first, because they may have to be created, which needs the list.
    """
    wanted = dict.fromkeys(sorted(declared, key=policy.declared_before.__contains__))
    return (*wanted, *sorted(policy.declared_before - wanted.keys(), key=lambda identity: identity.sort_key))


def longest_list(reads: int) -> int:
    """Return the number of pages after which so many direct reads are taken to be quicker."""
    return SHORT_LIST + max(0, reads - _FEW) // _READS_FOR_A_PAGE


def may_be_enough(identities: Iterable[Identity], policy: Policy, portal: Portal) -> bool:
    """Return whether a plan can be made from the declared events alone.

    It cannot where orphans are to be taken away, where the token is not known to be our app's, and where an event
    cannot be read by its ids.
    """
    takes_away = policy.orphans in {Orphans.CANCEL, Orphans.DELETE} and not policy.narrowed
    is_ours = portal.app_id is not None and policy.app_id in (None, portal.app_id)
    if takes_away or not is_ours or policy.reads_whole_list or policy.trusts_list:
        return False
    return all(each.object_id is not None or can_be_asked_for(each.external_event_id) for each in identities)


def read_each_of(identities: Sequence[Identity], declared: Collection[Identity], portal: Reader) -> DeclaredOnly | None:
    """Read every event directly; return None if the list is needed after all.

    It is where something that is `declared` is to be created: only the list shows an event that has its id under
    another app, or under another account id.
    """
    events: list[LiveEvent] = []
    answers: list[Answered] = []
    for identity, find in zip(identities, portal.find_each(identities), strict=True):
        live = find()
        if _is_to_be_created(identity, live, declared) or _lacks_object_id(live):
            return None
        if identity.external is not None:
            answers.append((identity.external, live))
        if live is not None:
            events.append(_as_listed(live))
    return DeclaredOnly(Listing(portal.details(), tuple(events), whole=False), tuple(answers))


def _is_to_be_created(identity: Identity, live: LiveEvent | None, declared: Collection[Identity]) -> bool:
    return live is None and identity.external is not None and identity in declared


def _lacks_object_id(live: LiveEvent | None) -> bool:
    """Return whether an answer lacks the object id, which HubSpot's description calls optional."""
    return live is not None and live.identity.object_id is None


def _as_listed(live: LiveEvent) -> LiveEvent:
    """Return an event as the list would show it: without an account id."""
    return live.known_as(Identity(None, live.identity.external_event_id, live.identity.object_id))
