"""The wheel has the same bytes for the same commit, wherever and whenever it is built."""

import os
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

TOP = Path(__file__).parents[2]
BUILD = "from flit_core.buildapi import build_wheel; print(build_wheel('dist'))"
SINCE = "1800000000"
"""Seconds since 1970: the time that all files in the wheel get."""


def built(folder: Path, *, at: int, zone: str, mode: int) -> Path:
    """Build the wheel of a copy whose files have another time and other permissions, under another clock."""
    shutil.copytree(TOP / "reconciler", folder / "reconciler", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)
        os.utime(path, (at, at))
    environment = {"PATH": os.environ["PATH"], "TZ": zone, "SOURCE_DATE_EPOCH": SINCE, "PYTHONHASHSEED": str(at % 100)}
    command = [sys.executable, "-I", "-c", BUILD]
    (folder / "dist").mkdir()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    (wheel,) = (folder / "dist").iterdir()
    return wheel


def test_two_builds_of_one_commit_are_the_same_to_the_byte(tmp_path: Path) -> None:
    one = built(tmp_path / "here", at=1_700_000_000, zone="Pacific/Auckland", mode=0o644)
    other = built(tmp_path / "elsewhere", at=1_750_000_077, zone="America/Lima", mode=0o600)
    assert sha256(one.read_bytes()).digest() == sha256(other.read_bytes()).digest()


def test_the_wheel_holds_the_product_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(built(tmp_path / "here", at=1_700_000_000, zone="UTC", mode=0o644)) as wheel:
        names = wheel.namelist()
    inside = {name for name in names if name.startswith("reconciler/")}
    assert inside == {
        str(path.relative_to(TOP))
        for path in (TOP / "reconciler").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert all(".dist-info/" in name for name in set(names) - inside)
