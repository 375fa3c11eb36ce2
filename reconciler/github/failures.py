"""GitHub's error statuses as our errors (REST API: troubleshooting, rate limits)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.json_values import Json
from reconciler.safe_text import shown
from reconciler.transport.headers import Headers, date_in, retry_after, whole
from reconciler.transport.retrying import Passing, in_words

GITHUB_CONNECT_HINT = "check the network, the proxy and GITHUB_API_URL"


class TooManyRequests(Passing):
    """GitHub answers nothing before a time: too many requests came, in an hour or at once."""


_LEAST_PAUSE = 60
"""Seconds to wait if an answer names no time, as GitHub's reference says."""
_LONGEST_TEXT = 300
_MOST_DIGITS = 10
"""Digits of a time in seconds since 1970 until the year 2286."""
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
        return _denied(message, needs)
    if status in _PASSING:
        after = float(retry_after(headers) or 0)
        return Passing(f"GitHub keeps failing with status {status}: {message}", sent=True, after=after)
    if status in _REDIRECT:
        hint = "the repository may have another name now: check GITHUB_REPOSITORY"
        return Unavailable(f"GitHub answers with a redirect (status {status}), which is not followed", hint=hint)
    if status in _CLIENT_ERROR:
        return Rejected(f"GitHub refuses the request (status {status}): {message}", status=status)
    return Unavailable(f"GitHub fails with status {status}: {message}", sent=True)


def error_of_query(headers: Headers, answer: Mapping[str, Json], needs: str) -> ReconcilerError:
    """Return the error that the `errors` of a GraphQL query's answer mean; it may have answered a part of the query."""
    errors = answer.get("errors")
    kinds = {error.get("type") for error in errors if isinstance(error, dict)} if isinstance(errors, list) else set()
    message = _message(answer)
    if not kinds.isdisjoint(_LIMITED):
        return _too_many(headers)
    if not kinds.isdisjoint(_FORBIDDEN):
        return _denied(message, needs)
    if "NOT_FOUND" in kinds or _is_of_query(errors):
        return Rejected(f"GitHub refuses the query: {message}", status=200)
    return Passing(f"GitHub keeps failing to answer a query: {message}", sent=True)


def _is_of_query(errors: Json) -> bool:
    """Return whether GitHub says that the query itself is wrong, which it does with a code."""
    return isinstance(errors, list) and any(isinstance(error, dict) and "extensions" in error for error in errors)


_LIMITED = ("RATE_LIMITED", "RATE_LIMIT")
_FORBIDDEN = ("FORBIDDEN", "INSUFFICIENT_SCOPES")


def _denied(message: str, needs: str) -> AccessDenied:
    hint = f"give the job the permission {needs}; pull requests from forks get no write permissions"
    return AccessDenied(f"GitHub's token may not do this: {message}", hint=hint)


def _is_rate_limit(headers: Headers, error_body: Mapping[str, Json]) -> bool:
    """Return whether a 403 means too many requests, not a missing permission."""
    if headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers:
        return True
    message = error_body.get("message")
    return isinstance(message, str) and "secondary rate limit" in message.lower()


def _too_many(headers: Headers) -> TooManyRequests:
    pause, reset = _pause(headers), _reset(headers)
    message, shared = "GitHub reports too many requests", ""
    if reset is not None:
        limit = whole(headers, "x-ratelimit-limit")
        number = "" if limit is None else f" of {limit:,} requests"
        message = f"GitHub's hourly limit{number} is used up until {datetime.fromtimestamp(reset, UTC):%H:%M} UTC"
        shared = ": all runs of the repository share it"
    return TooManyRequests(message, sent=False, after=pause, hint=f"try again in {in_words(pause)}{shared}")


def _pause(headers: Headers) -> int:
    """Return the seconds to wait, by GitHub's `Retry-After`, by the reset time on its own clock, or by default."""
    if (seconds := retry_after(headers)) is not None:
        return seconds
    reset, now = _reset(headers), date_in(headers, "date")
    return _LEAST_PAUSE if reset is None or now is None else max(reset - now, 0) + 1


def _reset(headers: Headers) -> int | None:
    """Return when the hour ends whose requests are used up, in seconds since 1970; None if GitHub does not say so."""
    reset = headers.get("x-ratelimit-reset", "")
    known = reset.isascii() and reset.isdigit() and len(reset) <= _MOST_DIGITS
    return int(reset) if known and headers.get("x-ratelimit-remaining") == "0" else None


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
