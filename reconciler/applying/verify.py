"""Verify an apply: each difference that a second reading shows is confirmed by a direct read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reconciler.applying.freshness import Holds, judge
from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change, Create, Delete, takes_away
from reconciler.errors import ReconcilerError
from reconciler.event import Identity, LiveEvent
from reconciler.planning.diff import compare
from reconciler.planning.plan import Planned
from reconciler.portal import Listing, Reader


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change that seems to be left to do, though the list may only be late."""

    change: Change
    known: Planned
    """The plan that the change comes from, with its declarations."""

    def remaining(self, found: LiveEvent | None) -> Change | None:
        """Return the difference that a direct read shows; None where nothing is left.

        What was taken away is gone once its own object is, whatever somebody has made under its ids since.
        """
        own = found is not None and found.identity.object_id == self.change.identity.object_id
        if takes_away(self.change) and not own:
            return None
        if isinstance(judge(self.known, self.change, found), Holds):
            return None
        event = self.known.events.get(self.change.identity)
        return self.change if event is None else compare(event, found)


def suspects(planned: Planned, again: Planned, listing: Listing, ran: Collection[Result]) -> list[Suspect]:
    """Return the changes among `ran` that differ `again`, or that neither the list nor a read after the write settles.

    An event that somebody has made since, even under the same ids, is another one.
    """
    known = {change.identity.object_id for change in planned.plan.changes}
    same = (change for change in again.plan.changes if not takes_away(change) or change.identity.object_id in known)
    differing = {change.identity.key: Suspect(change, again) for change in same}
    ends = (result.change for result in ran if takes_away(result.change) and not _is_settled(result, listing))
    unclear = {change.identity.key: Suspect(change, planned) for change in (*_uncompared(planned, again), *ends)}
    keys = {result.change.identity.key for result in ran}
    return [suspect for key, suspect in {**unclear, **differing}.items() if key in keys]


def _is_settled(result: Result, listing: Listing) -> bool:
    """Return whether an event is known to be taken away.

    The list may be late, or short: that it does not show an event proves nothing. But no deletion counts as done
    before a read has found nothing.
    """
    live = listing.by_object_id.get(str(result.change.identity.object_id))
    if isinstance(result.change, Delete):
        return live is None and result.outcome is Outcome.DONE
    return live is not None and live.fields.get("eventCancelled") is True


def confirmed(suspected: Sequence[Suspect], app_id: int | None, portal: Reader) -> tuple[Change, ...]:
    """Read each suspect directly and return the changes that are left to do.

    Raises whatever keeps it from reading, and a `ReconcilerError` where what was made is not the app's.
    """
    left = []
    made = None
    finds = portal.find_each([suspect.change.identity for suspect in suspected])
    for suspect, find in zip(suspected, finds, strict=True):
        found = find()
        if made is None and found is not None and isinstance(suspect.change, Create):
            made = found
            _check_maker(made, app_id, portal)
        left.append(suspect.remaining(found))
    return tuple(filter(None, left))


def _uncompared(planned: Planned, again: Planned) -> list[Change]:
    """Return the changes whose events the second reading set aside, or could not match."""
    left_out = again.matched.undecided | again.matched.barred
    return [
        change
        for change in planned.plan.changes
        if (event := planned.events.get(change.identity)) is not None and event.identity in left_out
    ]


def _check_maker(made: LiveEvent, app_id: int | None, portal: Reader) -> None:
    """Raise where an event that was made belongs to another app.

    HubSpot may not say which app the token belongs to; then only the first event made shows it.
    """
    object_id = made.identity.object_id
    seen = None if object_id is None else portal.find(Identity(object_id=object_id))
    if seen is not None and None not in (app_id, seen.app_id) and seen.app_id != app_id:
        raise ReconcilerError(
            f"what was created belongs to app {seen.app_id}, as the token does, and not to app {app_id}, "
            "whose events are declared",
            hint=f"delete in HubSpot what was created, then apply with a token of app {app_id}",
        )
