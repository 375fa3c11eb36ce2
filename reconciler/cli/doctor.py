"""`reconciler doctor`."""

from pathlib import Path

import click

from reconciler.cli.options import Call, Common, command_options
from reconciler.cli.output import print_result
from reconciler.cli.session import StopRequest, open_session
from reconciler.cli.settings import settings_at
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.doctor.checks import Order, examine
from reconciler.doctor.findings import Finding, exit_code, report
from reconciler.doctor.questions import ask, unasked
from reconciler.errors import AccessDenied, DeclarationsInvalid
from reconciler.event import Declared

_EXAMPLES = """
\b
Examples:
  # check the token in HUBSPOT_ACCESS_TOKEN and its portal
  reconciler doctor
  # check one environment of the settings
  reconciler doctor --env staging
  # in a clone of reconciler: check a local HubSpot, without a token
  reconciler doctor --sandbox --sandbox-seed docs/sandbox-seed.json
"""


@click.command("doctor", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, common: Common) -> int:
    """Check the token, the portal and the settings, and say how to repair what is wrong.

    It looks at the token's scopes and app, the portal, the API version, the rate limit and the custom properties that
    the declarations at PATH (default: events) use. HubSpot is only read. The events themselves are not compared: `plan`
    does that.

    Exit codes: 0 nothing is wrong, else the code that `plan` or `apply` would end with: 3, 4, 5 or 7.
    """
    settings = settings_at(path, common)
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
