"""A plan made for a step that writes nothing to HubSpot."""

from reconciler.cli.github.options import Asked
from reconciler.cli.github.stored_secrets import READING
from reconciler.cli.inputs import base_at
from reconciler.cli.session import Stop, opened
from reconciler.declarations.load import load
from reconciler.hubspot.http import HttpReader
from reconciler.hubspot.reader import PortalReader
from reconciler.pipeline import make_plan
from reconciler.planning.plan import Draft


def drafted(asked: Asked, ref: str | None) -> tuple[Draft, bool]:
    """Plan against a commit; tell also whether that commit's declarations are known."""
    settings = asked.settings
    base = base_at(settings, ref)
    declared = load(settings)
    with (
        READING.named(),
        opened(asked.common, settings, Stop()) as way,
        HttpReader(way.connection, timeout=way.timeout, clock=way.clock, watch=way.watch) as http,
    ):
        reader = PortalReader(http, settings.api_version)
        return make_plan(declared, way.policy, reader, asked.now(), base), base.known
