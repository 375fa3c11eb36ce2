"""The plan that people see before they approve a run: what `github plan` does after a merge."""

from dataclasses import dataclass

from reconciler.applying.accounting import nothing_to_run
from reconciler.applying.approval import Selection, nothing
from reconciler.applying.certainty import does_nothing
from reconciler.applying.guard import ApprovedPlan, approve, marked
from reconciler.cli.formats import for_people
from reconciler.cli.github.hubspot import planned_against
from reconciler.cli.github.job import Ending
from reconciler.cli.github.merged_step import TO_APPLY, MergedStep
from reconciler.cli.github.reporting import Reporting
from reconciler.cli.inputs import base_at
from reconciler.cli.output import print_result, save
from reconciler.declarations.base import Base
from reconciler.errors import Refused
from reconciler.github.stored_plans import plan_file
from reconciler.pipeline import make_plan_to_preview
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
        idle = self._idle(selection)
        if idle is None:
            job.outputs |= {TO_APPLY: "true", "plan_path": str(saved)}
            reporting.awaiting(selection)
        else:
            job.outputs[TO_APPLY] = "false"
            reporting.ended(idle, nothing_to_run(idle), [])
        return Ending()

    def _selection(self) -> Selection:
        """Return what would run; nothing does if it is not known what was reviewed."""
        try:
            return self.step.select(self.planned.plan)
        except Refused as unknown:
            return nothing(self.planned.plan, unknown.message)

    def _idle(self, selection: Selection) -> ApprovedPlan | None:
        """Return the plan as approved if an apply would certainly do nothing; None if it may do something or fail."""
        try:
            approved = approve(self.planned, selection, self.step.options.limits)
        except Refused:  # the apply says why
            return None
        settings, merged = self.step.options.settings, self.step.merged
        asked_before = not merged.begun and self.base.equals(self.planned.declared, settings.policy)
        return approved if does_nothing(approved, asked_before=asked_before) else None
