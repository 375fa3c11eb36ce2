"""The changes of a review in sections: what the files change, what waits, what was changed in HubSpot."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Action, Change, Origin, Update
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.render import words
from reconciler.render.groups import grouped
from reconciler.render.parts import WAITING
from reconciler.render.phrases import count
from reconciler.render.pull_request.page import PagePart, Section
from reconciler.render.pull_request.repeated import Repeated
from reconciler.render.pull_request.review import Awaiting, Declined, Ended, Review, State
from reconciler.render.pull_request.table import Table
from reconciler.render.timing import ShownChange


def moved_sections(review: Review) -> Iterator[PagePart]:
    """Yield the reviewed changes that differ now, if an apply was refused because of them."""
    if isinstance(review.state, Declined):
        moved = review.state.moved
        table = Table(review.plan.portal, review.links)
        rows = (table.row(change, change.fields) for change in moved)
        yield Section("#### What has changed since the review\n\n", len(moved), rows, "moved change", 1, table.head)


def change_sections(review: Review) -> Iterator[PagePart]:
    """Yield what the files change, what waits, what was changed in HubSpot; changes that were not done stand first."""
    results = _results(review.state)
    changes: Sequence[Change] = review.plan.changes
    if results is not None:
        short = {identity for identity, result in results.items() if result.outcome is not Outcome.DONE}
        changes = sorted(changes, key=lambda change: change.identity not in short)
    table = Table(review.plan.portal, review.links, results)
    yield from _from_files(changes, review.plan, table)
    yield from _waiting(changes, review.plan, table)
    yield from _drifted(changes, review.plan, table)


def _results(state: State) -> Mapping[Identity, Result] | None:
    """Return what became of changes, or what is known of it before; None as long as nothing is."""
    match state:
        case Ended(receipt):
            return {result.change.identity: result for result in receipt.results}
        case Awaiting(left_out) if left_out:
            return {result.change.identity: result for result in left_out}
        case _:
            return None


def _from_files(changes: Iterable[Change], plan: Plan, table: Table) -> Iterator[PagePart]:
    """Yield what is neither drift nor waits: first what stands together, then the others by their action."""
    selected = ((change, [field for field in change.fields if not _is_told_apart(field.origin)]) for change in changes)
    shown = [ShownChange(change, tuple(fields)) for change, fields in selected if fields or not change.fields]
    groups, singles = grouped(shown, plan)
    repeated = Repeated(groups, table, table.lines)
    yield _repeated(f"#### 🔁 {words.REPEATED_EVENTS}\n\n", repeated, "repeated event")
    in_groups = {change.action for group in groups for change in group.changes}
    for action in Action:
        some = [single for single in singles if single.change.action is action]
        heading = words.heading(action, len(some), others=action in in_groups)
        urgency = 5 if action is Action.CREATE else 2
        rows = (table.row(single.change, single.fields) for single in some)
        yield Section(f"#### {_ACTIONS[action]} {heading}\n\n", len(some), rows, action, urgency, table.head)


_ACTIONS = {Action.CREATE: "🆕", Action.UPDATE: "✏️", Action.DELETE: "🗑️"}


def _is_told_apart(origin: Origin) -> bool:
    return origin.is_drift or origin is Origin.PENDING


def _waiting(changes: Iterable[Change], plan: Plan, table: Table) -> Iterator[PagePart]:
    """Yield what is merged and not applied yet: first what stands together, then the others."""
    selected = ((change, [field for field in change.fields if field.origin is Origin.PENDING]) for change in changes)
    groups, singles = grouped([ShownChange(change, tuple(fields)) for change, fields in selected if fields], plan)
    repeated = Repeated(groups, table, table.lines)
    yield _repeated(_waiting_title(len(repeated), "repeated event"), repeated, "waiting repeated event")
    title = _waiting_title(len(singles), "more event" if groups else "event")
    rows = (table.row(single.change, single.fields) for single in singles)
    yield Section(title, len(singles), rows, "waiting event", 4, table.head)


def _waiting_title(number: int, noun: str) -> str:
    return f"#### ⏳ {WAITING}: {count(number, noun)}\n\n"


def _drifted(changes: Iterable[Change], plan: Plan, table: Table) -> Iterator[PagePart]:
    """Yield what was changed in HubSpot: first what stands together, then the others."""
    selected = ((change, [field for field in change.fields if field.origin.is_drift]) for change in changes)
    # Of an event that only one side has, no fields are shown.
    shown = [
        ShownChange(change, tuple(fields) if isinstance(change, Update) else ())
        for change, fields in selected
        if fields
    ]
    groups, singles = grouped(shown, plan)
    repeated = Repeated(groups, table, table.drift_lines)
    sides = _SIDES if repeated.moves else ""
    yield _repeated(f"{_drift_title(len(repeated), 'repeated event')}{sides}", repeated, "drifted repeated event")
    title = _drift_title(len(singles), "more event" if groups else "event")
    rows = (table.drift_row(single.change, single.fields) for single in singles)
    yield Section(title, len(singles), rows, "drifted event", 3, table.head)


_SIDES = "HubSpot holds the time before the arrow, the files say the one after it.\n\n"


def _drift_title(number: int, noun: str) -> str:
    return f"#### 🌊 Drift: {count(number, noun)} changed in HubSpot, not by these files\n\n"


def _repeated(title: str, repeated: Repeated, noun: str) -> Section:
    urgency = 5 if repeated.creates_only else 3
    return Section(title, len(repeated), repeated.items(), noun, urgency, shorter=repeated.shorter_items())
