"""Which files are in the last commit exactly as they are, as a real git tells."""

from pathlib import Path

import pytest

from reconciler.connections import git_environment
from reconciler.declarations.files.git import committed_as_they_are
from reconciler.errors import Refused
from tests.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.at(tmp_path / "work")
    for name in ("same", "edited", "staged", "gone", "renamed", "in a folder/ä\n", "out"):
        put(made.folder / "events" / name)
    put(made.folder / "beside")
    put(made.folder / "olfevents/same")
    (made.folder / "events/out").rename(made.folder / "out")
    made.commit()
    return made


def put(path: Path, text: str = "x\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def committed(folder: Path) -> set[str]:
    return set(committed_as_they_are(folder, git_environment()))


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_was_told_not_to_look_at_is_not_among_them(repository: Repository, flag: str) -> None:
    repository.git("update-index", flag, "events/same")
    assert committed(repository.folder / "events") == {"edited", "staged", "gone", "renamed", "in a folder/ä\n"}


def test_a_file_that_differs_from_the_last_commit_is_not_among_them(repository: Repository) -> None:
    events = repository.folder / "events"
    put(events / "edited", "y\n")
    put(events / "staged", "y\n")
    repository.git("add", "events/staged")
    put(events / "new")
    repository.git("add", "events/new")
    put(events / "untracked")
    put(repository.folder / ".gitignore", "ignored\n")
    put(events / "ignored")
    (events / "gone").unlink()
    repository.git("mv", "events/renamed", "events/another")
    repository.git("mv", "olfevents/same", "elsewhere")
    assert committed(events) == {"same", "in a folder/ä\n"}
    assert committed(repository.folder) == {"events/same", "events/in a folder/ä\n", "beside", "out"}


def test_a_file_whose_line_ends_git_converts_is_among_them(repository: Repository) -> None:
    repository.git("config", "core.autocrlf", "true")
    (repository.folder / "events/same").unlink()
    repository.git("checkout", "--", "events/same")
    assert (repository.folder / "events/same").read_bytes() == b"x\r\n"
    assert "same" in committed(repository.folder / "events")


def test_before_the_first_commit_there_are_none(tmp_path: Path) -> None:
    made = Repository.at(tmp_path / "work")
    put(made.folder / "new")
    made.git("add", "new")
    assert committed(made.folder) == set()


def test_outside_a_work_tree_git_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(
        Refused, match=r"git cannot tell which files in .* are committed, so nothing was written"
    ) as refused:
        committed(tmp_path)
    assert "not a git repository" in str(refused.value.hint)


def test_without_git_nobody_can_tell(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.folder))
    with pytest.raises(
        Refused, match="git is needed and cannot be started: No such file or directory; nothing was written"
    ):
        committed(repository.folder)
