"""Which addresses GitHub's answers may lead to."""

from urllib.parse import SplitResult, urlsplit


def is_of_the_api(address: str, api_url: str) -> bool:
    """Tell whether an address is one of the same API, so that the token may be sent there."""
    parts, api = _parts(address), urlsplit(api_url)
    if parts is None or ".." in parts.path.split("/"):
        return False
    same = (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
    return same and parts.path.startswith(f"{api.path}/")


def is_secure(address: str) -> bool:
    """Tell whether what comes from an address is encrypted on its way."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "https"


def host_of(address: str) -> str:
    """Give an address's host and port, which may be shown; what follows them may open a door."""
    parts = _parts(address)
    return "" if parts is None else parts.netloc


def _parts(address: str) -> SplitResult | None:
    """Take an address apart; None where two readers might not agree on where it leads."""
    if not (address.isascii() and address.isprintable()) or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        is_complete = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_complete and "@" not in parts.netloc else None
