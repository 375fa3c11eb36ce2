"""What a run goes by: the settings file and the environment, which nothing else reads."""

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from reconciler.declarations.characters import quoted
from reconciler.declarations.disk import Disk, as_seen, name_of, symbolic_link
from reconciler.declarations.names import DEFAULTS_FILE, MISNAMED_SETTINGS, SETTINGS_FILE, is_declaration, wrong_name
from reconciler.declarations.nearest import by_likeness
from reconciler.declarations.schema import API_VERSIONS, SETTINGS
from reconciler.declarations.trees import Tree
from reconciler.declarations.values import web_address
from reconciler.declarations.wrong import Wrong
from reconciler.diagnostics import in_file_order
from reconciler.errors import AccessDenied, DeclarationsInvalid, UsageError
from reconciler.policy import Orphans, Policy

DEFAULT_API_VERSION = "2026-03"
DEFAULT_BASE_URL = "https://api.hubapi.com"
DEFAULT_GITHUB_API_URL = "https://api.github.com"

_SENDABLE = re.compile(r"[\x21-\x7e]+")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
_LOOPBACK_6 = ipaddress.ip_address("::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings file says, for one path and one environment; paths are as people see them."""

    root: Path
    path: Path
    environment: str | None
    environments: tuple[str, ...]
    """The environments that can be chosen."""
    api_version: str
    timezone: str | None
    """For times without an offset, where the event names no zone of its own."""
    policy: Policy
    file: Path | None
    """The settings file; without one everything has its default."""
    hidden: Path | None = None
    """A settings file further above, which does not hold."""


def load_settings(path: Path, *, environment: str | None, api_version: str | None) -> Settings:
    """Find the settings for a file or folder of declarations, and read them.

    They are the nearest ones at the path or above it inside the work tree. `UsageError` where the path, the
    environment or the API version is not there; `DeclarationsInvalid` where the settings are wrong.
    """
    real = _existing(path)
    folder = real if real.is_dir() else real.parent
    said = _look_up(Disk(), folder, path)
    overrides = _overrides(said.environments, environment)
    return _settings(said, overrides, real, path, environment, api_version)


def settings_in(tree: Tree, settings: Settings) -> Settings:
    """Give the settings for the same root as another state of its work tree has them.

    An environment that they did not name then is not chosen. `DeclarationsInvalid` where they are wrong.
    """
    root = settings.root.resolve()
    said = _look_up(tree, root, settings.root)
    environment = settings.environment if settings.environment in said.environments else None
    overrides = _overrides(said.environments, environment)
    return _settings(said, overrides, root, settings.root, environment, None)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the nearest settings file says; without one nothing, and the root is where it was looked for."""

    file: Path | None
    root: Path
    values: Mapping[str, Any]
    hidden: Path | None = None

    @property
    def environments(self) -> Mapping[str, dict[str, Any]]:
        found: Mapping[str, dict[str, Any]] = self.values.get("environments", {})
        return found


def _look_up(tree: Tree, folder: Path, like: Path) -> _Said:
    file = _nearest_file(tree, folder, like)
    if file is None:
        return _Said(None, folder, {})
    above = (one / SETTINGS_FILE for one in _up_from(file.parent) if one != file.parent)
    hidden = next((one for one in above if tree.kind(str(one)) is not None), None)
    return _Said(file, file.parent, _read(tree, file, like), hidden)


def _settings(
    said: _Said, overrides: Mapping[str, Any], real: Path, like: Path, environment: str | None, api_version: str | None
) -> Settings:
    values = {**said.values, **overrides}
    return Settings(
        root=as_seen(said.root, like),
        path=as_seen(real, like),
        environment=environment,
        environments=tuple(said.environments),
        api_version=_api_version(api_version, values),
        timezone=values.get("timezone"),
        policy=_policy(values, narrowed=real != said.root),
        file=None if said.file is None else as_seen(said.file, like),
        hidden=None if said.hidden is None else as_seen(said.hidden, like),
    )


def _existing(path: Path) -> Path:
    """Give the path that is really meant; a link could lead a run out of the work tree."""
    try:
        real = path.resolve(strict=True)
        written = Path(os.path.abspath(path))  # noqa: PTH100  Path has no way to drop `..` without following links
        is_link = path.is_symlink() or (written != real and written.is_relative_to(Path.cwd()))
    except (OSError, RuntimeError) as reason:  # RuntimeError: a loop of links, before Python 3.13
        raise UsageError(f"there is no {quoted(str(path))}", hint="name the folder that holds the events") from reason
    if is_link:
        raise DeclarationsInvalid((symbolic_link(name_of(path)),))
    if not (real.is_dir() or _holds_events(real)):
        hint = "name a folder, or a .yaml file with events"
        raise UsageError(f"{quoted(str(path))} is not a file of declarations", hint=hint)
    return real


def _holds_events(file: Path) -> bool:
    return file.is_file() and is_declaration(file.name) and file.name != DEFAULTS_FILE


def top_of(folder: Path) -> Path:
    """Give the highest folder whose settings may hold: a file of another project must never do."""
    for above in (folder, *folder.parents):
        if os.path.lexists(above / ".git"):
            return above
    here = Path.cwd()
    return here if folder.is_relative_to(here) else folder


def _up_from(folder: Path) -> Iterator[Path]:
    top = top_of(folder)
    return (above for above in (folder, *folder.parents) if above.is_relative_to(top))


def _nearest_file(tree: Tree, folder: Path, like: Path) -> Path | None:
    for above in _up_from(folder):
        if tree.kind(str(above / SETTINGS_FILE)) is not None:
            return above / SETTINGS_FILE
        if tree.kind(str(misnamed := above / MISNAMED_SETTINGS)) is not None:
            raise DeclarationsInvalid((wrong_name(name_of(as_seen(misnamed, like)), SETTINGS_FILE),))
    return None


def _read(tree: Tree, file: Path, like: Path) -> dict[str, Any]:
    shown = name_of(as_seen(file, like))
    layer = SETTINGS.check_file(tree.read(str(file), shown), shown)
    if layer.problems:
        raise DeclarationsInvalid(in_file_order(list(layer.problems)))
    return layer.values


def _overrides(environments: Mapping[str, dict[str, Any]], chosen: str | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    if chosen in environments:
        return environments[chosen]
    known = ", ".join(by_likeness(chosen, environments))
    hint = f"the settings know {known}" if known else "the settings name no environments"
    raise UsageError(f"there is no environment {quoted(chosen)}", hint=hint)


def _api_version(chosen: str | None, said: Mapping[str, Any]) -> str:
    if chosen is None:
        return str(said.get("apiVersion", DEFAULT_API_VERSION))
    if chosen in API_VERSIONS:
        return chosen
    raise UsageError(f"there is no API version {quoted(chosen)}", hint=f"use one of {', '.join(API_VERSIONS)}")


def _policy(said: Mapping[str, Any], *, narrowed: bool) -> Policy:
    return Policy(
        portal=said.get("portal"),
        app_id=said.get("appId"),
        external_account_id=said.get("externalAccountId"),
        orphans=said.get("orphans", Orphans.REPORT),
        protect=tuple(said.get("protect", ())),
        narrowed=narrowed,
    )


class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text itself."""
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
    """Give what git is started with: no token, no other repository than the one that is named, no network."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_NOT_FOR_GIT)}
    return kept | {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


_NOT_FOR_GIT = (
    "HUBSPOT_",
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_SHALLOW_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE"),
)


def load_connection(environ: Mapping[str, str] = os.environ) -> Connection:
    """Read from the environment how HubSpot is reached; an empty variable counts as none.

    `AccessDenied` where there is no token, or one that cannot be sent; `UsageError` where an address or a file
    is wrong.
    """
    return Connection(
        token=_token(environ, "HUBSPOT_ACCESS_TOKEN", "put the access token of the HubSpot app into it"),
        base_url=_base_url(environ, "HUBSPOT_BASE_URL", DEFAULT_BASE_URL),
        proxy=_proxy(environ.get("https_proxy") or environ.get("HTTPS_PROXY")),
        ca_file=_ca_file(environ.get("SSL_CERT_FILE")),
    )


@dataclass(frozen=True, slots=True)
class GitHubConnection:
    """How GitHub is reached, and which repository this is about."""

    token: Secret
    api_url: str
    """Without a slash at its end."""
    repository: str
    """As `owner/name`."""
    proxy: str | None = field(repr=False)
    """It may carry a password."""
    ca_file: str | None


def load_github_connection(environ: Mapping[str, str] = os.environ) -> GitHubConnection:
    """Read from the environment how GitHub is reached; Actions sets all but the token.

    `AccessDenied` where there is no token, or one that cannot be sent; `UsageError` where an address, a file or the
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
        said = f"is {quoted(name)}" if name else "is not set"
        raise UsageError(f"GITHUB_REPOSITORY {said}", hint="it names the repository as owner/name")
    return name


def _token(environ: Mapping[str, str], variable: str, hint: str) -> Secret:
    token = environ.get(variable, "").strip()
    if not token:
        raise AccessDenied(f"{variable} is not set", hint=hint)
    if not _SENDABLE.fullmatch(token):
        raise AccessDenied(f"{variable} holds characters that no token has", hint="copy the token again")
    return Secret(token)


def _base_url(environ: Mapping[str, str], variable: str, default: str) -> str:
    text = environ.get(variable) or default
    parts = _address(variable, text, default)
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise UsageError(f"{variable} is more than a host and a path", hint=f"for example {default}")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise UsageError(f"{variable} would send the token unencrypted", hint="use https://")
    return text.rstrip("/")


def _proxy(text: str | None) -> str | None:
    if not text:
        return None
    address = text if "://" in text else f"http://{text}"  # as curl and others read it
    _address("HTTPS_PROXY", address, DEFAULT_BASE_URL)
    return address


def _ca_file(text: str | None) -> str | None:
    if not text:
        return None
    if not Path(text).is_file():
        raise UsageError(f"SSL_CERT_FILE names no file: {quoted(text)}", hint="name a file of certificates")
    return text


def _address(variable: str, text: str, example: str) -> SplitResult:
    try:
        return web_address(text)
    except Wrong as wrong:
        raise UsageError(f"{variable}: {wrong.message}", hint=f"for example {example}") from wrong


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address in _LOOPBACK or address == _LOOPBACK_6
