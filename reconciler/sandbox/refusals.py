"""The ways in which HubSpot says no."""

from uuid import uuid4


class HubSpotError(Exception):
    """An answer that refuses a request: its HTTP status and HubSpot's standard error body (FACTS 3.3)."""

    def __init__(self, status: int, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message, "correlationId": str(uuid4()), **details}


def invalid(message: str, field: str) -> HubSpotError:
    """Refuse what was sent because of one field, a query parameter or the body as a whole."""
    detail = {"message": message, "code": "INVALID", "context": {"propertyName": [field]}}
    return HubSpotError(400, message, category="VALIDATION_ERROR", errors=[detail])


def missing(field: str) -> HubSpotError:
    """Refuse a request that lacks a field; the wording was reported for externalAccountId."""
    return invalid(f"{field} is required", field)


def unauthorized() -> HubSpotError:
    """Refuse a token that opens nothing."""
    return HubSpotError(401, "Authentication credentials not found.", category="INVALID_AUTHENTICATION")


def missing_scope(scope: str) -> HubSpotError:
    """Refuse a private app's token that lacks a scope, in the shape that private apps get."""
    detail = {"message": "One or more scopes are required.", "context": {"requiredGranularScopes": [scope]}}
    return HubSpotError(403, "Required scopes missing.", category="MISSING_SCOPES", errors=[detail])


def no_event() -> HubSpotError:
    """Say that there is no such event, or none that this app may see."""
    return HubSpotError(404, "No marketing event found", category="OBJECT_NOT_FOUND")


def no_path() -> HubSpotError:
    """Say that HubSpot has no such path; this category is made up, where reports only show the status."""
    return HubSpotError(404, "resource not found", category="RESOURCE_NOT_FOUND")


def no_method() -> HubSpotError:
    """Say that the path is there, but not for this method; the category is made up here as well."""
    return HubSpotError(405, "HTTP 405 Method Not Allowed", category="METHOD_NOT_ALLOWED")


def too_many_requests() -> HubSpotError:
    """Refuse a request over the rate; `errorType` stands where other bodies have `category` (FACTS 3.3)."""
    return HubSpotError(
        429,
        "You have reached your ten_secondly_rolling limit.",
        errorType="RATE_LIMIT",
        policyName="TEN_SECONDLY_ROLLING",
        requestId=str(uuid4()),
    )
