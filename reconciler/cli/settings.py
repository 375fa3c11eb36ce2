"""The settings of a run, as the common options choose them."""

from pathlib import Path

from reconciler.cli.options import Common
from reconciler.declarations.settings import Settings, load_settings


def settings_at(path: Path, common: Common) -> Settings:
    """Find and read the settings for a file or folder of declarations; raise what `load_settings` raises."""
    return load_settings(path, environment=common.environment, api_version=common.api_version)
