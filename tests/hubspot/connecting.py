"""Connections of tests to a server on the loopback."""

import ssl
from pathlib import Path

from reconciler.connections import Connection, Secret

CERTIFICATE = Path(__file__).parent / "loopback.pem"
"""A self-signed certificate for 127.0.0.1, with its key, valid until 2126."""
EXPIRED = Path(__file__).parents[1] / "security" / "certificates" / "expired.pem"
"""Another one, which was valid until 2021."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For httpx clients of plain HTTP: the default one takes longer to make than a sandbox."""
ANY_TOKEN = "pat-na1-any"


def to(base_url: str, *, token: str = ANY_TOKEN, proxy: str | None = None) -> Connection:
    """Return a connection to a server; loading the usual certificates would take too long."""
    return Connection(Secret(token), base_url, proxy=proxy, ca_file=str(CERTIFICATE))
