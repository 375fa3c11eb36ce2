"""The app and the scopes of a token.

`sandbox-<appId>` reads and writes as that app, `sandbox-<appId>-read` only reads.
"""

import re
from dataclasses import dataclass

from reconciler.sandbox.refusals import missing_scope, unauthorized

READ = "crm.objects.marketing_events.read"
WRITE = "crm.objects.marketing_events.write"

_TOKEN = re.compile(r"sandbox-([1-9][0-9]{0,9})(-read)?")
APP_IDS = range(1, 2**31)
"""The range of app ids, which are int32."""


@dataclass(frozen=True)
class Caller:
    """An app with the scopes of its token."""

    app_id: int
    scopes: tuple[str, ...]


NOBODY = Caller(0, ())


def identify(token: str) -> Caller | None:
    """Return the caller of a token; None if the sandbox does not know it."""
    known = _TOKEN.fullmatch(token)
    if known is None or int(known[1]) not in APP_IDS:
        return None
    return Caller(int(known[1]), (READ,) if known[2] else (READ, WRITE))


def bearer(authorization: str) -> Caller | None:
    """Return the caller of an Authorization header; None if it has no known token."""
    scheme, _, token = authorization.partition(" ")
    return identify(token.strip()) if scheme.lower() == "bearer" else None


def hide(text: str) -> str:
    """Return a text for logs, with its tokens masked."""
    return _TOKEN.sub("sandbox-***", text)


def anybody(caller: Caller | None) -> Caller:
    """Accept every caller, also one without a token."""
    return caller or NOBODY


def known(caller: Caller | None) -> Caller:
    """Accept every token that the sandbox knows; refuse others with 401."""
    if caller is None:
        raise unauthorized()
    return caller


def reader(caller: Caller | None) -> Caller:
    """Accept a token that may read; refuse others with 401 or 403."""
    return _with_scope(caller, READ)


def writer(caller: Caller | None) -> Caller:
    """Accept a token that may write; refuse others with 401 or 403."""
    return _with_scope(caller, WRITE)


def _with_scope(caller: Caller | None, scope: str) -> Caller:
    admitted = known(caller)
    if scope not in admitted.scopes:
        raise missing_scope(scope)
    return admitted
