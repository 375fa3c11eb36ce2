"""The locks: what is installed from one is what it names, whatever else the package index holds by then."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.github.runner import ACTION, TOP, Runner
from tests.packages import Index, index_beyond, lock_for, pins, wheel_name

ACTION_LOCK = ACTION / "requirements.lock"
MAKEFILE_LOCKS = [
    Path("requirements.lock"),
    Path(".github/audit.lock"),
    Path("tests/fuzz/requirements.lock"),
    Path("tests/mutants/requirements.lock"),
]
HELD = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
IN_EVERY_VENV = {"pip", "setuptools"}
"""What a venv of some Python holds when it is new."""

Install = Callable[[Path, Path, Path, Mapping[str, str]], Path]
"""Installs a lock with a Python in a folder, and returns the Python that then has its packages."""


def with_make(lock: Path, python: Path, folder: Path, env: Mapping[str, str]) -> Path:
    """Install a lock with the one recipe of the Makefile by which all of its locks are installed."""
    makefile = folder / "Makefile"
    recipe = f"@$(find_python); $(call make_venv,{folder / 'venv'},{lock})"
    makefile.write_text(f"include {TOP / 'Makefile'}\ninstall:\n\t{recipe}\n")
    subprocess.run(["make", "-f", makefile, "install", f"PYTHON={python}"], env=env, check=True)
    return folder / "venv" / "bin" / "python"


def with_the_action(lock: Path, python: Path, folder: Path, env: Mapping[str, str]) -> Path:
    """Install a lock as the action does, for a tool that says which Python it was started with."""
    root, temp = folder / "root", folder / "temp"
    shutil.copytree(TOP / ACTION, root / ACTION)
    shutil.copy(lock, root / ACTION_LOCK)
    temp.mkdir()
    (root / "reconciler").mkdir()
    (root / "reconciler" / "__main__.py").write_text("import sys; print(sys.executable)")
    ended = Runner(root, folder, temp, python).run({"command": "plan"}, {"HUBSPOT_ACCESS_TOKEN": "", **env})
    assert ended.code == 0, ended.log
    return Path(ended.log.splitlines()[-1])


INSTALLS: dict[Path, Install] = {**dict.fromkeys(MAKEFILE_LOCKS, with_make), ACTION_LOCK: with_the_action}
LOCKS = list(INSTALLS)


def told_of(index: Index) -> dict[str, str]:
    """Return an environment in which pip knows this index alone, and nothing that it kept before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE"))}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index.url, "PIP_NO_CACHE_DIR": "1"}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python whose venvs are copies of one that is new: to put pip into each takes seconds."""
    folder = tmp_path_factory.mktemp("python")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    script = folder / "python"
    script.write_text(
        f"""#!/bin/sh
case "$*" in
  *"-m venv "*) for last; do :; done; cp -R "{folder}/venv" "$last" ;;
  *) exec "{sys.executable}" "$@" ;;
esac
"""
    )
    script.chmod(0o755)
    return script


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_is_all_that_is_looked_for(lock: Path, python: Path, tmp_path: Path) -> None:
    wanted = pins(TOP / lock)
    with index_beyond(wanted) as index:
        ours = tmp_path / "requirements.lock"
        ours.write_text(lock_for(index, wanted))
        installed = INSTALLS[lock](ours, python, tmp_path, told_of(index))
    here = [one for one in wanted if one.applies]
    assert index.taken == {wheel_name(one.name, one.version) for one in here}
    assert index.pages == {one.name for one in here}
    held = json.loads(subprocess.run([installed, "-c", HELD], capture_output=True, check=True).stdout)
    assert held.items() >= {(one.name, one.version) for one in here}
    assert held.keys() - IN_EVERY_VENV <= {one.name for one in here}


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_holds_the_hashes_of_each_package_and_no_address(lock: Path) -> None:
    text = (TOP / lock).read_text(encoding="utf-8")
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) == len(pins(TOP / lock))
    assert all(f"{line}\n    --hash=sha256:" in text for line in packages)
    assert "://" not in text


def test_these_are_the_locks() -> None:
    made = "\n".join(line for line in (TOP / "Makefile").read_text(encoding="utf-8").splitlines() if "LOCK :=" in line)
    folders = ["reconciler", "tests", ".github"]
    found = [*TOP.glob("*.lock"), *(path for folder in folders for path in (TOP / folder).rglob("*.lock"))]
    assert {path.relative_to(TOP) for path in found} == set(LOCKS)
    assert all(f" {lock}" in made for lock in [*MAKEFILE_LOCKS[1:], ACTION_LOCK])


def test_nothing_else_is_installed_by_pip() -> None:
    """Of what is installed, all is locked, or named with its version and installed alone."""
    scripts = [
        TOP / "Makefile",
        TOP / ".ci" / "run",
        *(TOP / ".github").rglob("*.sh"),
        *(TOP / ".github").rglob("*.yml"),
    ]
    lines = [line for script in scripts for line in script.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if "pip install" in line]) == 2
    assert all("--no-deps" in line for line in lines if "pip install" in line)
