"""Paths of HubSpot's endpoints in each API version.

The source is HubSpot's Marketing Events API reference, which describes the same paths for all four versions; only the
base differs. One exception: for v3's list the reference prints another path than every client calls.
"""

from dataclasses import dataclass
from urllib.parse import quote

EVENT_TYPES = ("0-54", "marketing_event")
"""Names of events in the Properties API: the id in HubSpot's table of object types, and the name seen in use."""

TOKEN_DETAILS = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105  (a path, no secret)


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one API version."""

    version: str

    @property
    def events(self) -> str:
        """The list of all events; every other path starts with it."""
        if self.version == "v3":
            return "/marketing/v3/marketing-events"
        return f"/marketing/marketing-events/{self.version}"

    @property
    def account(self) -> str:
        """Account details of the token's portal."""
        return f"/account-info/{self.version}/details"

    @property
    def usage(self) -> str:
        """The number of requests that private apps have sent today."""
        return f"/account-info/{self.version}/api-usage/daily/private-apps"

    @property
    def search(self) -> str:
        """Search by event id, within our own app's events."""
        return f"{self.events}/events/search"

    @property
    def create(self) -> str:
        """Create one event by its external ids."""
        return f"{self.events}/events"

    @property
    def upsert(self) -> str:
        """Create or replace events by their external ids."""
        return f"{self.events}/events/upsert"

    @property
    def update(self) -> str:
        """Update events by object id."""
        return f"{self.events}/batch/update"

    @property
    def archive(self) -> str:
        """Delete events by object id."""
        return f"{self.events}/batch/archive"

    def definitions(self, object_type: str) -> str:
        """Return the path of all property definitions of an object type."""
        base = "/crm/v3/properties" if self.version == "v3" else f"/crm/properties/{self.version}"
        return f"{base}/{object_type}"

    def by_event_id(self, external_event_id: str) -> str:
        """Return the path of one event by its external ids; the account id goes into the query."""
        return f"{self.events}/events/{_segment(external_event_id)}"

    def by_object_id(self, object_id: str) -> str:
        """Return the path of one event of any app by its object id."""
        return f"{self.events}/{_segment(object_id)}"


def _segment(text: str) -> str:
    """Escape an id as one segment of a path; `.` and `..` would be read as folders."""
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")
