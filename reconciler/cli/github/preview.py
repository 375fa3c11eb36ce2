"""The plan that people see before they approve a run: what `github plan` does after a merge."""

from dataclasses import dataclass

from reconciler.applying.accounting import nothing_to_run
from reconciler.applying.approval import Selection
from reconciler.applying.guard import against_the_run, marked
from reconciler.applying.receipt import Outcome, Result
from reconciler.cli.formats import for_people
from reconciler.cli.github.hubspot import planned_against
from reconciler.cli.github.job import Ending, left_unreviewed
from reconciler.cli.github.merged_step import TO_APPLY, MergedStep
from reconciler.cli.github.reporting import Reporting
from reconciler.cli.inputs import base_at
from reconciler.cli.output import print_result, save
from reconciler.declarations.base import Base
from reconciler.errors import Refused
from reconciler.github.stored_plans import plan_file
from reconciler.pipeline import approve_plan, make_plan_to_preview
from reconciler.planning.plan import Planned
from reconciler.render import text
from reconciler.render.json import plan_json


def preview(step: MergedStep) -> Ending:
    """Show what an apply of what was merged would do; end the run if there is certainly nothing to do."""
    settings = step.options.settings
    base = base_at(settings, step.merged.base)
    planned = planned_against(step.options, settings, base, make_plan_to_preview)
    return _Preview(step.of_portal(planned.plan.portal.id), planned, base).show()


@dataclass(frozen=True, slots=True)
class _Preview:
    step: MergedStep
    planned: Planned
    base: Base

    def show(self) -> Ending:
        job, plan = self.step.job, marked(self.planned, self.step.options.limits)
        saved = job.actions.file(plan_file(None))
        save(saved, plan_json(plan))
        job.output_plan(plan)
        print_result(text.plan(for_people(plan, self.step.options.common)))
        reporting = Reporting(self.step, plan, self.planned.seen, self.base.known)
        selection = self._selection()
        if self._is_done(selection):
            job.outputs[TO_APPLY] = "false"
            approved = approve_plan(self.planned, lambda _: selection, self.step.options.limits)
            reporting.ended(approved, nothing_to_run(approved), [])
        else:
            job.outputs |= {TO_APPLY: "true", "plan_path": str(saved)}
            reporting.awaiting(selection)
        return Ending()

    def _selection(self) -> Selection:
        """Return what would run; nothing does if it is not known what was reviewed."""
        try:
            return self.step.select(self.planned.plan)
        except Refused as unknown:
            changes = self.planned.plan.changes
            return Selection((), tuple(Result(each, Outcome.NOT_ATTEMPTED, unknown.message) for each in changes))

    def _is_done(self, selection: Selection) -> bool:
        """Return whether the run can end here, as an apply of it would do nothing and succeed.

        An apply may see more than this plan if its token is another one, so either each event is proven, or the files
        ask for what was applied last, and nobody has approved anything else.
        """
        if against_the_run(self.planned, self.step.options.limits):
            return False
        return (self.planned.plan.is_fulfilled and self.planned.is_proven) or (
            self._asks_for_what_was_applied and not selection.approved and not left_unreviewed(selection)
        )

    @property
    def _asks_for_what_was_applied(self) -> bool:
        settings = self.step.options.settings
        return not self.step.merged.begun and self.base.equals(self.planned.declared, settings.policy)
