"""Which app a token speaks for, with which scopes.

`sandbox-<appId>` reads and writes as that app, `sandbox-<appId>-read` only reads.
"""

import re
from dataclasses import dataclass

from reconciler.sandbox.refusals import missing_scope, unauthorized

READ = "crm.objects.marketing_events.read"
WRITE = "crm.objects.marketing_events.write"

_TOKEN = re.compile(r"sandbox-([1-9][0-9]{0,9})(-read)?")
APP_IDS = range(1, 2**31)
"""What may be an app's id: it is an int32."""


@dataclass(frozen=True)
class Caller:
    """An app, and what its token may do."""

    app_id: int
    scopes: tuple[str, ...]


NOBODY = Caller(0, ())


def identify(token: str) -> Caller | None:
    """Return whose token this is; None where the sandbox does not know it."""
    known = _TOKEN.fullmatch(token)
    if known is None or int(known[1]) not in APP_IDS:
        return None
    return Caller(int(known[1]), (READ,) if known[2] else (READ, WRITE))


def bearer(authorization: str) -> Caller | None:
    """Return whose token an Authorization header holds."""
    scheme, _, token = authorization.partition(" ")
    return identify(token.strip()) if scheme.lower() == "bearer" else None


def hide(text: str) -> str:
    """Return a text without the tokens it holds, for logs."""
    return _TOKEN.sub("sandbox-***", text)


def anybody(caller: Caller | None) -> Caller:
    """Let in everybody, also without a token."""
    return caller or NOBODY


def known(caller: Caller | None) -> Caller:
    """Let in every token that the sandbox knows, or refuse with 401."""
    if caller is None:
        raise unauthorized()
    return caller


def reader(caller: Caller | None) -> Caller:
    """Let in a token that may read, or refuse with 401 or 403."""
    return _with_scope(caller, READ)


def writer(caller: Caller | None) -> Caller:
    """Let in a token that may write, or refuse with 401 or 403."""
    return _with_scope(caller, WRITE)


def _with_scope(caller: Caller | None, scope: str) -> Caller:
    admitted = known(caller)
    if scope not in admitted.scopes:
        raise missing_scope(scope)
    return admitted
