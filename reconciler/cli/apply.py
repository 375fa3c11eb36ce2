"""`reconciler apply`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import click

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran, recording
from reconciler.applying.apply import Progress
from reconciler.applying.guard import ApprovedPlan, Limits, marked
from reconciler.applying.ledger import Applied
from reconciler.applying.lookup import Lookup, read_each, trust_list
from reconciler.applying.receipt import Conclusion, Receipt
from reconciler.cli.formats import KeptTarget, for_people
from reconciler.cli.inputs import base_at, limit_options, saved_plan
from reconciler.cli.options import Call, Common, base_option, command_options
from reconciler.cli.output import check_place, log_line, log_text, print_error, print_result, save
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.settings import settings_at
from reconciler.cli.terminal import confirm
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.errors import ReconcilerError, Refused, SavedPlanInvalid, Unavailable, UsageError
from reconciler.event import Declared
from reconciler.hubspot.writer import PortalWriter
from reconciler.pipeline import Select, approve_plan, make_plan_to_apply, run_plan
from reconciler.planning.plan import Plan, Planned
from reconciler.render import markdown, nothing_sent, text
from reconciler.render.json import ReceiptText, receipt_json

_FORMATS: Mapping[str, Callable[[Receipt], str]] = {
    "text": text.receipt,
    "json": receipt_json,
    "markdown": markdown.receipt,
}


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one apply."""

    select: Select
    reviewed: bool
    """Whether `--plan` or `--expect` names a plan that was reviewed before."""
    asks: bool
    """Whether the plan still has to be approved at the terminal."""
    limits: Limits
    lookup: Callable[[PortalWriter], Lookup]
    form: str
    receipt: Path | None
    common: Common
    now: Callable[[], datetime]
    texts: ReceiptText = field(default_factory=ReceiptText)


_EXAMPLES = """
\b
Examples:
  # in a clone of reconciler: plan, ask, and apply to a local HubSpot
  reconciler apply --sandbox --sandbox-seed docs/sandbox-seed.json
  # apply only what a reviewed plan shows
  reconciler apply --plan plan.json
  # apply without asking, and keep a record
  reconciler apply --yes --receipt receipt.json
"""


@click.command("apply", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Apply the plan without asking.")
@click.option(
    "--plan",
    "plans",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Apply what this saved plan shows; may be given several times.",
)
@click.option("--expect", metavar="DIGEST", help="Apply the plan only if it has this digest.")
@base_option
@limit_options
@click.option(
    "--trust-list",
    "trusts",
    is_flag=True,
    help="Trust the event list instead of looking each new event up; for a large first import.",
)
@click.option("--receipt", type=KeptTarget(), metavar="FILE", help="Save a record of what was done, as JSON.")
@click.option("--format", "form", type=click.Choice([*_FORMATS]), default="text", help="Format of the output.")
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, common: Common, base: str | None, **given: Any) -> int:
    """Write to HubSpot what the declarations at PATH (default: events) say, and verify it.

    The plan is made again and has to be approved: by typing yes, or by --yes, --plan or --expect. A change whose event
    was edited in the meantime is refused. Events of your app that no file declares are deleted or cancelled only if the
    settings say so, and never more than --max-deletes. Afterwards HubSpot is read and compared again.

    Exit codes: 0 verified, 3 the declarations are wrong, 4 token refused, 5 refused and nothing was written, 6 not
    everything was done (the receipt says what), 7 HubSpot cannot be reached.
    """
    options = _options(call, common, **given)
    if options.receipt is not None:
        check_place(options.receipt)
    settings = settings_at(path, common)
    past = base_at(settings, base)
    return _apply(load(settings), past, settings, options)


def _options(
    call: Call,
    common: Common,
    *,
    yes: bool,
    plans: tuple[Path, ...],
    expect: str | None,
    limits: Limits,
    trusts: bool,
    receipt: Path | None,
    form: str,
) -> Options:
    return Options(
        select=_selection(plans, expect),
        reviewed=_is_reviewed(plans, expect),
        asks=not (yes or _is_reviewed(plans, expect)),
        limits=limits,
        lookup=trust_list if trusts else read_each,
        form=form,
        receipt=receipt,
        common=common,
        now=call.now,
    )


def _is_reviewed(plans: tuple[Path, ...], expect: str | None) -> bool:
    return bool(plans) or expect is not None


