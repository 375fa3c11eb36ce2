"""The laws that every run obeys; each looks at one run, not at the end of them all."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change, Create, Delete, Update, is_orphan
from reconciler.event import DeclaredEvent, Identity
from reconciler.planning.declared_only import READ_BY_IDENTITY
from reconciler.policy import Orphans
from reconciler.sandbox.contents import Event
from tests.campaign.ground import Request, Step
from tests.campaign.runs import Run, Sent
from tests.campaign.truth import (
    EPOCH,
    FIELDS,
    Held,
    changed,
    found,
    is_as_declared,
    is_namesake,
    is_ours,
    is_under,
    meant,
    touched,
    value,
)
from tests.campaign.truth import (
    is_orphan as is_loose,
)

TIMEOUT = 600
"""Seconds that a run may take."""
MOST_REQUESTS = 400
"""Requests of one run: with five attempts at each, more than any of these small worlds needs."""
TOLD_WITHOUT_A_WRITE = {3, 4, 5, 7, 1, 64}
"""Exit codes that say that nothing was written."""


class Broken(AssertionError):
    """A run broke a law; `kind` says what that would have done to somebody."""

    def __init__(self, kind: str, law: str, what: str) -> None:
        super().__init__(f"{kind}: {law}: {what}")
        self.kind = kind


def check(run: Run) -> None:
    """Check one run against every law."""
    for kind, laws in LAWS.items():
        for law in laws:
            try:
                law(run)
            except AssertionError as breach:
                raise Broken(kind, law.__name__, str(breach)) from breach


# What is written


def planning_only_reads(run: Run) -> None:
    for place, _, request in run.writes:
        assert place >= run.began, f"{request} was sent before anything was approved"


def nothing_is_written_after_an_incomplete_read(run: Run) -> None:
    if not run.writes:
        return
    before = [(step, request) for place, step, request in run.own if place < run.began]
    pages = [step for step, request in before if request.method == "GET" and request.path == run.base]
    assert pages, "something was written without a list"
    assert pages[-1].seen == 200, "the last page was refused or cut off"
    if pages[-1].goes_on:
        _is_read_by_identity(run, [request for _, request in before])


def _is_read_by_identity(run: Run, before: list[Request]) -> None:
    """Check that a plan without the whole list says so, creates nothing, and knows every declared event."""
    assert run.planned is not None
    told = {found.code for found in run.planned.plan.diagnostics}
    assert READ_BY_IDENTITY in told, "the list was not read to its end"
    assert not run.planned.plan.count(Create), "something is to be created without the whole list"
    reads = {
        (request.path, request.query)
        for request in before
        if request.method == "GET" and request.path.startswith(f"{run.base}/")
    }
    assert len(reads) >= len(run.declared), "a declared event was not read"


def what_is_written_was_approved(run: Run) -> None:
    for place, step, request in run.writes:
        for number in touched(step.before, step.after):
            before, after = step.before.get(number), step.after.get(number)
            assert any(_carries(run, change, before, after, place, request) for change in run.approved), (
                f"{request} made {after} of {before}, which nobody approved"
            )


def _carries(run: Run, change: Change, before: Event | None, after: Event | None, place: int, request: Request) -> bool:
    """Return whether an approved change makes this of an event."""
    event = after or before
    assert event is not None
    match change:
        case Create():
            # An event made by others in the last window is overwritten; the law of the fresh read checks that.
            new = {name for name in changed(before, after) if after is not None and value(after, name)}
            return after is not None and is_under(event, change.identity) and _within(change, after, new)
        case Update():
            if before is None or after is None or not _is_of(change, event):
                return False
            return _within(change, after, changed(before, after) - _told_along(run, place, request, before, after))
        case Delete():
            return after is None and _is_of(change, event)


def _within(change: Change, after: Event, names: Iterable[str]) -> bool:
    planned = {field.name: meant(field.name, field.after) for field in change.fields}
    return all(name in planned and value(after, name) == planned[name] for name in names)


def _is_of(change: Change, event: Event) -> bool:
    return change.identity.object_id == str(event.object_id)


def _told_along(run: Run, place: int, request: Request, before: Event, after: Event) -> set[str]:
    """Return what a completion sends without changing it: the flag, as its fresh read showed it."""
    proof = _proof(run, Sent(place, run.one(request))) if request.method == "PATCH" else None
    completes = request.method == "PATCH" and bool((request.body or {}).get("eventCompleted"))
    seen = None if proof is None else proof.before.get(before.object_id)
    same = seen is not None and value(seen, "eventCancelled") == value(after, "eventCancelled")
    return {"eventCancelled"} if completes and same else set()


def hands_stay_off_what_is_not_declared(run: Run) -> None:
    """The same law, checked against the declarations alone: a plan may be wrong."""
    for place, step, request in run.writes:
        for number in touched(step.before, step.after):
            before, after = step.before.get(number), step.after.get(number)
            event = before or after
            assert event is not None
            may = _may_touch(run, step, before, after) or _was_made_in_the_last_window(run, place, request, event)
            assert may, f"{request} made {after} of {event}, which is not declared"


def _may_touch(run: Run, step: Step, before: Event | None, after: Event | None) -> bool:
    event = before or after
    assert event is not None
    declarations = [one for one in run.declared if is_under(event, one.identity)]
    if before is not None and is_loose(before, run.declared, run.policy, EPOCH + timedelta(milliseconds=step.at)):
        cancelled = after is not None and changed(before, after) <= {"eventCancelled"}
        return after is None if run.policy.orphans is Orphans.DELETE else cancelled
    if after is None:
        # After an edit in the last window it may have to stay; the law of the fresh read checks that.
        return not declarations and is_ours(event) and _was_loose(run, event)
    managed = {name for one in declarations for name in one.fields}
    # `_told_along` allows for what a completion sends along and for edits by others in the last window.
    return bool(declarations) and changed(before, after) <= managed | {"eventCancelled", "eventName", "eventOrganizer"}


def _was_made_in_the_last_window(run: Run, place: int, request: Request, event: Event) -> bool:
    """Return whether another run of our app made the event just after our fresh read missed it: upserts replace it."""
    identity = next((one for one in run.named(request) if is_under(event, one)), None)
    proof = None if identity is None else _proof(run, Sent(place, identity))
    return request.path.endswith("/events/upsert") and proof is not None and proof.status == 404


def _was_loose(run: Run, event: Event) -> bool:
    states = [run.first, *(step.before for step in run.steps)]
    now = EPOCH + timedelta(milliseconds=run.start)
    olds = (held[event.object_id] for held in states if event.object_id in held)
    return any(is_loose(old, run.declared, run.policy, now) for old in olds)


def every_write_stands_on_a_fresh_read(run: Run) -> None:
    """A write replaces only what was approved, as a read after all earlier tries showed it.

    Between that read and the write lies the last window: only edits by others in it may be overwritten.
    """
    for sent in run.sent:
        proof = _proof(run, sent)
        assert proof is not None, f"{sent.identity} was written without a fresh read{run.story()}"
        changes = [change for change in run.approved if _means(change, sent.identity, proof.before)]
        assert changes, f"{sent.identity} was sent, which nobody approved"
        assert any(_stands(run, change, found(proof.before, change.identity)) for change in changes), (
            f"{sent.identity} was written although its fresh read showed {found(proof.before, sent.identity)}"
        )


def _proof(run: Run, sent: Sent) -> Step | None:
    """Return the last read of an event before a write, unless the write before was tried later."""
    for place in range(sent.step - 1, run.began - 1, -1):
        step, request = run.steps[place], run.steps[place].request
        if request is None:
            continue
        if request.is_write and any(_same(one, sent.identity, step.before) for one in run.named(request)):
            return None
        if step.status in {200, 404} and run.reads_one(request) and _same(run.one(request), sent.identity, step.before):
            return step
    return None


def edits_in_the_last_window(run: Run) -> int:
    """Count the changes by others to an event between the write and the read that it relies on."""
    count = 0
    for sent in run.sent:
        proof, write = _proof(run, sent), run.steps[sent.step]
        old = None if proof is None else found(proof.before, sent.identity)
        count += bool(changed(old, found(write.before, sent.identity)))
    return count


def _same(one: Identity, other: Identity, held: Held) -> bool:
    """Return whether two identities mean one event; a live event has the ids of both."""
    if one.external is not None and one.external == other.external:
        return True
    if one.object_id is not None and one.object_id == other.object_id:
        return True
    event = found(held, one)
    return event is not None and is_under(event, other)


def _means(change: Change, identity: Identity, held: Held) -> bool:
    if change.identity.key == identity.key or (identity.object_id and change.identity.object_id == identity.object_id):
        return True
    event = found(held, identity)
    return event is not None and _is_of(change, event)


def _stands(run: Run, change: Change, seen: Event | None) -> bool:
    """Return whether a change is still what was approved, according to its fresh read."""
    if isinstance(change, Create) or seen is None:
        return isinstance(change, Create) and seen is None
    if change.identity.object_id != str(seen.object_id):
        return False
    planned = {field.name: (meant(field.name, field.before), meant(field.name, field.after)) for field in change.fields}
    if isinstance(change, Delete):
        return all(value(seen, name) == planned.get(name, (meant(name, None),))[0] for name in FIELDS)
    declared = next((one for one in run.declared if is_under(seen, one.identity)), None)
    wanted = {} if declared is None else {name: meant(name, told) for name, told in declared.fields.items()}
    others = all(value(seen, name) == wanted[name] for name in wanted if name not in planned)
    return others and all(value(seen, name) in both for name, both in planned.items())


def nothing_is_taken_from_too_many_people(run: Run) -> None:
    allowed = 1000 if run.day.registrants is None else run.day.registrants
    for sent in run.sent:
        proof, step = _proof(run, sent), run.steps[sent.step]
        seen = None if proof is None else found(proof.before, sent.identity)
        if seen is not None and step.request is not None and step.request.path.endswith("/batch/archive"):
            assert (seen.counters["registrants"] or 0) <= allowed, f"{seen} was deleted"


def there_are_no_duplicates(run: Run) -> None:
    for step in run.steps:
        ids = [(event.app.id, event.account_id, event.event_id) for event in step.after.values() if event.app]
        assert len(set(ids)) == len(ids)


def a_run_is_bounded(run: Run) -> None:
    assert len(run.own) <= MOST_REQUESTS, f"{len(run.own)} requests"
    longest = TIMEOUT * 1000 + 2 * run.day.slowness + 1000
    assert run.end - run.start <= longest, f"{(run.end - run.start) / 1000} seconds"


# What is reported


def success_is_true(run: Run) -> None:
    """Exit code 0 says that every declared event is held as declared, unless somebody has changed it since."""
    if run.code != 0 or run.planned is None:
        return
    assert run.receipt is not None
    aside = {result.change.identity.key for result in run.receipt.results if result.outcome is Outcome.NOT_ATTEMPTED}
    for one in run.declared:
        if one.identity.key not in aside and not _left_alone(run, one):
            assert _is_or_was_declared(run, one), f"exit code 0, but {one} is {found(run.last, one.identity)}"


def _left_alone(run: Run, declared: DeclaredEvent) -> bool:
    """Return whether the plan says that it cannot match this declaration to a live event, and leaves it alone."""
    assert run.planned is not None
    found = run.planned.plan.diagnostics
    return any(each.code == "identity-ambiguous" and each.place == declared.place for each in found)


def passes_for_declared(run: Run, event: Event) -> bool:
    """Return whether an equal namesake passes for a declared event: HubSpot's list shows no account."""
    found = () if run.planned is None else run.planned.plan.diagnostics
    unproven = any(each.code == "identity-unproven" for each in found)
    return unproven and any(is_namesake(event, one) and is_as_declared(event, one) for one in run.declared)


