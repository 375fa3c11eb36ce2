"""The files that options name for writing to."""

import os
from pathlib import Path
from typing import Any

import click


class Target(click.Path):
    """A file to write; never a declaration, the settings or git's own."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; a usage error where writing there would destroy what the run is made of."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        real = Path(os.path.realpath(path))  # a link must not lead there either
        if real.suffix.lower() in {".yaml", ".yml"}:
            self.fail(f"{path} has the name of a declaration, and would be written over. Choose another.", param, ctx)
        if ".git" in map(str.lower, real.parts):
            self.fail(f"{path} lies in git's own folder. Choose another place.", param, ctx)
        return path


class KeptTarget(Target):
    """A file to write again and again; each time it is replaced whole, which no device or pipe can be."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; a usage error where something else than an ordinary file stands there."""
        path = super().convert(value, param, ctx)
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113  (Path's own may raise)
            self.fail(f"{path} is not an ordinary file, and is to be replaced as the run goes.", param, ctx)
        return path
