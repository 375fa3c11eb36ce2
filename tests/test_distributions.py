"""The wheel and the sdist: the recipes of a release build, check and try them, and they install as README says."""

import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reconciler import __version__
from tests.distributions import TOP, check, not_ignored, sdist_in, wheel_in
from tests.fresh_python import alone, fresh_python
from tests.packages import Index, index_of

SEED = TOP / "docs" / "sandbox-seed.json"
DEMO: tuple[str | Path, ...] = ("events", "--sandbox", "--sandbox-seed", SEED, "--sandbox-date", "2027-02-01")


def build(dist: Path) -> None:
    """Build and check with the recipe of `make dist`."""
    makefile = dist.with_suffix(".mk")
    makefile.write_text(f"include Makefile\nbuild:\n\t@$(call build,'{sys.executable}')\n", encoding="utf-8")
    run("make", "-f", makefile, "build", f"DIST={dist}", folder=TOP).check_returncode()


def run(
    *command: str | Path, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    kept = alone() if environment is None else environment
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "dist"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_python(tmp_path_factory.mktemp("python"))


@pytest.fixture
def index(dist: Path) -> Iterator[Index]:
    with index_of({path.name: path.read_bytes() for path in dist.iterdir()}) as running:
        yield running


def test_a_wheel_and_an_sdist_are_built_and_pass_the_check(dist: Path) -> None:
    names = {f"hubspot_reconciler-{__version__}{end}" for end in ("-py3-none-any.whl", ".tar.gz")}
    assert {path.name for path in dist.iterdir()} == names


def test_the_sdist_makes_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist_in(dist)) as opened:
        opened.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    made_at = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=TOP, capture_output=True, text=True, check=True)
    script = "from flit_core.buildapi import build_wheel; build_wheel('.')"
    environment = alone() | {"SOURCE_DATE_EPOCH": made_at.stdout.strip()}
    subprocess.run([sys.executable, "-c", script], cwd=source, env=environment, check=True)
    assert wheel_in(source).read_bytes() == wheel_in(dist).read_bytes()


def test_a_file_that_should_not_be_there_is_found(dist: Path) -> None:
    with pytest.raises(AssertionError, match="should not be there, or are missing"):
        check(dist, not_ignored() - {"reconciler/pipeline.py"})


def test_a_third_file_beside_them_is_found(dist: Path, tmp_path: Path) -> None:
    shutil.copytree(dist, tmp_path / "dist")
    (tmp_path / "dist" / "more").touch()
    with pytest.raises(AssertionError, match="more than a wheel and an sdist"):
        check(tmp_path / "dist", not_ignored())


def test_the_wheel_passes_its_trial_in_an_environment_of_its_own(dist: Path, python: Path, tmp_path: Path) -> None:
    kept = [f"{name}={tmp_path / name}" for name in ("DEMO_DB", "DEMO_PLAN", "TRIAL")]
    tried = run("make", "try-dist", f"PYTHON={python}", f"DIST={dist}", *kept, folder=TOP)
    assert tried.returncode == 0, tried
    lines = tried.stdout.splitlines()
    assert lines[:2] == ["No broken requirements found.", f"reconciler {__version__}"]
    assert {"Applied: 12 created, 6 updated, 0 deleted.", "Verified: 0 differences."} <= set(lines)


def test_a_trial_fails_where_there_is_no_wheel(python: Path, tmp_path: Path) -> None:
    places = [f"DIST={tmp_path}", f"TRIAL={tmp_path / 'trial'}"]
    assert run("make", "try-dist", f"PYTHON={python}", *places, folder=TOP).returncode != 0


def told_by_the_readme() -> list[list[str]]:
    """Return the words of each command with which README installs or runs the package from PyPI."""
    blocks = re.findall(r"^```console\n(.*?)^```$", (TOP / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    commands = [shlex.split(line) for line in lines]
    return [words for words in commands if words[0] in {"pipx", "uvx"}]


def test_readme_installs_the_package_by_its_name_on_pypi() -> None:
    """On PyPI `reconciler` is a stranger's package."""
    asked = [words[2] for words in told_by_the_readme()]
    assert {name.partition("[")[0] for name in asked} == {"hubspot-reconciler"}
    assert ["pipx", "install", "hubspot-reconciler"] in told_by_the_readme()
    assert any(words[:4] == ["uvx", "--from", words[2], "reconciler"] for words in told_by_the_readme())


@pytest.mark.parametrize("asked", sorted({words[2] for words in told_by_the_readme()}))
def test_what_readme_installs_comes_from_an_index_and_plans(
    index: Index, python: Path, tmp_path: Path, asked: str
) -> None:
    """Pipx and uvx make an environment and install into it, as is done here with pip."""
    shutil.copytree(TOP / "events", tmp_path / "events")
    venv, environment = tmp_path / "venv", alone(index.url)
    run(python, "-m", "venv", venv, folder=tmp_path).check_returncode()
    installed = run(venv / "bin/python", "-m", "pip", "install", asked, folder=tmp_path, environment=environment)
    assert installed.returncode == 0, installed
    assert (index.pages, index.taken) == ({"hubspot-reconciler"}, {wheel_in_index(index)})
    program = venv / "bin" / "reconciler"
    assert run(program, "--version", folder=tmp_path).stdout == f"reconciler {__version__}\n"
    planned = run(program, "plan", *DEMO, folder=tmp_path)
    assert planned.returncode == 0, planned
    assert "Plan: 12 to create, 6 to update, 0 to delete; 5 unchanged, 1 orphaned." in planned.stdout
    written = run(program, "init", "--github", f"acme/reconciler@{'0' * 40}", folder=tmp_path)
    assert written.stdout.count("wrote .github/workflows/") == 3


def wheel_in_index(index: Index) -> str:
    (name,) = [name for name in index.files if name.endswith(".whl")]
    return name