def _is_or_was_declared(run: Run, declared: DeclaredEvent) -> bool:
    def holds(held: Held) -> bool:
        if is_as_declared(found(held, declared.identity), declared):
            return True
        return any(is_namesake(one, declared) and passes_for_declared(run, one) for one in held.values())

    since = run.start - run.lag
    return _ended_by_others(run, holds, since=since) or (
        # If nothing has to be written the list is trusted, and it may still show what an earlier run has changed.
        not _is_planned(run, declared.identity) and any(holds(step.before) for step in run.earlier if step.at > since)
    )


def _is_planned(run: Run, identity: Identity) -> bool:
    assert run.planned is not None
    return any(change.identity.key == identity.key for change in run.planned.plan.changes)


def _ended_by_others(run: Run, holds: Callable[[Held], bool], *, since: int) -> bool:
    """Return whether something holds at the end, or somebody else put an end to it."""
    if holds(run.last):
        return True
    for step in reversed([*(step for step in run.earlier if step.at > since), *run.steps]):
        if holds(step.before):
            return step.request is None
    return False


def what_is_told_as_unwritten_is_unwritten(run: Run) -> None:
    written = [request for _, step, request in run.writes if touched(step.before, step.after)]
    if run.code in TOLD_WITHOUT_A_WRITE:
        assert not written, f"exit code {run.code}, but {written[0]}"
    if run.receipt is not None and not run.receipt.written:
        assert not written, f"nothing written is told, but {written[0]}"
    if run.receipt is None:
        assert not written, f"no receipt, but {written[0]}"


