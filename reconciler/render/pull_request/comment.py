"""The comment on a pull request, which is also the summary of a job."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never

from reconciler.applying.guard import OF_THE_RUN
from reconciler.applying.receipt import Result
from reconciler.change import Change, Delete, cancels
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.event import registered
from reconciler.planning.plan import Plan
from reconciler.render import phrases, words
from reconciler.render.markdown import brief, in_hubspot
from reconciler.render.phrases import count
from reconciler.render.pull_request.change_sections import change_sections, moved_sections
from reconciler.render.pull_request.outcome import outcome_lines
from reconciler.render.pull_request.page import PagePart, Section, fitted, mark
from reconciler.render.pull_request.paragraph import paragraph
from reconciler.render.pull_request.review import (
    Applying,
    Awaiting,
    Declined,
    Ended,
    Proposed,
    Review,
    State,
    Watched,
)
from reconciler.render.pull_request.table import named
from reconciler.render.pull_request.timeline import timeline

COMMENT_LIMIT = 60_000
"""In bytes, well under GitHub's limit for a comment: 65,536 characters."""

SUMMARY_LIMIT = 900 * 1024
"""In bytes, well under GitHub's limit for a step's summary: 1 MiB, beyond which GitHub drops the whole summary."""

_NAMED = 5
_LONGEST_REASON = 300
_REFUSAL = "guard-"


def comment(review: Review, limit: int = COMMENT_LIMIT) -> str:
    """Return the comment in at most `limit` bytes, which must be 4,000 or more plus the length of the remark.

    What does not fit is counted. Names are left out first; what the plan does, and to how many people, always stays.
    """
    return fitted(_parts(review, _NAMED), _parts(review, 0), limit=limit)


def _parts(review: Review, names: int) -> Iterator[PagePart]:
    yield f"{mark(review.environment)}\n{_heading(review)}\n\n"
    yield from (f"{line}\n\n" for line in _state(review))
    if review.remark:
        yield f"{review.remark}\n"
    yield from _declined(review.state)
    yield _first(review.plan)
    yield from _overview(review, names)
    if diagram := timeline(review.plan, review.seen):
        yield Section("", 1, [diagram.removesuffix("\n")], "timeline", 4)
    yield from moved_sections(review)
    yield from change_sections(review)
    yield from _rest(review)
    yield "".join(f"{line}\n" for line in _fixed(review, names))


def _heading(review: Review) -> str:
    where = "" if review.environment is None else f" for {brief(review.environment, 80)}"
    return f"### {_TITLES[type(review.state)]}{where}"


_TITLES = {
    Proposed: "Plan of the marketing events",
    Awaiting: "Marketing events about to be applied",
    Applying: "Applying the marketing events",
    Ended: "Marketing events applied",
    Declined: "Marketing events not applied",
    Watched: "Drift of the marketing events",
}


def _state(review: Review) -> Iterator[str]:
    match review.state:
        case Proposed() if _guard_warnings(review):
            part = "a part of it" if _runs_in_part(review.plan) else "it"
            yield f"📋 **Planned.** Nothing is written yet, and `apply` would refuse {part}: the reasons are below."
        case Proposed():
            yield "📋 **Planned.** Nothing is written yet."
        case Watched():
            yield "👀 **Looked at only.** Nothing is written."
        case Awaiting(left_out):
            yield from _awaiting(review.plan, left_out)
        case Applying():
            yield "⏳ **Applying.** This text is replaced when the run ends."
        case Ended(receipt):
            yield from outcome_lines(receipt)
        case Declined(why):
            yield f"⛔ **Refused, nothing was written**: {brief(why, _LONGEST_REASON)}."
        case _:
            assert_never(review.state)
    yield brief(words.head(review.plan), _LONGEST_REASON)


def _awaiting(plan: Plan, left_out: Sequence[Result]) -> Iterator[str]:
    yield "⏳ **Merged, and planned again.** Nothing is written yet: this is what the run will do once it is approved."
    if left_out:
        left = f"{len(left_out)} of {count(len(plan.changes), 'change')}"
        yield f"**{left} will be left out, even if the run is approved**: the rows say why."


def _overview(review: Review, names: int) -> Iterator[str]:
    """Yield what the plan does, with warnings unless it has run: then the rows show the outcomes."""
    summary = paragraph(review.plan, named, names)
    match review.state:
        case Ended():
            if review.plan.changes:
                yield f"What was planned: {summary}\n\n"
            return
        case Declined() | Watched() if review.plan.changes:
            yield f"What an apply would do as things stand: {summary}\n\n"
        case _:
            yield f"{summary}\n\n"
    yield from _cautions(review.plan, names)


