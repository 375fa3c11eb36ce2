"""The wheel and the sdist of a release, checked as an index and its users would find them."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename

from reconciler import __version__

TOP = Path(__file__).parents[1]
NAME = "hubspot-reconciler"
PACKAGE = "reconciler"


def wheel_in(folder: Path) -> Path:
    """Return the one wheel in a folder."""
    (wheel,) = folder.glob("*.whl")
    return wheel


def sdist_in(folder: Path) -> Path:
    """Return the one sdist in a folder."""
    (sdist,) = folder.glob("*.tar.gz")
    return sdist


def files_of_wheel(wheel: Path) -> dict[str, bytes]:
    """Read every file in a wheel, by its path."""
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def files_of_sdist(sdist: Path) -> dict[str, bytes]:
    """Read every file in an sdist, by its path below the folder that holds all of it."""
    with tarfile.open(sdist) as opened:
        files = [(one.name, opened.extractfile(one)) for one in opened if one.isfile()]
        return {name.partition("/")[2]: file.read() for name, file in files if file is not None}


def not_ignored() -> frozenset[str]:
    """Return the files of the package that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", PACKAGE]
    listed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    return frozenset(listed.stdout.split("\0")) - {""}


def check(folder: Path, known: frozenset[str]) -> None:
    """Check that a folder holds one wheel and one sdist of this version, each with valid metadata.

    Each must hold the package's files that are `known`, and no others. Raises `AssertionError` with what is wrong.
    """
    wheel, sdist = wheel_in(folder), sdist_in(folder)
    assert set(folder.iterdir()) == {wheel, sdist}, f"{folder} holds more than a wheel and an sdist"
    assert parse_wheel_filename(wheel.name)[:2] == parse_sdist_filename(sdist.name), "they are not of one version"
    for files, description in (
        (built := files_of_wheel(wheel), f"hubspot_reconciler-{__version__}.dist-info/METADATA"),
        (source := files_of_sdist(sdist), "PKG-INFO"),
    ):
        _check_metadata(files[description])
        package = {name for name in files if name.startswith(f"{PACKAGE}/")}
        assert package == known, f"these files should not be there, or are missing: {sorted(package ^ known)}"
        assert all(files[name] == (TOP / name).read_bytes() for name in package), "a file has changed"
    assert {"LICENSE", "README.md", "pyproject.toml"} <= source.keys()
    assert any(name.endswith("/licenses/LICENSE") for name in built)


def _check_metadata(text: bytes) -> None:
    """Check metadata as an index does, and that it is that of this version."""
    metadata = Metadata.from_email(text, validate=True)
    assert (metadata.name, str(metadata.version)) == (NAME, __version__)
    assert metadata.description_content_type == "text/markdown"
    readme = (TOP / "README.md").read_text("utf-8")
    assert (metadata.description or "").strip() == readme.strip(), "the description is not the README"


if __name__ == "__main__":
    check(Path(sys.argv[1]), not_ignored())
