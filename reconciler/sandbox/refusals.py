"""HubSpot's error answers."""

from uuid import uuid4


class HubSpotError(Exception):
    """An error answer: its HTTP status and HubSpot's standard error body (FACTS 3.3)."""

    def __init__(self, status: int, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message, "correlationId": str(uuid4()), **details}


def invalid(message: str, field: str) -> HubSpotError:
    """Refuse a request because of one field, a query parameter or the whole body."""
    detail = {"message": message, "code": "INVALID", "context": {"propertyName": [field]}}
    return HubSpotError(400, message, category="VALIDATION_ERROR", errors=[detail])


def missing(field: str) -> HubSpotError:
    """Refuse a request that lacks a field; the wording was reported for externalAccountId."""
    return invalid(f"{field} is required", field)


def unauthorized() -> HubSpotError:
    """Refuse an unknown token."""
    return HubSpotError(401, "Authentication credentials not found.", category="INVALID_AUTHENTICATION")


def missing_scope(scope: str) -> HubSpotError:
    """Refuse a private app's token that lacks a scope, in the shape that private apps get."""
    detail = {"message": "One or more scopes are required.", "context": {"requiredGranularScopes": [scope]}}
    return HubSpotError(403, "Required scopes missing.", category="MISSING_SCOPES", errors=[detail])


def no_event() -> HubSpotError:
    """Refuse a request for an event that does not exist or that this app may not see."""
    return HubSpotError(404, "No marketing event found", category="OBJECT_NOT_FOUND")


def ids_differ() -> HubSpotError:
    """Refuse a PUT whose path and body name different events; HubSpot's answer is not known (FACTS 1.3)."""
    return invalid("externalEventId differs between the path and the body", "externalEventId")


def wrong_value(name: str, code: str, message: str) -> HubSpotError:
    """Refuse the value of a custom property, in the shape that HubSpot's CRM has for it."""
    detail = {"message": message, "code": code, "context": {"propertyName": [name]}}
    return HubSpotError(400, f"Property values were not valid: {message}", category="VALIDATION_ERROR", errors=[detail])


def already_there(portal_id: int, value: str, existing_id: int, object_id: int) -> HubSpotError:
    """Refuse to create an event whose `hs_unique_id` another has, in the reported shape (FACTS 3.3)."""
    place = f"portalId={portal_id}, objectTypeId=ObjectTypeId{{legacyObjectType=MARKETING_EVENT}}"
    return HubSpotError(
        400,
        f"Cannot set PropertyValueCoordinates{{{place}, propertyName=hs_unique_id, value={value}}} on {object_id}. "
        f"{existing_id} already has that value.",
        errorType="UNIQUE_VALUE_CONFLICT",
        errorTokens={
            "objectTypeId": ["0-54"],
            "propertyName": ["hs_unique_id"],
            "portalId": [str(portal_id)],
            "existingObjectId": [str(existing_id)],
            "conflictingValue": [value],
            "objectId": [str(object_id)],
        },
    )


def no_object_type(name: str) -> HubSpotError:
    """Refuse a type of object that the sandbox does not have; HubSpot's answer is not known."""
    return HubSpotError(404, f"Unable to infer object type from: {name}", category="OBJECT_NOT_FOUND")


def no_property(name: str) -> HubSpotError:
    """Refuse a property name that does not exist; the wording is a guess."""
    return HubSpotError(404, f"Property {name} does not exist", category="OBJECT_NOT_FOUND")


def no_path() -> HubSpotError:
    """Refuse an unknown path; reports only show the status, so the category is invented."""
    return HubSpotError(404, "resource not found", category="RESOURCE_NOT_FOUND")


def no_method() -> HubSpotError:
    """Refuse a method that the path does not support; the category is invented here too."""
    return HubSpotError(405, "HTTP 405 Method Not Allowed", category="METHOD_NOT_ALLOWED")


def too_many_requests(policy: str = "TEN_SECONDLY_ROLLING") -> HubSpotError:
    """Refuse a request over a limit; it has `errorType` where other bodies have `category` (FACTS 3.3)."""
    return HubSpotError(
        429,
        f"You have reached your {policy.lower()} limit.",
        errorType="RATE_LIMIT",
        policyName=policy,
        requestId=str(uuid4()),
    )


def with_status(status: int, scope: str, policy: str) -> HubSpotError:
    """Return HubSpot's error answer with this status, caused by a fault and not by the request.

    A 403 names `scope` as missing, a 429 names `policy` as the limit.
    """
    match status:
        case 401:
            return unauthorized()
        case 403:
            return missing_scope(scope)
        case 404:
            return no_event()
        case 405:
            return no_method()
        case 429:
            return too_many_requests(policy)
        case _:
            return _unseen(status)


def _unseen(status: int) -> HubSpotError:
    """Return an error answer whose body was never seen: the standard one, with an invented category."""
    match status:
        case 423:
            return HubSpotError(423, "The resource is locked for 2 seconds.", category="LOCKED")
        case 477:
            return HubSpotError(477, "This account is moving to another data center.", category="MIGRATION")
        case _ if status >= 500:
            return HubSpotError(status, f"HTTP {status}: internal error", category="INTERNAL_ERROR")
        case _:
            return HubSpotError(status, f"HTTP {status}: the request was refused", category="VALIDATION_ERROR")
