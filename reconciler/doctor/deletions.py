"""What deletions of a probe's event show: whether its ids come back, how late the list forgets it."""

from collections.abc import Iterator

from reconciler.doctor.bench import Bench, Specimen
from reconciler.doctor.delays import delays
from reconciler.doctor.observations import NOT_KNOWN, REFUSED, Observation, Request, delayed
from reconciler.doctor.removal import removed
from reconciler.doctor.sightings import PAGES_OF_A_LOOK
from reconciler.errors import Rejected, Unavailable

_AGAIN = f"{Request.UPSERT} with the ids of the event that was just deleted"
_LAG = "list-lag-deleted"


def observations_of_deletions(bench: Bench, specimen: Specimen) -> Iterator[Observation]:
    """Delete the event, make it once more under the same ids at once, delete it again, and then a second time."""
    before, was_listed = bench.portal.find(), bench.portal.is_listed(PAGES_OF_A_LOOK)
    _remove(bench)
    since = bench.timer.now()
    yield _made_again(bench, specimen, None if before is None else before.identity.object_id)
    yield _beside_former(bench, specimen)
    _remove(bench)
    yield _archived_again(bench)
    yield _forgotten(bench, since) if was_listed else _never_listed()


def _remove(bench: Bench) -> None:
    why = removed(bench)
    if why is not None:
        raise Unavailable(f"the probe's event could not be deleted: {why}")


def _made_again(bench: Bench, specimen: Specimen, former: str | None) -> Observation:
    try:
        bench.portal.upsert(specimen.whole("made again"))
        again = bench.seen(specimen.name("made again"))
    except Rejected as refusal:
        return Observation("archived-ids", REFUSED, f"{_AGAIN}: {refusal.message}")
    if again is None:
        return Observation("archived-ids", NOT_KNOWN, f"{_AGAIN}: it was accepted, but reads did not show it")
    same = again.identity.object_id == former
    return Observation("archived-ids", f"a new event with {'the same' if same else 'another'} object id", _AGAIN)


def _beside_former(bench: Bench, specimen: Specimen) -> Observation:
    request = f"{Request.UPDATE} with the event and one that was deleted"
    try:
        is_named = bench.portal.edit_beside_former(specimen.required("bad-item"))
    except Rejected as refusal:
        return Observation("bad-item", "refused as a whole", f"{request}: {refusal.message}")
    if is_named is None or bench.seen(specimen.name("bad-item")) is None:
        return Observation("bad-item", NOT_KNOWN, f"{request}: there are no two, or reads did not show the write")
    named = "the bad item is named" if is_named else "the bad item is not named"
    return Observation("bad-item", f"the good item is written, {named}", request)


def _archived_again(bench: Bench) -> Observation:
    request = f"{Request.ARCHIVE} with the object id of the event that was just deleted"
    try:
        bench.portal.archive()
    except Rejected as refusal:
        return Observation("archive-again", REFUSED, f"{request}: {refusal.message}")
    return Observation("archive-again", "accepted", request)


def _forgotten(bench: Bench, since: float) -> Observation:
    found = delays({_LAG: lambda: _is_forgotten(bench)}, bench.timer, since)
    return delayed(_LAG, f"{Request.LIST} after the delete", found[_LAG])


def _never_listed() -> Observation:
    return Observation(_LAG, NOT_KNOWN, "the list did not show the event before it was deleted")


def _is_forgotten(bench: Bench) -> bool | None:
    listed = bench.portal.is_listed(PAGES_OF_A_LOOK)
    return None if listed is None else not listed
