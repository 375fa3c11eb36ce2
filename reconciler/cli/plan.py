"""`reconciler plan`."""

from pathlib import Path

import click

from reconciler.advice.report import count_advice
from reconciler.applying.guard import Limits, marked
from reconciler.applying.receipt import INVALID
from reconciler.cli.formats import Output, format_options
from reconciler.cli.inputs import base_at, limit_options
from reconciler.cli.options import Call, Common, base_option, command_options, warnings_option
from reconciler.cli.output import log_line, print_result
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.settings import settings_at
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared
from reconciler.pipeline import make_plan, with_advice
from reconciler.planning.plan import Planned
from reconciler.render import phrases
from reconciler.render.json import diagnostics_json

_CHANGES = 2
_EXAMPLES = """
\b
Examples:
  # in a clone of reconciler: plan against a local HubSpot, without a token
  reconciler plan --sandbox --sandbox-seed docs/sandbox-seed.json
  # save the plan, to be reviewed and applied
  reconciler plan --out plan.json
  # tell edits of the files since the branch main from edits in HubSpot
  reconciler plan --base main
"""


@click.command("plan", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@format_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
@base_option
@limit_options
@warnings_option
@command_options
@click.pass_obj
def command(
    call: Call,
    /,
    path: Path,
    *,
    output: Output,
    detailed_exitcode: bool,
    base: str | None,
    limits: Limits,
    warnings_as_errors: bool,
    common: Common,
) -> int:
    """Show what `apply` would change in HubSpot for the declarations at PATH (default: events).

    HubSpot is only read, nothing is written to it. A change that `apply` would refuse is marked with the reason. The
    digest in the last line stands for the whole plan: `apply --expect` takes it.

    Exit codes: 0 planned, 3 the declarations are wrong or an event cannot be planned, 4 token refused, 5 wrong portal,
    7 HubSpot cannot be reached; with --detailed-exitcode also 2 if there are changes.
    """
    try:
        settings = settings_at(path, common)
        past = base_at(settings, base)
        planned = _planned(load(settings), past, settings, common, call)
    except DeclarationsInvalid as invalid:
        if output.form != "json":
            raise
        print_result(diagnostics_json(invalid.diagnostics))
        return invalid.exit_code
    plan = marked(planned, limits)
    output.publish(plan, common, planned.untouched())
    refused = phrases.counted_as_errors(count_advice(plan.diagnostics)) if warnings_as_errors else ""
    if refused:
        log_line(f"Error: {refused}")
    if refused or plan.is_invalid:
        return INVALID
    return _CHANGES if detailed_exitcode and plan.changes else 0


def _planned(declared: Declared, base: Base, settings: Settings, common: Common, call: Call) -> Planned:
    with open_session(common, settings, StopRequest()) as session, session.reader() as portal, session.progress.shown():
        now = call.now()
        return with_advice(make_plan(declared, session.policy, portal, now, base), now, base, settings.silence)
