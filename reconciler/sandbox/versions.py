"""What differs between the versions of HubSpot's API."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """One version: where it is served, and in what its answers differ."""

    base: str
    """The path of the list, with which all other paths of marketing events begin."""
    account_details: str
    """The path of the account's details."""
    partly_failed: int
    """The status of a `batch/update` in which some items failed (FACTS 1.2)."""
    masks_substrings: bool
    """Whether a full property value has `maskedSubstrings` (FACTS 2.1)."""


V3 = Version(
    base="/marketing/v3/marketing-events",
    account_details="/account-info/v3/details",
    partly_failed=207,
    masks_substrings=True,
)
V3_LIST = "/marketing/marketing-events/v3"
"""Where HubSpot's description declares the list of v3; everybody calls it at the base (FACTS 1.1)."""


def _dated(name: str, *, partly_failed: int, masks_substrings: bool) -> Version:
    base, account_details = f"/marketing/marketing-events/{name}", f"/account-info/{name}/details"
    return Version(base, account_details, partly_failed, masks_substrings)


VERSIONS = (
    V3,
    _dated("2025-09", partly_failed=200, masks_substrings=False),
    _dated("2026-03", partly_failed=207, masks_substrings=True),
    _dated("2026-09", partly_failed=200, masks_substrings=False),
)
