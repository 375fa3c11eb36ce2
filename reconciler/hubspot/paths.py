"""Where HubSpot's endpoints are in each API version.

Sources are the sections of HubSpot's Marketing Events API reference, which describes the same paths for all four
versions; only the base differs, except that the reference prints v3's list under another path than every client calls.
"""

from dataclasses import dataclass
from urllib.parse import quote

EVENT_TYPES = ("0-54", "marketing_event")
"""What the Properties API calls events: the id of HubSpot's table of object types, and the name seen in use."""

TOKEN_DETAILS = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105  (a path, no secret)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the endpoints are in one API version."""

    version: str

    @property
    def events(self) -> str:
        """The list of all events; every other path starts with it."""
        if self.version == "v3":
            return "/marketing/v3/marketing-events"
        return f"/marketing/marketing-events/{self.version}"

    @property
    def account(self) -> str:
        """Account details: whose portal the token opens."""
        return f"/account-info/{self.version}/details"

    @property
    def usage(self) -> str:
        """How many requests private apps have sent today."""
        return f"/account-info/{self.version}/api-usage/daily/private-apps"

    @property
    def search(self) -> str:
        """Search by event id, our own app only."""
        return f"{self.events}/events/search"

    @property
    def create(self) -> str:
        """Make one event by its external ids."""
        return f"{self.events}/events"

    @property
    def upsert(self) -> str:
        """Make or replace events by their external ids."""
        return f"{self.events}/events/upsert"

    @property
    def update(self) -> str:
        """Change events by object id."""
        return f"{self.events}/batch/update"

    @property
    def archive(self) -> str:
        """Delete events by object id."""
        return f"{self.events}/batch/archive"

    def definitions(self, object_type: str) -> str:
        """All property definitions of an object type."""
        base = "/crm/v3/properties" if self.version == "v3" else f"/crm/properties/{self.version}"
        return f"{base}/{object_type}"

    def by_event_id(self, external_event_id: str) -> str:
        """One event by its external ids; the account id goes into the query."""
        return f"{self.events}/events/{_segment(external_event_id)}"

    def by_object_id(self, object_id: str) -> str:
        """One event of whichever app by its object id."""
        return f"{self.events}/{_segment(object_id)}"


def _segment(text: str) -> str:
    """Write an id as one segment of a path, which `.` and `..` are not."""
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")
