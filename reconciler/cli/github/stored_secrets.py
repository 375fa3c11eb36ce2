"""Errors about HubSpot's token, with the name of the secret that holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.errors import AccessDenied, ReconcilerError


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
