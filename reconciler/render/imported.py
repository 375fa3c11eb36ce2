"""What an import finds and writes, as text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from reconciler.declarations.sources.new_events import NewEvent, NewEvents
from reconciler.declarations.sources.sourced import Sourced
from reconciler.declarations.writing.new_files import NewFile
from reconciler.planning.drafts import Draft, Undraftable
from reconciler.planning.undeclared import Sorted, Standing
from reconciler.render.phrases import count
from reconciler.render.words import named_event
from reconciler.safe_text import visible

_UNDECLARABLE = "cannot be declared"
_LISTED = 20
"""Events that a note names; the others are counted, and each file says it too."""


def makers(found: Sorted, failed: Iterable[Undraftable], app_id: int | None) -> Iterator[str]:
    """Yield who made the events of a list, ours first and people's last, and what becomes of them."""
    undeclarable = {str(each.live.identity.object_id) for each in failed}
    counts: dict[int | None, Counter[str]] = {}
    names: dict[int | None, str] = {}
    for object_id, event in found.events.items():
        standing = _UNDECLARABLE if object_id in undeclarable else str(found.standings[object_id])
        counts.setdefault(event.app_id, Counter())[standing] += 1
        names.setdefault(event.app_id, event.app_name or "")
    for maker in sorted(counts, key=lambda maker: (maker is None, maker != app_id, maker or 0)):
        held = ", ".join(f"{number:,} {what}" for what, number in sorted(counts[maker].items(), key=_rank))
        yield visible(f"  {_maker(maker, names[maker], app_id)}: {counts[maker].total():,} ({held})")


_ORDER = [str(Standing.WANTED), _UNDECLARABLE, *map(str, Standing)]


def _rank(item: tuple[str, int]) -> int:
    return _ORDER.index(item[0])


def _maker(app_id: int | None, name: str, ours: int | None) -> str:
    if app_id is None:
        return "people"
    return f"{'our app' if app_id == ours else 'app'} {app_id}{f' ({name})' if name else ''}"


def new_file(draft: Draft) -> NewFile:
    """Return the file of a draft, with the event that it declares in words."""
    return NewFile(draft.file, draft.text, named_event(draft.live.name, draft.declared_as))


def new_source_file(new: NewEvent) -> NewFile:
    """Return the file of an event of a calendar or a table, with the event that it declares in words."""
    return NewFile(new.path, new.text, named_event(new.event.name, new.event.identity))


def source_counts(sourced: Sourced, found: NewEvents) -> Iterator[str]:
    """Yield how many events a calendar or a table holds, and what becomes of them."""
    standings = {
        "to import": len(found.events),
        "declared already": found.known,
        str(Standing.NOT_ASKED_FOR): found.unwanted,
    }
    said = ", ".join(f"{number:,} {what}" for what, number in standings.items() if number)
    yield visible(f"{sourced.file}: {count(len(sourced.events), 'event')}{said and f' ({said})'}")
    if sourced.cancelled:
        yield f"  {count(sourced.cancelled, 'cancelled date')} of recurring events left out"


def listing(files: Iterable[NewFile], root: str) -> str:
    """Return new files, one a line, each with what it declares."""
    return "".join(f"{visible(f'{root}{file.path}: {file.declares}')}\n" for file in files)


def import_notes(drafts: Sequence[Draft], failed: Sequence[Undraftable], *, every: bool) -> Iterator[str]:
    """Yield what somebody has to know of single events; with `every`, each of them is named."""
    adopted = [draft for draft in drafts if draft.why is not None]
    if adopted:
        yield f"{count(len(adopted), 'event')} of our app cannot be declared by event id, but by objectId:"
        listed = adopted if every else adopted[:_LISTED]
        yield from (visible(f"  {named_event(draft.live.name, draft.live.identity)}: {draft.why}") for draft in listed)
        if len(adopted) > len(listed):
            yield f"  … and {len(adopted) - len(listed):,} more; --verbose lists all"
    yield from _properties(drafts)
    if failed:
        yield f"{count(len(failed), 'event')} cannot be declared:"
        yield from (visible(f"  {named_event(each.live.name, each.live.identity)}: {each.why}") for each in failed)


def _properties(drafts: Iterable[Draft]) -> Iterator[str]:
    """Yield each custom property that is left out of some events, with the first reason."""
    reasons: dict[str, list[str]] = {}
    for draft in drafts:
        for name, why in draft.left_out.items():
            reasons.setdefault(name, []).append(why)
    for name, whys in reasons.items():
        yield visible(f"customProperties.{name} is left out of {count(len(whys), 'event')}: {whys[0]}")
