"""The edits of a probe's event that show how HubSpot takes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.doctor.bench import OPTIONAL, Bench, Specimen
from reconciler.doctor.observations import NOT_KNOWN, REFUSED, Observation, Request
from reconciler.errors import Rejected
from reconciler.event import CUSTOM, LiveEvent, Value
from reconciler.portal import Prober
from reconciler.safe_text import quoted

_FLAGS = ("eventCancelled", "eventCompleted")

Fields = Mapping[str, Value]
Write = Callable[[Prober, Fields], None]
Judge = Callable[[LiveEvent, LiveEvent], str]
"""Returns what an event before and after a write shows."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One write of the event, what comes before it, how its effect is judged."""

    question: str
    request: str
    """The write, for people."""
    write: Write
    """Writes the fields that it is given, and whatever is tried out."""
    judge: Judge
    begins_with: Fields = field(default_factory=dict)
    """The fields that the event must have before, besides those that a whole one has."""
    prepare: Write = lambda portal, fields: portal.edit(fields)


def observations_of_edits(bench: Bench, specimen: Specimen) -> Iterator[Observation]:
    """Carry out each experiment; the one that completes the event comes last, as that cannot be undone."""
    for experiment in _experiments(specimen):
        yield _carried_out(experiment, bench, specimen)
    yield _flags_kept(bench, specimen)


def _carried_out(experiment: Experiment, bench: Bench, specimen: Specimen) -> Observation:
    """Make the event whole, write it, compare; each of the two writes is known to have arrived by its name."""
    try:
        before = _made_whole(experiment, bench, specimen)
    except Rejected as refusal:
        return _unanswered(experiment, f"HubSpot refused what comes before: {refusal.message}")
    if before is None:
        return _unanswered(experiment, "reads did not show what comes before")
    try:
        experiment.write(bench.portal, specimen.required(experiment.question))
        after = bench.seen(specimen.name(experiment.question))
    except Rejected as refusal:
        return Observation(experiment.question, REFUSED, f"{experiment.request}: {refusal.message}")
    if after is None:
        return _unanswered(experiment, "it was accepted, but reads did not show it")
    return Observation(experiment.question, experiment.judge(before, after), experiment.request)


def _made_whole(experiment: Experiment, bench: Bench, specimen: Specimen) -> LiveEvent | None:
    step = f"before {experiment.question}"
    experiment.prepare(bench.portal, {**specimen.whole(step), **experiment.begins_with})
    return bench.seen(specimen.name(step))


def _unanswered(experiment: Experiment, why: str) -> Observation:
    return Observation(experiment.question, NOT_KNOWN, f"{experiment.request}: {why}")


def _experiments(specimen: Specimen) -> Sequence[Experiment]:
    unknown = CUSTOM + specimen.unknown_property
    return (
        _emptying("empty-text", "eventUrl", '""', lambda portal, fields: portal.edit({**fields, "eventUrl": None})),
        _emptying("null-text", "eventUrl", "null", lambda portal, fields: portal.edit_with_null(fields, "eventUrl")),
        _emptying(
            "empty-date", "endDateTime", '""', lambda portal, fields: portal.edit({**fields, "endDateTime": None})
        ),
        _emptying(
            "null-date", "endDateTime", "null", lambda portal, fields: portal.edit_with_null(fields, "endDateTime")
        ),
        Experiment("upsert", f"{Request.UPSERT} without {', '.join(OPTIONAL)}", _upsert, _omitted),
        Experiment(
            "unknown-property",
            f"{Request.UPDATE} with a custom property that the portal does not define",
            lambda portal, fields: portal.edit({**fields, unknown: "1"}),
            lambda _, after: "stored" if unknown in after.fields else "dropped",
        ),
        Experiment(
            "uncancel",
            f"{Request.UPDATE} with eventCancelled false",
            lambda portal, fields: portal.edit({**fields, "eventCancelled": False}),
            _uncancelled,
            {"eventCancelled": True},
        ),
    )


def _emptying(question: str, name: str, value: str, write: Write) -> Experiment:
    def judge(before: LiveEvent, after: LiveEvent) -> str:
        held, kept = before.fields.get(name), after.fields.get(name)
        if held is None:
            return NOT_KNOWN
        if kept is None:
            return "clears"
        return "ignored" if kept == held else f"becomes {quoted(str(kept))}"

    return Experiment(question, f"{Request.UPDATE} with {name} {value}", write, judge)


def _omitted(before: LiveEvent, after: LiveEvent) -> str:
    held = [name for name in OPTIONAL if name in before.fields]
    kept = [name for name in held if name in after.fields]
    return _all_or_some(held, kept, "keep", "replace")


def _uncancelled(before: LiveEvent, after: LiveEvent) -> str:
    if not before.fields.get("eventCancelled"):
        return NOT_KNOWN
    return "ignored" if after.fields.get("eventCancelled") else "works"


def _flags_kept(bench: Bench, specimen: Specimen) -> Observation:
    """Try with both flags; where HubSpot does not complete the event, with `eventCancelled` alone."""
    both = Experiment(
        "patch-flags",
        f"{Request.PATCH} without the flags, which were both true",
        _patch,
        _flags,
        dict.fromkeys(_FLAGS, True),
        _patch,
    )
    observation = _carried_out(both, bench, specimen)
    if observation.answer != NOT_KNOWN:
        return observation
    request = f"{Request.PATCH} without the flags, of which eventCancelled was true (the event could not be completed)"
    return _carried_out(
        replace(both, request=request, begins_with={"eventCancelled": True}, prepare=_edit), bench, specimen
    )


def _edit(portal: Prober, fields: Fields) -> None:
    portal.edit(fields)


def _patch(portal: Prober, fields: Fields) -> None:
    portal.patch(fields)


def _upsert(portal: Prober, fields: Fields) -> None:
    portal.upsert(fields)


def _flags(before: LiveEvent, after: LiveEvent) -> str:
    held = [name for name in _FLAGS if before.fields.get(name)]
    return _all_or_some(held, [name for name in held if after.fields.get(name)], "keep", "reset")


def _all_or_some(held: Sequence[str], kept: Sequence[str], all_kept: str, none_kept: str) -> str:
    """Return the answer that all fields give together, or each field's own answer; `NOT_KNOWN` without any."""
    if not held:
        return NOT_KNOWN
    if len(kept) in {0, len(held)}:
        return all_kept if kept else none_kept
    return ", ".join(f"{name}: {all_kept if name in kept else none_kept}" for name in held)