def the_receipt_is_true(run: Run) -> None:
    if run.receipt is None:
        return
    assert run.planned is not None
    told = [result.change.identity for result in run.receipt.results]
    assert told == [change.identity for change in run.planned.plan.changes]
    for result in run.receipt.results:
        _check_result(run, result)
    if run.code == 0:
        assert run.receipt.verified == ()


def _check_result(run: Run, result: Result) -> None:
    what = f"{result.outcome}: {result.change.identity} ({result.why}){run.story()}"
    match result.outcome:
        case Outcome.DONE:
            so = _ended_by_others(run, lambda held: _is_so(run, result.change, held), since=run.start)
            # HubSpot's answer is the only evidence of what was not read again, and the receipt says so.
            assert so or _is_hubspots_word(run, result.change), what
            assert result.why is not None or _was_sent(run, result.change), f"{what} was never sent"
        case Outcome.FAILED:
            assert not _made_by_us(run, result.change), what
        case Outcome.REFUSED | Outcome.NOT_ATTEMPTED:
            assert not _was_touched(run, result.change), what
        case Outcome.UNSURE:
            assert run.was_cut_short or _was_sent(run, result.change), f"{what} was never sent"


def _is_hubspots_word(run: Run, change: Change) -> bool:
    """Return whether a change's latest write was answered as a success that the second reading could not check.

    If somebody deleted the event before the second reading, that shows it as missing, whatever it was before. If
    somebody changed it in the last window, that looks like an edit after the write, and is reported as one.
    """
    steps = [run.steps[sent.step] for sent in run.sent if _means(change, sent.identity, run.steps[sent.step].before)]
    gone = found(run.last, change.identity) is None
    left = None if run.receipt is None else run.receipt.verified
    told = any(one.identity.key == change.identity.key for one in left or ())
    unread = left is None or gone or (told and _was_changed_by_others(run, change))
    return unread and bool(steps) and steps[-1].seen is not None and steps[-1].seen < 300


