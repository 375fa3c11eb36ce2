"""The differences between the versions of HubSpot's API."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Version:
    """One API version: its paths, and the differences in its answers."""

    base: str
    """The path of the list; all other paths of marketing events begin with it."""
    properties: str
    """The base path of the property definitions of a type of object."""
    account: str
    """The base path of the account information."""
    partly_failed: int
    """The status of a `batch/update` in which some items failed (FACTS 1.2)."""
    masks_substrings: bool
    """Whether a full property value has `maskedSubstrings` (FACTS 2.1)."""
    unknown_in_definitions: frozenset[str] = frozenset()
    """The keys of a property definition that only other versions have (FACTS 4.6)."""


V3 = Version(
    base="/marketing/v3/marketing-events",
    properties="/crm/v3/properties",
    account="/account-info/v3",
    partly_failed=207,
    masks_substrings=True,
)
V3_LIST = "/marketing/marketing-events/v3"
"""The path of the list in HubSpot's description of v3; clients call it at the base (FACTS 1.1)."""


def _dated(name: str, *, partly_failed: int, masks_substrings: bool) -> Version:
    return Version(
        base=f"/marketing/marketing-events/{name}",
        properties=f"/crm/properties/{name}",
        account=f"/account-info/{name}",
        partly_failed=partly_failed,
        masks_substrings=masks_substrings,
    )


_DISPLAY_HINTS = frozenset(("textDisplayHint", "numberDisplayHint", "currencyPropertyName"))

VERSIONS = (
    V3,
    _dated("2025-09", partly_failed=200, masks_substrings=False),
    _dated("2026-03", partly_failed=207, masks_substrings=True),
    replace(
        _dated("2026-09", partly_failed=200, masks_substrings=False),
        unknown_in_definitions=_DISPLAY_HINTS,
    ),
)
