"""The connections to HubSpot, GitHub and git, read from the environment."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult

from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.validators import web_address
from reconciler.errors import AccessDenied, UsageError
from reconciler.safe_text import quoted

DEFAULT_BASE_URL = "https://api.hubapi.com"
DEFAULT_GITHUB_API_URL = "https://api.github.com"
_PROXY_EXAMPLE = "http://proxy.example:3128"

_SENDABLE = re.compile(r"[\x21-\x7e]+")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?")
_NUMERIC = re.compile(r"(^|\.)([0-9]+|0[xX][0-9A-Fa-f]*)\.?$")
"""A host that ends in a number is an IP address, which can be spelt in several ways (URL standard, host parsing)."""
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
_LOOPBACK_6 = ipaddress.ip_address("::1")


class Secret:
    """A text that only `reveal` shows; `str` and `repr` hide it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Connection:
    """How HubSpot is reached."""

    token: Secret
    base_url: str
    """Without a slash at its end."""
    proxy: str | None = field(repr=False)
    """It may carry a password."""
    ca_file: str | None


def git_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment that git runs in: no token, no other repository than the named one, no network."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_NOT_FOR_GIT)}
    return kept | _FOR_GIT


_FOR_GIT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    # A replacement is fetched like any ref, and could show another commit than the one that was named.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
_NOT_FOR_GIT = (
    *("HUBSPOT_", "GITHUB_TOKEN", "GH_TOKEN"),
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_SHALLOW_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE"),
)


def load_connection(environ: Mapping[str, str] = os.environ) -> Connection:
    """Read the connection to HubSpot from the environment; an empty variable counts as not set.

    Raises `AccessDenied` if there is no token, or one that cannot be sent; `UsageError` if an address or a file is
    wrong.
    """
    return Connection(
        token=_token(environ, "HUBSPOT_ACCESS_TOKEN", "put the access token of the HubSpot app into it"),
        base_url=_base_url(environ, "HUBSPOT_BASE_URL", DEFAULT_BASE_URL),
        proxy=_proxy(environ.get("https_proxy") or environ.get("HTTPS_PROXY")),
        ca_file=_ca_file(environ.get("SSL_CERT_FILE")),
    )


@dataclass(frozen=True, slots=True)
class GitHubConnection:
    """How GitHub is reached, and for which repository."""

    token: Secret
    api_url: str
    """Without a slash at its end."""
    repository: str
    """As `owner/name`."""
    proxy: str | None = field(repr=False)
    """It may carry a password."""
    ca_file: str | None


def load_github_connection(environ: Mapping[str, str] = os.environ) -> GitHubConnection:
    """Read the connection to GitHub from the environment; Actions sets everything but the token.

    Raises `AccessDenied` if there is no token, or one that cannot be sent; `UsageError` if an address, a file or the
    repository is wrong.
    """
    return GitHubConnection(
        token=_token(environ, "GITHUB_TOKEN", "set it in the workflow's step: GITHUB_TOKEN: ${{ github.token }}"),
        api_url=_base_url(environ, "GITHUB_API_URL", DEFAULT_GITHUB_API_URL),
        repository=_repository(environ.get("GITHUB_REPOSITORY", "")),
        proxy=_proxy(environ.get("https_proxy") or environ.get("HTTPS_PROXY")),
        ca_file=_ca_file(environ.get("SSL_CERT_FILE")),
    )


def _repository(name: str) -> str:
    if not _REPOSITORY.fullmatch(name):
        problem = f"is {quoted(name)}" if name else "is not set"
        raise UsageError(f"GITHUB_REPOSITORY {problem}", hint="set it to the repository, as owner/name")
    return name


def _token(environ: Mapping[str, str], variable: str, hint: str) -> Secret:
    token = environ.get(variable, "").strip()
    if not token:
        raise AccessDenied(f"{variable} is not set", hint=hint)
    if not _SENDABLE.fullmatch(token):
        hint = 'copy the token again, without "Bearer"' if " " in token else "copy the token again"
        raise AccessDenied(f"{variable} holds characters that no token has", hint=hint)
    return Secret(token)


def _base_url(environ: Mapping[str, str], variable: str, default: str) -> str:
    text = environ.get(variable) or default
    parts = _address(variable, text, default)
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise UsageError(f"{variable} contains more than a host and a path", hint=f"for example {default}")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise UsageError(f"{variable} would send the token unencrypted", hint="use https://")
    return _with_lower_scheme(text).rstrip("/")


def _proxy(text: str | None) -> str | None:
    if not text:
        return None
    address = text if "://" in text else f"http://{text}"  # curl and other programs also take a host alone
    address = _with_lower_scheme(address)
    if not address.startswith(("http://", "https://")):
        raise UsageError("HTTPS_PROXY must begin with http:// or https://", hint=f"for example {_PROXY_EXAMPLE}")
    _address("HTTPS_PROXY", address, _PROXY_EXAMPLE)
    return address


def _with_lower_scheme(address: str) -> str:
    """Return an address with its scheme in lower case, because other code compares it with `https`."""
    scheme, mark, rest = address.partition(":")
    return f"{scheme.lower()}{mark}{rest}"


def _ca_file(text: str | None) -> str | None:
    if not text:
        return None
    if not Path(text).is_file():
        raise UsageError(f"SSL_CERT_FILE is not a file: {quoted(text)}", hint="set it to a file of certificates")
    return text


def _address(variable: str, text: str, example: str) -> SplitResult:
    try:
        parts = web_address(text)
    except Wrong as error:
        raise UsageError(f"{variable}: {error.message}", hint=f"for example {example}") from error
    if not _is_plain(parts):
        raise UsageError(f"{variable} does not name a valid host", hint=f"for example {example}")
    return parts


def _is_plain(parts: SplitResult) -> bool:
    """Return whether every parser finds the same host: it is an ASCII name or an IP address in full form."""
    host = parts.hostname or ""
    if not _HOST.fullmatch(parts.netloc.rpartition("@")[2]):
        return False
    try:
        return not (":" in host or _NUMERIC.search(host)) or bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address in _LOOPBACK or address == _LOOPBACK_6
