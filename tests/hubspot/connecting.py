"""How tests reach a server on the loopback."""

import ssl
from pathlib import Path

from reconciler.connections import Connection, Secret

CERTIFICATE = Path(__file__).parent / "loopback.pem"
"""A certificate of nobody for 127.0.0.1, with its key, good until 2126."""
EXPIRED = Path(__file__).parents[1] / "security" / "certificates" / "expired.pem"
"""Another one, which was good until 2021."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For httpx clients of plain HTTP: to make the default one takes longer than to make a sandbox."""
ANY_TOKEN = "pat-na1-any"


def to(base_url: str, *, token: str = ANY_TOKEN, proxy: str | None = None) -> Connection:
    """Say how to reach a server; it takes long to load the certificates of everybody who is trusted by default."""
    return Connection(Secret(token), base_url, proxy=proxy, ca_file=str(CERTIFICATE))
