"""The page of an event in HubSpot itself."""

import re

from reconciler.event import Identity
from reconciler.portal import Portal

_DOMAIN = re.compile(r"app(?:-[a-z0-9]{1,20})?\.hubspot\.com")
_NUMBER = re.compile(r"[0-9]{1,20}")
_MARKETING_EVENTS = "0-54"
"""The id of their object type (using object APIs, "Object type IDs")."""


def hubspot_page(portal: Portal, identity: Identity) -> str:
    """Return the address of an event's page in HubSpot; empty if it is not known.

    HubSpot documents the portal's own domain (account details, `uiDomain`), but not the form of the address: that is
    how HubSpot's own tools build it for every type of object. It is unverified for marketing events.
    """
    domain, number = portal.ui_domain or "", identity.object_id or ""
    if not (_DOMAIN.fullmatch(domain) and _NUMBER.fullmatch(number)):
        return ""
    return f"https://{domain}/contacts/{portal.id}/record/{_MARKETING_EVENTS}/{number}"
