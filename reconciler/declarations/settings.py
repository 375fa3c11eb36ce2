"""The settings of a run, read from `reconciler.yaml`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.declarations.events.declaring import Portals
from reconciler.declarations.events.file_names import (
    DEFAULTS_FILE,
    MISNAMED_SETTINGS,
    SETTINGS_FILE,
    is_declaration,
    wrong_name,
)
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.events.layers import SETTINGS, Layer
from reconciler.declarations.files.disk import Disk, as_seen, name_of, symbolic_link
from reconciler.declarations.files.trees import Tree
from reconciler.declarations.keys.readers import API_VERSIONS
from reconciler.declarations.values.corrections import by_likeness
from reconciler.declarations.values.validators import DEFAULT
from reconciler.diagnostics import Diagnostic, Severity, in_file_order
from reconciler.errors import DeclarationsInvalid, UsageError
from reconciler.policy import Orphans, Policy
from reconciler.safe_text import quoted

DEFAULT_API_VERSION = "2026-03"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings for one path and one environment; paths are as shown to people."""

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
    """The settings file; None if there is none, and every setting has its default."""
    hidden: Path | None = None
    """A settings file further up, which is not used."""
    portals: Portals = field(default_factory=Portals)
    silence: frozenset[str] = frozenset()
    """Codes of advice to leave out."""
    advice: tuple[Diagnostic, ...] = ()
    """Warnings about the settings file itself."""
    rules: HouseRules = field(default_factory=HouseRules)


def load_settings(path: Path, *, environment: str | None, api_version: str | None) -> Settings:
    """Find and read the settings for a file or folder of declarations.

    The nearest settings file at the path or above it, inside the work tree, is used. Raises `UsageError` if the path,
    the environment or the API version does not exist, and `DeclarationsInvalid` if the settings are wrong.
    """
    real = _existing(path)
    folder = real if real.is_dir() else real.parent
    source = _look_up(Disk(), folder, path)
    overrides = _overrides(source.environments, environment)
    return _settings(source, overrides, real, path, environment, api_version)


def settings_in(tree: Tree, settings: Settings) -> Settings:
    """Read the settings for the same root in another state of its work tree.

    The environment stays chosen only if those settings name it. Raises `DeclarationsInvalid` if they are wrong.
    """
    root = settings.root.resolve()
    source = _look_up(tree, root, settings.root)
    environment = settings.environment if settings.environment in source.environments else None
    overrides = _overrides(source.environments, environment)
    return _settings(source, overrides, root, settings.root, environment, None)


def nearest_settings(path: Path) -> Path | None:
    """Return the settings file that holds for a path, which need not exist, as shown to people; None without one."""
    file = _nearest_file(Disk(), path.resolve(), path)
    return None if file is None else as_seen(file, path)


def settings_to_be(path: Path, *, environment: str | None, api_version: str | None) -> Settings:
    """Return the settings for a path where there is no settings file yet; raise as `load_settings` does."""
    source = _Source(None, path.resolve(), {})
    return _settings(source, _overrides(source.environments, environment), source.root, path, environment, api_version)


@dataclass(frozen=True, slots=True)
class _Source:
    """The nearest settings file and its values; without a file, `root` is the folder where the search began."""

    file: Path | None
    root: Path
    values: Mapping[str, Any]
    hidden: Path | None = None
    advice: tuple[Diagnostic, ...] = ()

    @property
    def environments(self) -> Mapping[str, dict[str, Any]]:
        environments: Mapping[str, dict[str, Any]] = self.values.get("environments", {})
        return environments


def _look_up(tree: Tree, folder: Path, like: Path) -> _Source:
    file = _nearest_file(tree, folder, like)
    if file is None:
        return _Source(None, folder, {})
    above = (one / SETTINGS_FILE for one in _up_from(file.parent) if one != file.parent)
    hidden = next((one for one in above if tree.kind(str(one)) is not None), None)
    layer = _read(tree, file, like)
    return _Source(file, file.parent, layer.values, hidden, layer.problems)