def _selection(plans: tuple[Path, ...], expect: str | None) -> Select:
    if plans and expect is not None:
        raise UsageError("--plan and --expect cannot be used together", hint="give the one that was reviewed")
    if expect is not None:
        return lambda plan: approval.by_digest(plan, expect)
    if plans:
        reviewed = cache(lambda: [_reviewed(file) for file in plans])  # asked twice, but read only if there is a plan
        return lambda plan: approval.by_plans(plan, reviewed())
    return approval.everything


def _reviewed(file: Path) -> Plan:
    try:
        return saved_plan(file)
    except SavedPlanInvalid as error:
        raise Refused(error.message, hint=error.hint) from error


def _apply(declared: Declared, base: Base, settings: Settings, options: Options) -> int:
    stop = StopRequest()
    with open_session(options.common, settings, stop) as session, session.writer() as portal:
        policy = replace(session.policy, trusts_list=options.lookup is trust_list)
        with session.progress.shown(), _nothing_written():
            planned = make_plan_to_apply(declared, policy, portal, options.now(), base, options.select)
        if not options.reviewed or not planned.plan.changes:
            _show_plan(planned, options)
        try:
            approved = _approve(planned, options)
        except ReconcilerError as refusal:
            return _declined(planned, refusal, options)
        _save(not_begun(approved), options)  # if no receipt can be saved, nothing is written to HubSpot
        with stop.listening():
            with session.progress.while_applying(len(approved.changes)) as shown:
                keep = _keeping(approved, options, shown)
                receipt = run_plan(approved, portal, options.lookup(portal), keep, options.now)
            return _finish(receipt, options)


@contextmanager
def _nothing_written() -> Iterator[None]:
    """Say of a block that cannot reach HubSpot that nothing was written: people ask that first."""
    try:
        yield
    except Unavailable as error:
        raise Unavailable(f"nothing was written: {error.message}", hint=error.hint) from error


def _show_plan(planned: Planned, options: Options) -> None:
    write = print_result if options.form == "text" else log_text
    write(text.plan(for_people(marked(planned, options.limits), options.common)) + "\n")


def _approve(planned: Planned, options: Options) -> ApprovedPlan:
    approved = approve_plan(planned, options.select, options.limits)
    if options.reviewed and approved.refused:
        _show_plan(planned, options)
    if options.asks and approved.changes:
        confirm(len(approved.changes), planned.plan.portal.id)
    return approved


def _declined(planned: Planned, refusal: ReconcilerError, options: Options) -> int:
    """Report why nothing is written, also in a receipt."""
    receipt = nothing_ran(planned, refusal)
    _save(receipt, options)
    if options.reviewed:
        _show_plan(planned, options)
    if options.form == "json":
        print_result(receipt_json(receipt))
    print_error(refusal)
    if receipt.conclusion is Conclusion.SET_ASIDE:
        log_line(f"Error: {nothing_sent.left_out(receipt)}")
    return receipt.exit_code


def _keeping(approved: ApprovedPlan, options: Options, shown: Progress) -> Progress:
    """Return a callback that shows the progress and saves the receipt."""
    record = recording(approved, lambda receipt: _save(receipt, options))

    def keep(applied: Applied) -> None:
        shown(applied)
        record(applied)

    return keep


def _finish(receipt: Receipt, options: Options) -> int:
    """Report what was done, and return the exit code.

    If the receipt cannot be saved or printed, a run that succeeded ends with 1; any other run keeps its code.
    """
    if receipt.cause is not None:
        print_error(receipt.cause)
    elif (reason := nothing_sent.nothing_went(receipt)) is not None:
        log_line(f"Error: {reason}")
    is_reported = _saved(receipt, options) & _shown(receipt, options)
    return receipt.exit_code or (0 if is_reported else 1)


def _saved(receipt: Receipt, options: Options) -> bool:
    try:
        _save(receipt, options)
    except ReconcilerError as error:
        print_error(error)
        return False
    return True


def _shown(receipt: Receipt, options: Options) -> bool:
    try:
        print_result(_FORMATS[options.form](receipt))
    except OSError as error:
        log_line(f"Error: cannot write the output: {error.strerror}")
        log_text(text.receipt(receipt))
        # A reader that closes the pipe has read enough.
        return isinstance(error, BrokenPipeError)
    return True


def _save(receipt: Receipt, options: Options) -> None:
    if options.receipt is not None:
        save(options.receipt, options.texts.json(receipt))
