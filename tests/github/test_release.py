"""The release: what its script refuses, which job may do what, and that nothing is published before all is well."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler import __version__
from tests.github.runner import SHELL, TOP, read_yaml

RELEASE = read_yaml(TOP / ".github" / "workflows" / "release.yml")
JOBS: Mapping[str, Any] = RELEASE["jobs"]
SCRIPT = Path(".github/scripts/release-notes.sh")
CHANGELOG = """\
# Changelog

## Unreleased

- not this

## 0.2.0 - 2027-01-31

### Added

- this

## 0.1.9 - 2026-12-01

- nor this
"""


def notes(folder: Path, tag: str, changelog: str, **runner: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a working tree that has this version and this changelog."""
    (folder / SCRIPT.parent).mkdir(parents=True)
    shutil.copy(TOP / SCRIPT, folder / SCRIPT)
    (folder / "reconciler").mkdir()
    (folder / "reconciler" / "__init__.py").write_text('"""It."""\n\n__version__ = "0.2.0"\n', encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], **runner}
    return subprocess.run([folder / SCRIPT, tag], env=environment, capture_output=True, text=True, check=False)


def run_of(job: str, name: str) -> str:
    (script,) = [step["run"] for step in JOBS[job]["steps"] if step["name"] == name]
    return str(script)


def test_the_notes_are_the_changelogs_section(tmp_path: Path) -> None:
    ended = notes(tmp_path, "v0.2.0", CHANGELOG)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip() == "### Added\n\n- this"


def test_a_link_in_the_notes_leads_to_the_file_as_it_was_released(tmp_path: Path) -> None:
    linked = CHANGELOG.replace("- this", "- [this](docs/commands.md#it), [that](docs/a.md)")
    where = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/reconciler"}
    base = "https://github.com/acme/reconciler/blob/v0.2.0/docs"
    assert (
        f"- [this]({base}/commands.md#it), [that]({base}/a.md)\n" in notes(tmp_path, "v0.2.0", linked, **where).stdout
    )


@pytest.mark.parametrize("tag", ["v0.2.1", "v0.2", "0.2.0", "v0.2.0rc1", "v0.2.0-1", "v0x2x0"])
def test_a_tag_that_is_not_the_version_is_refused(tmp_path: Path, tag: str) -> None:
    ended = notes(tmp_path, tag, CHANGELOG)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (f"The tag {tag} is not that of the version in reconciler/__init__.py, which is v0.2.0.\n")


@pytest.mark.parametrize(
    "heading", ["## 0.2.0 - not released yet", "## 0.2.0", "## 0.2.00 - 2027-01-31", "## 0x2x0 - 2027-01-31"]
)
def test_a_version_without_a_dated_section_is_refused(tmp_path: Path, heading: str) -> None:
    ended = notes(tmp_path, "v0.2.0", CHANGELOG.replace("## 0.2.0 - 2027-01-31", heading))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == 'CHANGELOG.md has no section with the heading "## 0.2.0 - YYYY-MM-DD".\n'


def test_an_empty_section_is_refused(tmp_path: Path) -> None:
    ended = notes(tmp_path, "v0.2.0", "# Changelog\n\n## 0.2.0 - 2027-01-31\n\n## 0.1.9 - 2026-12-01\n\n- old\n")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "The section of 0.2.0 in CHANGELOG.md is empty.\n"