def _settings(
    source: _Source,
    overrides: Mapping[str, Any],
    real: Path,
    like: Path,
    environment: str | None,
    api_version: str | None,
) -> Settings:
    values = {**source.values, **overrides}
    return Settings(
        root=as_seen(source.root, like),
        path=as_seen(real, like),
        environment=environment,
        environments=tuple(source.environments),
        api_version=_api_version(api_version, values),
        timezone=values.get("timezone"),
        policy=_policy(values, narrowed=real != source.root),
        portals=_portals(source, values),
        silence=frozenset(values.get("silence", ())),
        advice=source.advice,
        rules=_rules(values),
        file=None if source.file is None else as_seen(source.file, like),
        hidden=None if source.hidden is None else as_seen(source.hidden, like),
    )


def _existing(path: Path) -> Path:
    """Resolve the path, and refuse a link, which could lead a run out of the work tree."""
    try:
        real = path.resolve(strict=True)
        written = Path(os.path.abspath(path))  # noqa: PTH100  Path has no way to drop `..` without following links
        is_link = path.is_symlink() or (written != real and written.is_relative_to(Path.cwd()))
    except (OSError, RuntimeError) as reason:  # RuntimeError: a loop of links, before Python 3.13
        hint = "name the folder that holds the events; `reconciler init` makes one"
        raise UsageError(f"there is no {quoted(str(path))}", hint=hint) from reason
    if is_link:
        raise DeclarationsInvalid((symbolic_link(name_of(path)),))
    if not (real.is_dir() or _holds_events(real)):
        hint = "name a folder, or a .yaml file with events"
        raise UsageError(f"{quoted(str(path))} is not a file of declarations", hint=hint)
    return real


def _holds_events(file: Path) -> bool:
    return file.is_file() and is_declaration(file.name) and file.name != DEFAULTS_FILE


def top_of(folder: Path) -> Path:
    """Return the highest folder to search for settings, so that those of another project are never used."""
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


def _read(tree: Tree, file: Path, like: Path) -> Layer:
    shown = name_of(as_seen(file, like))
    layer = SETTINGS.check_file(tree.read(str(file), shown), shown)
    if any(problem.severity is Severity.ERROR for problem in layer.problems):
        raise DeclarationsInvalid(in_file_order(list(layer.problems)))
    return layer


def _overrides(environments: Mapping[str, dict[str, Any]], chosen: str | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    if chosen in environments:
        return environments[chosen]
    if chosen == DEFAULT:
        raise UsageError(f"{quoted(DEFAULT)} is the name of a run without --env", hint="leave --env out")
    known = ", ".join(by_likeness(chosen, environments))
    hint = f"the settings name {known}" if known else "the settings name no environments"
    raise UsageError(f"there is no environment {quoted(chosen)}", hint=hint)


def _api_version(chosen: str | None, values: Mapping[str, Any]) -> str:
    if chosen is None:
        return str(values.get("apiVersion", DEFAULT_API_VERSION))
    if chosen in API_VERSIONS:
        return chosen
    raise UsageError(f"there is no API version {quoted(chosen)}", hint=f"use one of {', '.join(API_VERSIONS)}")


def _portals(source: _Source, values: Mapping[str, Any]) -> Portals:
    of_environments = any("portal" in one for one in source.environments.values())
    return Portals(source.values.get("portal"), values.get("portal"), of_environments)


def _rules(values: Mapping[str, Any]) -> HouseRules:
    types = values.get("eventTypes")
    return HouseRules(values.get("names", {}), None if types is None else tuple(types))


def _policy(values: Mapping[str, Any], *, narrowed: bool) -> Policy:
    return Policy(
        portal=values.get("portal"),
        app_id=values.get("appId"),
        external_account_id=values.get("externalAccountId"),
        orphans=values.get("orphans", Orphans.REPORT),
        protect=tuple(values.get("protect", ())),
        besides=frozenset(values.get("besides", ())),
        narrowed=narrowed,
    )
