"""What differs between the versions of HubSpot's API."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Version:
    """One version: where it is served, and in what its answers differ."""

    base: str
    """The path of the list, with which all other paths of marketing events begin."""
    properties: str
    """The path below which a type of object has its property definitions."""
    account: str
    """The path below which the account tells of itself."""
    partly_failed: int
    """The status of a `batch/update` in which some items failed (FACTS 1.2)."""
    masks_substrings: bool
    """Whether a full property value has `maskedSubstrings` (FACTS 2.1)."""
    unknown_in_definitions: frozenset[str] = frozenset()
    """The keys that a property's definition has in other versions only (FACTS 4.6)."""


V3 = Version(
    base="/marketing/v3/marketing-events",
    properties="/crm/v3/properties",
    account="/account-info/v3",
    partly_failed=207,
    masks_substrings=True,
)
V3_LIST = "/marketing/marketing-events/v3"
"""Where HubSpot's description declares the list of v3; everybody calls it at the base (FACTS 1.1)."""


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
