"""A plan made for a step that writes nothing to HubSpot."""

from reconciler.cli.github.options import Asked
from reconciler.cli.github.stored_secrets import READING
from reconciler.cli.inputs import base_at
from reconciler.cli.session import Stop, open_session
from reconciler.declarations.load import load
from reconciler.pipeline import make_plan
from reconciler.planning.plan import Planned


def planned_by(asked: Asked, ref: str | None) -> tuple[Planned, bool]:
    """Plan against a commit; tell also whether that commit's declarations are known."""
    settings = asked.settings
    base = base_at(settings, ref)
    declared = load(settings)
    with READING.named(), open_session(asked.common, settings, Stop()) as session, session.reader() as portal:
        return make_plan(declared, session.policy, portal, asked.now(), base), base.known