def _was_changed_by_others(run: Run, change: Change) -> bool:
    deeds = (step for step in run.steps if step.request is None)
    return any(found(step.before, change.identity) != found(step.after, change.identity) for step in deeds)


def _is_so(run: Run, change: Change, held: Held) -> bool:
    event = found(held, change.identity)
    if is_orphan(change) and isinstance(change, Delete):
        return str(change.identity.object_id) not in map(str, held)
    if event is None:
        return False
    return all(value(event, field.name) == meant(field.name, field.after) for field in change.fields)


def _made_by_us(run: Run, change: Change) -> bool:
    """Return whether a write of this run made the whole change, and it is still there."""
    if not _is_so(run, change, run.last):
        return False
    for step in reversed(run.steps):
        if not _is_so(run, change, step.before):
            return step.request is not None
    return False


def _was_sent(run: Run, change: Change) -> bool:
    return any(_means(change, sent.identity, run.steps[sent.step].before) for sent in run.sent)


def _was_touched(run: Run, change: Change) -> bool:
    for _, step, _ in run.writes:
        for number in touched(step.before, step.after):
            event = step.before.get(number) or step.after[number]
            if is_under(event, change.identity) or _is_of(change, event):
                return True
    return False


LAWS = {
    "lost": (
        planning_only_reads,
        nothing_is_written_after_an_incomplete_read,
        what_is_written_was_approved,
        every_write_stands_on_a_fresh_read,
        nothing_is_taken_from_too_many_people,
        there_are_no_duplicates,
    ),
    "foreign touched": (hands_stay_off_what_is_not_declared,),
    "untrue receipts": (success_is_true, what_is_told_as_unwritten_is_unwritten, the_receipt_is_true),
    "without a bound": (a_run_is_bounded,),
}
"""The laws by the harm that breaking them would do."""
