"""`reconciler schema`."""

from pathlib import Path

import click

from reconciler.cli.options import Common, command_options
from reconciler.cli.output import print_result
from reconciler.declarations.keys.editor_schema import declarations_schema, settings_schema
from reconciler.declarations.keys.shapes import Shape
from reconciler.errors import UsageError
from reconciler.render.json_text import json_text

_EXAMPLES = """
\b
Examples:
  # the schema of event files, for an editor
  reconciler schema > declarations.json
  # the schema of reconciler.yaml
  reconciler schema --settings > settings.json
  # with your portal's own properties and their options
  reconciler schema --portal > declarations.json
"""


@click.command("schema", epilog=_EXAMPLES)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--settings", "of_settings", is_flag=True, help="Print the schema of reconciler.yaml.")
@click.option("--portal", "of_portal", is_flag=True, help="Add the portal's own properties and their options.")
@command_options
def command(path: Path | None, of_settings: bool, of_portal: bool, common: Common) -> int:
    """Print the JSON Schema of the declarations, with which an editor completes, explains and checks the files.

    It is one schema for files with an event or a list of events, and for _defaults.yaml. With --portal it is for one
    portal: of custom properties it allows those that may be declared there, as they are now. HubSpot is only read.
    PATH (default: events) counts with --portal alone: its settings name the portal.

    Exit codes: 0 printed; with --portal also 3 the settings are wrong, 4 token refused, 5 wrong portal, 7 HubSpot
    cannot be reached.
    """
    if of_settings and of_portal:
        raise UsageError("--settings and --portal cannot be used together", hint="the settings have no properties")
    if path is not None and not of_portal:
        raise UsageError("PATH has no effect without --portal", hint="add --portal, or leave PATH out")
    print_result(json_text(settings_schema() if of_settings else _declarations(path, of_portal, common)))
    return 0


def _declarations(path: Path | None, of_portal: bool, common: Common) -> Shape:
    return declarations_schema(_properties(path or Path("events"), common) if of_portal else None)


def _properties(path: Path, common: Common) -> Shape:
    # Slow to load, and only --portal needs them.
    from reconciler.cli.session import StopRequest, open_session  # noqa: PLC0415  (as above)
    from reconciler.cli.settings import settings_at  # noqa: PLC0415  (as above)
    from reconciler.planning.property_shapes import properties_shape  # noqa: PLC0415  (as above)
    from reconciler.policy import check_portal  # noqa: PLC0415  (as above)

    settings = settings_at(path, common)
    with open_session(common, settings, StopRequest()) as session, session.reader() as portal, session.progress.shown():
        check_portal(session.policy, portal.details().id)
        return properties_shape(portal.definitions())
