"""An install from a lock holds exactly the locked packages, whatever else the package index offers."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.github.runner import ACTION, TOP, Runner
from tests.packages import Index, index_beyond, lock_for, pins, wheel_name

ACTION_LOCK = ACTION / "requirements.lock"
LOCKS = [
    ACTION_LOCK,
    Path("requirements.lock"),
    Path(".github/audit.lock"),
    Path("tests/bench/requirements.lock"),
    Path("tests/fuzz/requirements.lock"),
    Path("tests/mutants/requirements.lock"),
    Path(".github/release.lock"),
]
HELD = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
IN_EVERY_VENV = {"pip", "setuptools"}
"""What a venv of some Python holds when it is new."""

Install = Callable[[Path, Path, Path, Mapping[str, str]], Path]
"""Installs a lock with a Python in a folder, and returns the Python that then has its packages."""


def with_make(lock: Path, python: Path, folder: Path, env: Mapping[str, str]) -> Path:
    """Install a lock with the one recipe of the Makefile by which all of its locks are installed."""
    makefile, venv = folder / "Makefile", folder / "venv"
    recipe = f"@$(find_python); $(call make_venv,'{venv}','{lock}')"
    makefile.write_text(f"include Makefile\ninstall:\n\t{recipe}\n")
    subprocess.run(["make", "-f", makefile, "install", f"PYTHON={python}"], cwd=TOP, env=env, check=True)
    return venv / "bin" / "python"


def with_the_action(lock: Path, python: Path, folder: Path, env: Mapping[str, str]) -> Path:
    """Install a lock as the action does, with a stand-in for the tool that prints its Python."""
    root, temp = folder / "root", folder / "temp"
    shutil.copytree(TOP / ACTION, root / ACTION)
    shutil.copy(lock, root / ACTION_LOCK)
    temp.mkdir()
    (root / "reconciler").mkdir()
    (root / "reconciler" / "__main__.py").write_text("import sys; print(sys.executable)")
    ended = Runner(root, folder, temp, python).run({"command": "plan"}, {"HUBSPOT_ACCESS_TOKEN": "", **env})
    assert ended.code == 0, ended.log
    return Path(ended.log.splitlines()[-1])


def environment_for(index: Index) -> dict[str, str]:
    """Return an environment in which pip knows this index alone, and nothing that it kept before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE"))}
    direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    return kept | direct | {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index.url, "PIP_NO_CACHE_DIR": "1"}


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


@pytest.mark.parametrize("install", [with_make, with_the_action])
def test_a_lock_is_all_that_is_looked_for(install: Install, python: Path, tmp_path: Path) -> None:
    """There are two recipes, each of which installs any lock."""
    wanted = pins(TOP / ACTION_LOCK)
    with index_beyond(wanted) as index:
        ours = tmp_path / "requirements.lock"
        ours.write_text(lock_for(index, wanted))
        installed = install(ours, python, tmp_path, environment_for(index))
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
    assert all(f" {lock}" in made for lock in LOCKS if lock.parent != Path())


def installs() -> list[str]:
    """Return every command with which pip installs something: of the Makefile, the action, the workflows, CI."""
    make = ["make", "--dry-run", "setup", "audit", "bench", "fuzz", "mutants", "try-dist", "lock"]
    printed = subprocess.run(make, cwd=TOP, capture_output=True, text=True, check=True).stdout
    scripts = [TOP / ".ci" / "run", *(TOP / ".github").rglob("*.sh"), *(TOP / ".github").rglob("*.yml")]
    text = "\n".join([printed, *(script.read_text(encoding="utf-8") for script in scripts)])
    commands = re.split(r"\n|&&", text.replace("\\\n", " "))
    return [command for command in commands if re.search(r"\bpip\b.*\binstall\b", command)]


def test_whatever_pip_installs_it_looks_for_nothing_else() -> None:
    """All of it is locked, but for the project itself, its wheel, and uv, whose version is named."""
    commands = installs()
    assert all("--no-deps" in command for command in commands)
    locked = [command for command in commands if ".lock" in command]
    assert len(locked) == len(LOCKS)
    assert all("--require-hashes" in command for command in locked)
    rest = [
        re.findall(r"--editable \.|uv==[0-9.]+|'dist'/\*\.whl", command)
        for command in commands
        if command not in locked
    ]
    assert [len(found) for found in rest] == [1, 1, 1]


def test_the_actions_lock_holds_all_that_its_packages_ask_for() -> None:
    """Pip is not asked to look: what is missing would be missed by a user, at the first run."""
    held = {one.name: one.version for one in pins(TOP / ACTION_LOCK) if one.applies}
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(text for name in held for text in importlib.metadata.requires(name) or [])]
    for requirement in map(Requirement, asked):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            assert not requirement.extras  # the requirements of an extra are not checked here
            assert held[canonicalize_name(requirement.name)] in requirement.specifier
