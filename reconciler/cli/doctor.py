"""`reconciler doctor`."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.options import Call, Common, command_options
from reconciler.cli.output import log_line, log_text, print_error, print_result
from reconciler.cli.session import Session, StopRequest, open_session
from reconciler.cli.settings import settings_at
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.doctor.bench import Bench, Specimen
from reconciler.doctor.checks import Order, examine
from reconciler.doctor.findings import Finding, exit_code, report
from reconciler.doctor.permission import permit
from reconciler.doctor.probe import Probed, probe
from reconciler.doctor.probe_report import announcement, leftover, probe_report
from reconciler.doctor.questions import ask, unasked
from reconciler.errors import AccessDenied, DeclarationsInvalid, Interrupted
from reconciler.event import Declared
from reconciler.transport.surroundings import Clock

_EXAMPLES = """
\b
Examples:
  # check the token in HUBSPOT_ACCESS_TOKEN and its portal
  reconciler doctor
  # check one environment of the settings
  reconciler doctor --env staging
  # find out what is not known about HubSpot, with an event in a test account
  reconciler doctor --probe > report.txt
"""


@click.command("doctor", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@click.option(
    "--probe",
    "probes",
    is_flag=True,
    help="In a test account: make, edit and delete one event, and report what HubSpot does.",
)
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, common: Common, *, probes: bool) -> int:
    """Check the token, the portal and the settings, and say how to repair what is wrong.

    It looks at the token's scopes and app, the portal, the API version, the rate limit and the custom properties that
    the declarations at PATH (default: events) use. HubSpot is only read. The events themselves are not compared: `plan`
    does that.

    With --probe it checks nothing, but finds out what is not known about HubSpot: in a DEVELOPER_TEST or SANDBOX
    account alone it makes, edits and deletes one event of its own. The report can be pasted into an issue.

    Exit codes: 0 nothing is wrong, else the code that `plan` or `apply` would end with: 3, 4, 5 or 7. With --probe
    also 6: it fell short after it had written, or its event may be left.
    """
    settings = settings_at(path, common)
    if probes:
        return _probe(settings, common, call)
    findings = _examine(settings, common, call)
    print_result(report(findings))
    return exit_code(findings)


def _examine(settings: Settings, common: Common, call: Call) -> tuple[Finding, ...]:
    declared = _declared(settings)
    try:
        with open_session(common, settings, StopRequest()) as session, session.inspector() as portal:
            order = Order(declared, session.policy, settings.api_version, call.now())
            with session.progress.shown():
                answers = ask(portal)
            return examine(order, answers)
    except AccessDenied as error:  # no token is set; HubSpot's refusals are findings, not exceptions
        order = Order(declared, settings.policy, settings.api_version, call.now())
        return examine(order, unasked(error))


def _declared(settings: Settings) -> Declared | DeclarationsInvalid:
    try:
        return load(settings)
    except DeclarationsInvalid as error:
        return error


def _probe(settings: Settings, common: Common, call: Call) -> int:
    stop = StopRequest()
    specimen = Specimen(secrets.token_hex(16), call.now())
    with open_session(common, settings, stop) as session, session.prober(specimen.identity) as portal:
        permission = permit(session.policy, portal)
        log_line(announcement(permission.portal, specimen))
        with stop.listening():
            probed = probe(permission, specimen, Bench(portal, session.clock), lambda: _fresh(session, specimen, stop))
        address = session.connection.base_url + portal.address
    _tell(probed, specimen, address, call)
    return probed.exit_code if stop.number is None else Interrupted(stop.number).exit_code


@contextmanager
def _fresh(session: Session, specimen: Specimen, stop: StopRequest) -> Iterator[Bench]:
    if stop.number is not None:
        log_line("Removing the probe's event before the end; this takes a minute at most.")
    with session.remover(specimen.identity) as portal:
        yield Bench(portal, Clock())


def _tell(probed: Probed, specimen: Specimen, address: str, call: Call) -> None:
    """Print the report, and after it, so that nobody overlooks it, what is left."""
    if probed.cause is not None:
        print_error(probed.cause)
    try:
        if probed.has_written:
            print_result(probe_report(probed, __version__, call.now()))
    finally:
        log_text(leftover(probed, specimen, address))
