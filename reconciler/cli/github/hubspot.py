"""Planning in GitHub Actions, with errors that name the secret of the token."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from reconciler.cli.github.options import StepOptions
from reconciler.cli.session import StopRequest, open_session
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.errors import AccessDenied, ReconcilerError
from reconciler.event import Declared
from reconciler.pipeline import make_plan
from reconciler.planning.plan import Planned
from reconciler.policy import Policy
from reconciler.portal import Reader


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A GitHub secret that the workflow passes on as HUBSPOT_ACCESS_TOKEN."""

    name: str
    place: str
    """The page of GitHub's settings where it is set."""

    @contextmanager
    def named(self) -> Iterator[None]:
        """Add the secret's name to the hint of an `AccessDenied` raised in the block."""
        try:
            yield
        except AccessDenied as denied:
            raise self.named_in(denied) from denied

    def named_in(self, error: ReconcilerError) -> ReconcilerError:
        """Return the error; an `AccessDenied` with the secret's name in its hint."""
        if not isinstance(error, AccessDenied):
            return error
        where = f"the workflow takes the token from the secret {self.name}, under {self.place}"
        hint = where if error.hint is None else f"{error.hint}; {where}"
        return AccessDenied(error.message, hint=hint, status=error.status)


MakePlan = Callable[[Declared, Policy, Reader, datetime, Base], Planned]

READING = StoredSecret("HUBSPOT_READ_TOKEN", "Settings → Secrets and variables → Actions")
WRITING = StoredSecret("HUBSPOT_WRITE_TOKEN", "Settings → Environments → hubspot")


def planned_against(options: StepOptions, settings: Settings, base: Base, make: MakePlan = make_plan) -> Planned:
    """Make a plan with a base, in the way of one of the pipeline's functions."""
    declared = load(settings)
    with READING.named(), open_session(options.common, settings, StopRequest()) as session, session.reader() as portal:
        return make(declared, session.policy, portal, options.now(), base)
