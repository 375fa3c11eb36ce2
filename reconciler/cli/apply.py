"""`reconciler apply`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran, so_far
from reconciler.applying.guard import ApprovedPlan, Limits, marked
from reconciler.applying.ledger import Applied
from reconciler.applying.lookup import Lookup, read_each, trust_list
from reconciler.applying.receipt import INVALID, Receipt
from reconciler.cli.formats import KeptTarget, for_people
from reconciler.cli.inputs import base_at, saved_plan
from reconciler.cli.options import Call, Common, base_option, command_options
from reconciler.cli.output import check_place, complain, save, say, show, tell
from reconciler.cli.session import Stop, opened
from reconciler.cli.terminal import Progress, confirm, progress
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings, load_settings
from reconciler.errors import ReconcilerError, Refused, SavedPlanInvalid, UsageError
from reconciler.event import Declared
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.writer import PortalWriter
from reconciler.pipeline import Select, approve_plan, make_plan, run_plan
from reconciler.planning.plan import Draft, Plan
from reconciler.render import markdown, text, words
from reconciler.render.json import receipt_json

_FORMATS: Mapping[str, Callable[[Receipt], str]] = {
    "text": text.receipt,
    "json": receipt_json,
    "markdown": markdown.receipt,
}


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked of one apply."""

    select: Select
    reviewed: bool
    """Somebody has seen the plan before and said which one is meant."""
    asks: bool
    """Nobody has approved anything yet, so somebody at the terminal must."""
    limits: Limits
    lookup: Callable[[PortalWriter], Lookup]
    form: str
    receipt: Path | None
    common: Common
    now: Callable[[], datetime]


@click.command("apply")
@click.argument("path", default="events", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Approve whatever the plan says.")
@click.option(
    "--plan",
    "plans",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Approve what FILE holds.",
)
@click.option("--expect", metavar="DIGEST", help="Approve the plan with this digest.")
@base_option
@click.option("--max-deletes", type=click.IntRange(min=0), metavar="N", help="Orphans to delete or cancel at most [0].")
@click.option("--max-registrants", type=click.IntRange(min=0), metavar="N", help="People registered on them [0].")
@click.option("--trust-list", "trusts", is_flag=True, help="Prove absence by a list alone: for a first, large load.")
@click.option("--receipt", type=KeptTarget(), metavar="FILE", help="Save what was done.")
@click.option("--format", "form", type=click.Choice([*_FORMATS]), default="text", help="What to print.")
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, common: Common, base: str | None, **given: Any) -> int:
    """Make HubSpot hold what the declarations at PATH (default: events) say, and prove it."""
    options = _options(call, common, **given)
    if options.receipt is not None:
        check_place(options.receipt)
    settings = load_settings(path, environment=common.environment, api_version=common.api_version)
    past = base_at(settings, base)
    return _apply(load(settings), past, settings, options)


def _options(
    call: Call,
    common: Common,
    *,
    yes: bool,
    plans: tuple[Path, ...],
    expect: str | None,
    max_deletes: int | None,
    max_registrants: int | None,
    trusts: bool,
    receipt: Path | None,
    form: str,
) -> Options:
    return Options(
        select=_selection(plans, expect),
        reviewed=_reviews(plans, expect),
        asks=not (yes or _reviews(plans, expect)),
        limits=Limits(max_deletes, max_registrants),
        lookup=trust_list if trusts else read_each,
        form=form,
        receipt=receipt,
        common=common,
        now=call.now,
    )


def _reviews(plans: tuple[Path, ...], expect: str | None) -> bool:
    return bool(plans) or expect is not None


def _selection(plans: tuple[Path, ...], expect: str | None) -> Select:
    if plans and expect is not None:
        raise UsageError("--plan and --expect cannot stand together", hint="give the one that was reviewed")
    if expect is not None:
        return lambda plan: approval.by_digest(plan, expect)
    if plans:
        return lambda plan: approval.by_plans(plan, [_reviewed(file) for file in plans])
    return approval.everything


def _reviewed(file: Path) -> Plan:
    try:
        return saved_plan(file)
    except SavedPlanInvalid as error:
        raise Refused(error.message, hint=error.hint) from error


def _apply(declared: Declared, base: Base, settings: Settings, options: Options) -> int:
    stop = Stop()
    with (
        opened(options.common, settings, stop) as way,
        HttpWriter(way.connection, timeout=way.timeout, clock=way.clock, watch=way.watch) as http,
    ):
        portal = PortalWriter(http, settings.api_version)
        policy = replace(way.policy, trusts_list=options.lookup is trust_list)
        with way.reading.shown():
            draft = make_plan(declared, policy, portal, options.now(), base)
        if not options.reviewed or not draft.plan.changes:
            _show_plan(draft, options)
        try:
            approved = _approve(draft, options)
        except ReconcilerError as refusal:
            return _declined(draft, refusal, options)
        _save(not_begun(approved), options)  # where a receipt cannot be kept, nothing is written to HubSpot either
        with stop.listening():
            with progress(len(approved.changes), quiet=options.common.quiet) as told:
                keep = _keeping(approved, options, told)
                receipt = run_plan(approved, portal, options.lookup(portal), keep, options.now)
            return _finish(receipt, options)


def _show_plan(draft: Draft, options: Options) -> None:
    write = show if options.form == "text" else tell
    write(text.plan(for_people(marked(draft, options.limits), options.common)) + "\n")


def _approve(draft: Draft, options: Options) -> ApprovedPlan:
    approved = approve_plan(draft, options.select, options.limits)
    if options.reviewed and approved.refused:
        _show_plan(draft, options)
    if options.asks and approved.changes:
        confirm(len(approved.changes), draft.plan.portal.id)
    return approved


def _declined(draft: Draft, refusal: ReconcilerError, options: Options) -> int:
    """Tell why nothing is written, in a receipt too."""
    receipt = nothing_ran(draft, refusal)
    _save(receipt, options)
    if options.reviewed:
        _show_plan(draft, options)
    if options.form == "json":
        show(receipt_json(receipt))
    complain(refusal)
    if receipt.exit_code == INVALID:
        say(f"Error: {words.left_out(receipt)}")
    return receipt.exit_code


def _keeping(approved: ApprovedPlan, options: Options, told: Progress) -> Callable[[Applied], None]:
    """Keep the receipt on disk before and after every write, so that whenever the run is killed it tells the truth."""

    def keep(applied: Applied) -> None:
        told(applied)
        _save(so_far(approved, applied), options)

    return keep


def _finish(receipt: Receipt, options: Options) -> int:
    """Tell what was done; what cannot be told as it was asked for changes nothing of how the run went."""
    if receipt.cause is not None:
        complain(receipt.cause)
    elif (why := words.nothing_went(receipt)) is not None:
        say(f"Error: {why}")
    told = _saved(receipt, options) & _shown(receipt, options)
    return receipt.exit_code or (0 if told else 1)


def _saved(receipt: Receipt, options: Options) -> bool:
    try:
        _save(receipt, options)
    except ReconcilerError as error:
        complain(error)
        return False
    return True


def _shown(receipt: Receipt, options: Options) -> bool:
    try:
        show(_FORMATS[options.form](receipt))
    except OSError as error:
        say(f"Error: cannot write the output: {error.strerror}")
        tell(text.receipt(receipt))
        # Who closes a pipe has seen what they wanted.
        return isinstance(error, BrokenPipeError)
    return True


def _save(receipt: Receipt, options: Options) -> None:
    if options.receipt is not None:
        save(options.receipt, receipt_json(receipt))