def test_the_changelog_has_a_section_for_the_version_that_waits_for_its_date() -> None:
    headings = re.findall(r"^## (.+)$", (TOP / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(__version__)} - (not released yet|\d{{4}}-\d\d-\d\d)", headings[0])


def test_a_tag_starts_it_and_nothing_else() -> None:
    assert RELEASE["on"] == {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+*"]}}
    assert RELEASE["concurrency"] == {"group": "release", "cancel-in-progress": "false", "queue": "max"}


def test_nothing_is_built_before_the_tag_has_been_checked() -> None:
    names = [step["name"] for step in JOBS["build"]["steps"]]
    checks = ["Compare the tag with the default branch", "Take the notes from the changelog"]
    assert names[1:3] == checks
    assert names.index("make dist") > 2


def test_a_tag_that_is_on_no_default_branch_is_refused(tmp_path: Path) -> None:
    script = run_of("build", "Compare the tag with the default branch")
    git: list[str | Path] = ["git", "-c", "user.name=A", "-c", "user.email=a@acme.example", "-C", tmp_path]
    commit = [*git, "commit", "--quiet", "--allow-empty", "--message", "x"]
    subprocess.run([*git, "init", "--quiet", "--initial-branch", "main"], check=True)
    subprocess.run(commit, check=True)
    subprocess.run([*git, "update-ref", "refs/remotes/origin/main", "HEAD"], check=True)
    environment = {**os.environ, "GITHUB_SHA": "HEAD", "DEFAULT_BRANCH": "main"}
    assert subprocess.run([*SHELL, "-c", script], cwd=tmp_path, env=environment, check=False).returncode == 0
    subprocess.run(commit, check=True)
    assert subprocess.run([*SHELL, "-c", script], cwd=tmp_path, env=environment, check=False).returncode == 1


def test_it_is_tried_on_each_python_that_is_served() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    served = [one.rpartition(" ")[2] for one in project["classifiers"] if "Python :: 3." in one]
    assert JOBS["try"]["strategy"]["matrix"]["python"] == served
    assert run_of("try", "make try-dist") == "make try-dist"
    assert run_of("build", "make dist") == "make dist"


def test_nothing_is_published_unless_all_before_it_has_passed() -> None:
    needs = {name: job.get("needs") for name, job in JOBS.items()}
    assert needs == {
        "build": None,
        "check": None,
        "try": "build",
        "publish": ["build", "check", "try"],
        "announce": "publish",
    }
    assert not [job for job in JOBS.values() if "if" in job or "continue-on-error" in str(job)]
    assert [run_of("check", f"make {target}") for target in ("check", "test")] == ["make check", "make test"]


def test_each_job_of_the_release_may_do_no_more_than_it_needs() -> None:
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "build": {"contents": "read"},
        "check": {"contents": "read"},
        "try": {"contents": "read"},
        "publish": {"attestations": "write", "id-token": "write"},
        "announce": {"contents": "write"},
    }


def test_the_publishing_job_runs_nothing_that_was_built() -> None:
    job = JOBS["publish"]
    assert job["environment"]["name"] == "pypi"
    assert not [step for step in job["steps"] if "run" in step]
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
        "pypa/gh-action-pypi-publish",
    ]
    assert job["steps"][1]["with"] == {"subject-path": "dist/*"}
    assert job["steps"][2]["with"] == {"packages-dir": "dist/"}


def test_the_release_on_github_has_the_notes_and_the_files(tmp_path: Path) -> None:
    stand_in = tmp_path / "bin" / "gh"
    stand_in.parent.mkdir()
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    (tmp_path / "dist").mkdir()
    for name in ("a.tar.gz", "b.whl"):
        (tmp_path / "dist" / name).touch()
    runner = {"GITHUB_REF_NAME": "v0.2.0", "GITHUB_REPOSITORY": "acme/reconciler"}
    environment = {**os.environ, **runner, "PATH": f"{stand_in.parent}:{os.environ['PATH']}"}
    script = run_of("announce", "Make the release on GitHub")
    ended = subprocess.run(
        [*SHELL, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == [
        *("release", "create", "v0.2.0", "--repo", "acme/reconciler", "--verify-tag", "--prerelease"),
        *("--title", "v0.2.0", "--notes-file", "notes/notes.md", "dist/a.tar.gz", "dist/b.whl"),
    ]


def test_it_is_a_pre_release_as_long_as_no_real_portal_has_been_met() -> None:
    untried = "has not been run against a real portal yet" in (TOP / "README.md").read_text(encoding="utf-8")
    assert ("--prerelease" in run_of("announce", "Make the release on GitHub")) is untried
