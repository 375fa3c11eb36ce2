"""The files that `init` writes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reconciler.declarations.events.file_names import SETTINGS_FILE
from reconciler.declarations.files.disk import name_of
from reconciler.declarations.files.replacing import Replacement
from reconciler.declarations.keys.editor_schema import declarations_schema, settings_schema
from reconciler.declarations.keys.schema_line import schema_line
from reconciler.declarations.writing.first_files import GITIGNORE, IGNORED, ignores, pre_commit_text
from reconciler.diagnostics import Place, error
from reconciler.errors import ReconcilerError, Refused
from reconciler.render.json_text import json_text

SCHEMAS = Path("schema")
DECLARATIONS_SCHEMA = SCHEMAS / "declarations.json"
_SETTINGS_SCHEMA = SCHEMAS / "settings.json"
_GITIGNORE = ".gitignore"
_HOOKS = ".pre-commit-config.yaml"


def check_free(settings: Path | None, files: Sequence[Replacement]) -> None:
    """Raise `Refused` if there are settings, or if one of the new files is there already."""
    there = [] if settings is None else [name_of(settings)]
    reasons = tuple(
        error("file-exists", "this file is there already", Place(name), "change it by hand, or move it away")
        for name in (*there, *(file.shown for file in files if os.path.lexists(file.path)))
    )
    if reasons:
        raise Refused("nothing was written", reasons)


def hooks_file(path: Path) -> Replacement:
    """Return the settings of pre-commit, with hooks for the declarations at a path."""
    return _new(Path(_HOOKS), pre_commit_text(path.as_posix()))


def first_files(path: Path, settings: str) -> Iterator[Replacement]:
    """Yield the settings, and what stands beside them unless it is there: that may hold more than this would."""
    yield _new(path / SETTINGS_FILE, settings)
    for file, text in _alongside().items():
        if not os.path.lexists(file):
            yield _new(file, text)


def head_of_settings(path: Path) -> str:
    """Return the line at the head of the settings at a path, by which an editor finds their schema."""
    way = Path(os.path.relpath(_SETTINGS_SCHEMA, path)).as_posix()
    return f"{schema_line(way)}\n"


def written(files: Sequence[Replacement]) -> Iterator[str]:
    """Yield what was written."""
    return (f"wrote {file.shown}" for file in files)


def to_be_ignored() -> Iterator[str]:
    """Yield the line that is missing in a `.gitignore` that was there."""
    if not _is_ignored():
        yield f"add this line to {_GITIGNORE}: {IGNORED}"


def _alongside() -> Mapping[Path, str]:
    return {
        _SETTINGS_SCHEMA: json_text(settings_schema()),
        DECLARATIONS_SCHEMA: json_text(declarations_schema()),
        Path(_GITIGNORE): GITIGNORE,
    }


def _new(path: Path, text: str) -> Replacement:
    return Replacement(_place(path), name_of(path), None, text.encode())


def _place(path: Path) -> Path:
    """Return the absolute path of a file; a link below the current folder stays one, and is refused, not followed."""
    here = Path.cwd().resolve()
    place = Path(os.path.normpath(here / path))
    return place if place.is_relative_to(here) else path.resolve()


def _is_ignored() -> bool:
    try:
        return ignores(Path(_GITIGNORE).read_text("utf-8", errors="replace"))
    except FileNotFoundError:  # there is none, or a link that leads nowhere
        return False
    except OSError as reason:
        raise ReconcilerError(f"cannot read {_GITIGNORE}: {reason.strerror}") from reason