def _cautions(plan: Plan, names: int) -> Iterator[str]:
    """Yield warnings in red about what people lose."""
    deleted = [change for change in plan.changes if isinstance(change, Delete)]
    cancelled = [change for change in plan.changes if cancels(change) and change.registrants != 0]
    yield from _caution(deleted, "deleted, with the attendance history", names)
    certain = all(change.registrants for change in cancelled)
    yield from _caution(
        cancelled, f"cancelled that people are{'' if certain else ', or may be,'} registered for", names
    )


def _caution(changes: Sequence[Change], what: str, names: int) -> Iterator[str]:
    if changes:
        lost = f"{count(len(changes), 'event')} {'is' if len(changes) == 1 else 'are'} {what}"
        yield f"> [!CAUTION]\n> **{lost}.**\n"
        yield "".join(f"> - {item}\n" for item in _most_people_first(changes, names))
        yield "\n"


def _most_people_first(changes: Sequence[Change], names: int) -> Iterator[str]:
    # An unknown number of registrants may be the largest, so it stands first.
    people = sorted(changes, key=lambda change: (change.registrants is not None, -(change.registrants or 0)))
    for change in people[:names]:
        yield f"{named(words.title(change))}, {registered(change.registrants)}"
    if names and len(people) > names:
        yield f"and {len(people) - names} more"


def _guard_warnings(review: Review) -> list[Diagnostic]:
    return [diagnostic for diagnostic in review.plan.diagnostics if diagnostic.code.startswith(_REFUSAL)]


def _runs_in_part(plan: Plan) -> bool:
    """Return whether the guards let some changes run."""
    stopped = any(diagnostic.code in OF_THE_RUN for diagnostic in plan.diagnostics)
    return not stopped and any(change.refused is None for change in plan.changes)


def _declined(state: State) -> Iterator[PagePart]:
    """Yield the reasons why an apply was refused."""
    if isinstance(state, Declined):
        yield _reasons("Why it was refused:", state.reasons)


def _refusals(review: Review) -> Iterator[PagePart]:
    """Yield the reasons why an apply would be refused, as long as none has run."""
    if isinstance(review.state, Proposed | Awaiting | Watched):
        part = "a part of this plan" if _runs_in_part(review.plan) else "this plan"
        yield _reasons(f"`apply` would refuse {part}:", _guard_warnings(review))


def _reasons(title: str, diagnostics: Sequence[Diagnostic]) -> Section:
    items = (f"> - {_diagnostic(replace(diagnostic, severity=Severity.ERROR))}" for diagnostic in diagnostics)
    return Section(f"> [!WARNING]\n> **{title}**\n", len(diagnostics), items, "reason", 0)


def _diagnostic(diagnostic: Diagnostic) -> str:
    return brief(phrases.diagnostic(diagnostic), 3 * _LONGEST_REASON)


def _rest(review: Review) -> Iterator[PagePart]:
    plan = review.plan
    spared = list(words.spared(plan.orphans))
    orphans = (
        f"- {brief(words.orphan(orphan), 3 * _LONGEST_REASON)}{in_hubspot(plan.portal, orphan.identity)}"
        for orphan in spared
    )
    yield Section(f"#### {words.ORPHANS}\n\n", len(spared), orphans, "orphan", 6)
    yield "".join(f"{line}\n\n" for line in words.left_alone(plan))
    yield from _refusals(review)
    yield _set_aside(plan)
    notes = [note for note in words.notes(words.concise(plan)) if not note.code.startswith(_REFUSAL)]
    yield Section("#### Notes\n\n", len(notes), (f"- {_diagnostic(note)}" for note in notes), "note", 7)
    if plan.changes and not review.compared:
        yield "Not compared with a base, so drift is not told apart from what these files change.\n\n"


def _first(plan: Plan) -> Section:
    notes = words.first(plan)
    items = (f"> - {_diagnostic(note)}" for note in notes)
    return Section(f"> [!IMPORTANT]\n> **{words.FIRST}:**\n", len(notes), items, "note", 1)


def _set_aside(plan: Plan) -> Section:
    events = (brief(words.aside(event), 3 * _LONGEST_REASON) for event in plan.set_aside)
    items = [f"- ⏸️ {event}" for event in events] + [f"- {_diagnostic(reason)}" for reason in words.reasons(plan)]
    return Section(f"#### {words.SET_ASIDE}\n\n", len(items), items, "line", 1)


def _fixed(review: Review, names: int) -> Iterator[str]:
    """Yield the lines whose wording is fixed: they are about the whole run, and no digest stands for a part of it."""
    whole = review.whole or review
    if whole.plan.changes != review.plan.changes:
        yield "The whole run, which was for other pull requests too:\n"
    yield words.summary(whole.plan)
    yield words.digest_line(whole.plan)
    if isinstance(whole.state, Ended):
        yield words.applied(whole.state.receipt)
        yield words.verified(whole.state.receipt, partial(brief, most=120 if names else 20))
    if review.links.footer:
        yield from ("", review.links.footer)
