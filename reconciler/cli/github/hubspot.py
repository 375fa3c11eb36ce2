"""HubSpot as a step of a job meets it: the secret that holds its token, and a plan made with that."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.cli.github.options import Asked
from reconciler.cli.inputs import base_at
from reconciler.cli.session import Stop, open_session
from reconciler.declarations.load import load
from reconciler.errors import AccessDenied, ReconcilerError
from reconciler.pipeline import make_plan
from reconciler.planning.plan import Planned


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret of the repository that a workflow hands over as HUBSPOT_ACCESS_TOKEN."""

    name: str
    place: str
    """Where it is set, as GitHub's pages name it."""

    @contextmanager
    def named(self) -> Iterator[None]:
        """Let what HubSpot, or the lack of a token, raises as `AccessDenied` say which secret it is about."""
        try:
            yield
        except AccessDenied as denied:
            raise self.named_in(denied) from denied

    def named_in(self, error: ReconcilerError) -> ReconcilerError:
        """Return an error of HubSpot's, which says which secret it is about where it is about the token."""
        if not isinstance(error, AccessDenied):
            return error
        where = f"the workflow takes the token from the secret {self.name}, under {self.place}"
        hint = where if error.hint is None else f"{error.hint}; {where}"
        return AccessDenied(error.message, hint=hint, status=error.status)


READING = StoredSecret("HUBSPOT_READ_TOKEN", "Settings → Secrets and variables → Actions")
WRITING = StoredSecret("HUBSPOT_WRITE_TOKEN", "Settings → Environments → hubspot")


def planned_by(asked: Asked, ref: str | None) -> tuple[Planned, bool]:
    """Plan against a commit; tell also whether that commit's declarations are known."""
    settings = asked.settings
    base = base_at(settings, ref)
    declared = load(settings)
    with READING.named(), open_session(asked.common, settings, Stop()) as session, session.reader() as portal:
        return make_plan(declared, session.policy, portal, asked.now(), base), base.known
