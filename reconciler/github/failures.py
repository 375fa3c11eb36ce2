"""GitHub's error statuses as our errors (REST API: troubleshooting, rate limits)."""

from collections.abc import Mapping

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.json_values import Json
from reconciler.safe_text import shown
from reconciler.transport.headers import Headers, date_in, retry_after
from reconciler.transport.retrying import Passing

GITHUB_CONNECT_HINT = "check the network, the proxy and GITHUB_API_URL"

_LEAST_PAUSE = 60
"""Seconds to wait if an answer names no time, as GitHub's reference says."""
_LONGEST_TEXT = 300
_REDIRECT = range(300, 400)
_CLIENT_ERROR = range(400, 500)
_PASSING = frozenset({500, 502, 503, 504})


def error_of_status(status: int, headers: Headers, error_body: Mapping[str, Json], needs: str) -> ReconcilerError:
    """Return the error that a failed status means; `needs` is the permission that the request takes."""
    message = _message(error_body)
    if status == 429 or (status == 403 and _is_rate_limit(headers, error_body)):
        return _too_many(headers)
    if status == 401:
        hint = "pass the job's own token: GITHUB_TOKEN: ${{ github.token }}"
        return AccessDenied(f"GitHub does not accept the token: {message}", hint=hint)
    if status == 403:
        hint = f"give the job the permission {needs}; pull requests from forks get no write permissions"
        return AccessDenied(f"GitHub's token may not do this: {message}", hint=hint)
    if status in _PASSING:
        after = float(retry_after(headers) or 0)
        return Passing(f"GitHub keeps failing with status {status}: {message}", sent=True, after=after)
    if status in _REDIRECT:
        hint = "the repository may have another name now: check GITHUB_REPOSITORY"
        return Unavailable(f"GitHub answers with a redirect (status {status}), which is not followed", hint=hint)
    if status in _CLIENT_ERROR:
        return Rejected(f"GitHub refuses the request (status {status}): {message}", status=status)
    return Unavailable(f"GitHub fails with status {status}: {message}", sent=True)


def _is_rate_limit(headers: Headers, error_body: Mapping[str, Json]) -> bool:
    """Return whether a 403 means too many requests, not a missing permission."""
    if headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers:
        return True
    message = error_body.get("message")
    return isinstance(message, str) and "secondary rate limit" in message.lower()


def _too_many(headers: Headers) -> Passing:
    pause = _pause(headers)
    return Passing(
        "GitHub reports too many requests",
        sent=False,
        after=pause,
        hint=f"something else uses the same token's limit: try again in {pause:g} seconds",
    )


def _pause(headers: Headers) -> int:
    """Return the seconds to wait, by GitHub's `Retry-After`, by the reset time on its own clock, or by default."""
    if (seconds := retry_after(headers)) is not None:
        return seconds
    reset, now = headers.get("x-ratelimit-reset", ""), date_in(headers, "date")
    if headers.get("x-ratelimit-remaining") == "0" and now is not None and reset.isascii() and reset.isdigit():
        return max(int(reset[:12]) - now, 0) + 1
    return _LEAST_PAUSE


def _message(error_body: Mapping[str, Json]) -> str:
    """Return GitHub's message with those about single fields, safe to show."""
    errors = error_body.get("errors")
    texts = [error_body.get("message"), *map(_detail, errors if isinstance(errors, list) else [])]
    messages = [text for text in texts if isinstance(text, str) and text]
    return shown("; ".join(messages)[:_LONGEST_TEXT]) or "no reason given"


def _detail(error: Json) -> str:
    match error:
        case str():
            return error
        case {"message": str(message)}:
            return message
        case {"field": str(field), "code": str(code)}:
            return f"{field}: {code}"
        case _:
            return ""
