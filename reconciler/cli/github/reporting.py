"""The report of an apply in the job's summary, its annotations and the comments on merged pull requests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.applying.approval import Selection
from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.cli.github.job import SECONDS_FOR_COMMENTS, Job, seconds_for_comments
from reconciler.cli.github.merged_step import MergedStep
from reconciler.errors import Refused
from reconciler.event import Identity, LiveEvent
from reconciler.github.merged import MergedPull, MergedWork
from reconciler.github.sticky import CommentText
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.planning.plan import Plan
from reconciler.render import words
from reconciler.render.pull_request.comment import COMMENT_LIMIT, SUMMARY_LIMIT, comment
from reconciler.render.pull_request.review import Applying, Awaiting, Declined, Ended, Links, Review
from reconciler.render.pull_request.runs import what_it_did
from reconciler.render.pull_request.share import RunState, share_of
from reconciler.render.pull_request.unreviewed import ANOTHER_PLAN, another_plan, note, why_left
from reconciler.safe_text import visible

_FIRST_SECONDS = 30.0
"""Time limit for the comments before the first write."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """The report of one apply."""

    step: MergedStep
    plan: Plan
    seen: Mapping[Identity, LiveEvent]
    compared: bool

    @property
    def job(self) -> Job:
        """The job that reports."""
        return self.step.job

    @property
    def merged(self) -> MergedWork:
        """What was merged."""
        return self.step.merged

    @property
    def environment(self) -> str | None:
        """The environment of the settings that is applied."""
        return self.step.options.common.environment

    def awaiting(self, selection: Selection) -> None:
        """Report what an apply would do once the run is approved."""
        self._publish(Awaiting(selection.not_approved), selection.left_unreviewed, SECONDS_FOR_COMMENTS)

    def begun(self, approved: ApprovedPlan) -> None:
        """Report that changes are being written, if there are any."""
        if approved.changes:
            self._comment(Applying(), lambda _: "", _FIRST_SECONDS)

    def refused(self, refusal: Refused) -> None:
        """Report why nothing was written."""
        self._publish(Declined(refusal.message, refusal.reasons), [], SECONDS_FOR_COMMENTS)

    def ended(self, approved: ApprovedPlan, receipt: Receipt, left: Sequence[Result]) -> None:
        """Report the result."""
        moved = [result.change for result in approved.selection.not_approved if result.outcome is Outcome.REFUSED]
        state: RunState = Ended(receipt)
        if moved and not approved.changes:
            state = Declined("what was reviewed has changed since", moved=tuple(moved))
        elif left and not approved.changes:
            state = Declined("nobody was shown these changes before they were merged")
        self._publish(state, left, seconds_for_comments(receipt.cause))

    def _publish(self, state: RunState, left: Sequence[Result], seconds: float) -> None:
        tense = "will not be made" if isinstance(state, Awaiting) else "not made"
        remark = "\n".join(filter(None, (note("", left, self.merged.unreviewed, tense), self._way_out)))
        self.job.summarize(comment(self._review(self.plan, state, remark, self.job.links), SUMMARY_LIMIT))
        if not isinstance(state, Awaiting):  # else the run that applies will say it of what is left then
            self.job.annotations += [_unreviewed(result) for result in left]
        self.job.annotations += [_replanned(pull) for pull in self.merged.pulls if pull.replanned]
        self._comment(state, lambda pull: self._note(pull, left, tense), seconds)

    def _note(self, pull: MergedPull, left: Sequence[Result], tense: str) -> str:
        another = another_plan() if pull.replanned else ""
        notes = (note(pull.why, left, self.merged.unreviewed, tense), another, self._way_out)
        return "\n".join(filter(None, notes))

    @property
    def _way_out(self) -> str:
        """What to do about a run that failed; empty if it did not."""
        ending = self.job.ending
        return f"What to do now: {self.job.links.to_row(ending.reason)}.\n" if ending and ending.reason else ""

    def _comment(self, state: RunState, remark: Callable[[MergedPull], str], seconds: float) -> None:
        if not self.step.options.comments:
            return
        bodies = {pull.number: self._text(pull, state, remark(pull)) for pull in self.merged.pulls}
        self.job.comment(bodies, self.environment, seconds=seconds)

    def _text(self, pull: MergedPull, state: RunState, remark: str) -> CommentText:
        """Return the comment for a pull request: about its own changes, if they are known."""
        plan, own = (self.plan, state) if pull.plan is None else share_of(pull.plan, self.plan, state)
        links = replace(self.job.links, head=pull.head)
        part = replace(self._review(plan, own, remark, links), whole=self._review(self.plan, state, "", links))
        return CommentText(comment(part, COMMENT_LIMIT), self.job.run_entry(self.step.options.now(), what_it_did(own)))

    def _review(self, plan: Plan, state: RunState, remark: str, links: Links) -> Review:
        return Review(plan, state, self.environment, links, self.compared, self.seen, remark)


def _replanned(pull: MergedPull) -> Annotation:
    message = f"Pull request {pull.number}: the review was of another plan: {ANOTHER_PLAN}."
    return Annotation(Level.WARNING, "another plan was reviewed", message)


def _unreviewed(result: Result) -> Annotation:
    source = result.change.source
    message = visible(f"{words.title(result.change)}: this change was not made, {why_left([result])}")
    where = (None, None) if source is None else (visible(source.file), source.line)
    return Annotation(Level.ERROR, "not reviewed", message, *where)
