"""How often a declaration was changed, as a real git tells."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.connections import git_environment
from reconciler.declarations.events.revisions import Revision, Revisions
from reconciler.declarations.files.history import history_of
from reconciler.errors import UsageError
from tests.repository import Repository

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "".join(f"line {number}\n" for number in range(20))

Commit = Callable[..., None]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path / "work")


@pytest.fixture
def commit(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Commit:
    """Write files below `events/` and commit them, each time an hour later."""
    hours = iter(range(24))

    def write(**files: str) -> None:
        for name, text in files.items():
            put(repository, f"events/{name.replace('__', '/')}.yaml", text)
        monkeypatch.setenv("GIT_COMMITTER_DATE", FIRST.replace(hour=next(hours)).isoformat())
        repository.commit()

    return write


def put(repository: Repository, name: str, text: str = LONG) -> None:
    path = repository.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def revision(repository: Repository, file: str, folder: str = "events") -> Revision:
    history = history_of(repository.folder / folder, git_environment())
    return Revisions(history.commits, differing=history.differing, now=NOW).of(file)


def changes(repository: Repository, file: str) -> int | None:
    return revision(repository, file).changes


def test_each_commit_that_changes_a_file_counts_for_it_alone(repository: Repository, commit: Commit) -> None:
    commit(launch="1", other="1")
    commit(launch="2")
    put(repository, "README")
    commit()
    assert revision(repository, "launch.yaml") == Revision(FIRST.replace(hour=1), 2)
    assert revision(repository, "other.yaml") == Revision(FIRST, 1)


def test_what_is_not_committed_yet_is_one_more_change_now(repository: Repository, commit: Commit) -> None:
    commit(launch="1", other="1")
    put(repository, "events/launch.yaml", "2")
    assert revision(repository, "launch.yaml") == Revision(NOW, 2)
    repository.git("add", "events/launch.yaml")
    assert revision(repository, "launch.yaml") == Revision(NOW, 2)
    assert changes(repository, "other.yaml") == 1


def test_a_file_that_was_never_committed_is_not_known(repository: Repository, commit: Commit) -> None:
    commit(launch="1")
    put(repository, "events/new.yaml")
    assert revision(repository, "new.yaml") == Revision(NOW, None)
    repository.git("add", "events/new.yaml")
    assert revision(repository, "new.yaml") == Revision(NOW, None)


def test_defaults_and_settings_above_a_file_count_too(repository: Repository, commit: Commit) -> None:
    commit(a__launch="1", b__launch="1", _defaults="1", a___defaults="1", reconciler="1")
    commit(reconciler="2")
    commit(_defaults="2")
    commit(a___defaults="2")
    assert (changes(repository, "a/launch.yaml"), changes(repository, "b/launch.yaml")) == (4, 3)
    put(repository, "events/a/_defaults.yaml", "3")
    assert (changes(repository, "a/launch.yaml"), changes(repository, "b/launch.yaml")) == (5, 3)


def test_new_defaults_that_are_not_committed_are_a_change(repository: Repository, commit: Commit) -> None:
    commit(a__launch="1", b__launch="1")
    put(repository, "events/a/_defaults.yaml")
    assert (changes(repository, "a/launch.yaml"), changes(repository, "b/launch.yaml")) == (2, 1)


def test_a_deleted_file_of_defaults_is_a_change_once(repository: Repository, commit: Commit) -> None:
    commit(launch="1", _defaults="1")
    (repository.folder / "events/_defaults.yaml").unlink()
    assert changes(repository, "launch.yaml") == 2
    commit()
    assert changes(repository, "launch.yaml") == 2


def test_a_file_keeps_its_changes_when_it_moves(repository: Repository, commit: Commit) -> None:
    commit(a__launch=LONG, a___defaults="1")
    commit(a___defaults="2")
    (repository.folder / "events/b").mkdir()
    repository.git("mv", "events/a/launch.yaml", "events/b/ä\tmoved.yaml")
    put(repository, "events/b/ä\tmoved.yaml", f"{LONG}one more\n")
    commit()
    assert changes(repository, "b/ä\tmoved.yaml") == 3
    commit(a___defaults="3")
    assert changes(repository, "b/ä\tmoved.yaml") == 4


def test_a_file_that_two_others_became_keeps_the_changes_of_both(repository: Repository, commit: Commit) -> None:
    commit(one=LONG)
    repository.git("mv", "events/one.yaml", "events/two.yaml")
    commit()
    repository.git("mv", "events/two.yaml", "events/one.yaml")
    commit()
    assert changes(repository, "one.yaml") == 3


def test_a_merge_that_takes_one_side_never_lowers_the_number(repository: Repository, commit: Commit) -> None:
    commit(launch="1")
    repository.git("branch", "side")
    commit(launch="2")
    commit(launch="3")
    assert changes(repository, "launch.yaml") == 3
    repository.git("checkout", "--quiet", "side")
    commit(launch="4")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--strategy-option=theirs", "--message=Merge", "side")
    repository.git("checkout", "--quiet", "side", "--", "events/launch.yaml")
    assert changes(repository, "launch.yaml") == 4


def test_a_merge_that_brings_something_of_its_own_is_a_change(repository: Repository, commit: Commit) -> None:
    commit(launch="1", other="1")
    repository.git("branch", "side")
    commit(launch="2")
    repository.git("checkout", "--quiet", "side")
    commit(launch="3")
    repository.git("merge", "--quiet", "--no-commit", "--strategy=ours", "main")
    commit(launch="4")
    assert (changes(repository, "launch.yaml"), changes(repository, "other.yaml")) == (4, 1)


def test_the_whole_work_tree_can_be_the_folder(repository: Repository, commit: Commit) -> None:
    commit(launch="1")
    assert revision(repository, "events/launch.yaml", folder=".").changes == 1


def test_settings_of_the_repository_change_no_number(repository: Repository, commit: Commit) -> None:
    commit(one=LONG, other=LONG.replace("line", "row"))
    for name in ("one", "other"):
        repository.git("mv", f"events/{name}.yaml", f"events/new-{name}.yaml")
        moved = repository.folder / f"events/new-{name}.yaml"
        moved.write_text(f"{moved.read_text()}one more\n")
    commit()
    for name, value in (("diff.renames", "false"), ("diff.renameLimit", "1"), ("status.showUntrackedFiles", "no")):
        repository.git("config", name, value)
    put(repository, "events/_defaults.yaml")
    assert changes(repository, "new-one.yaml") == 3


def test_no_time_of_a_commit_is_too_late(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repository, "events/launch.yaml")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@99999999999999 +0000")
    repository.commit()
    assert revision(repository, "launch.yaml") == Revision(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), 1)


def test_a_shallow_clone_has_no_history(repository: Repository, commit: Commit, tmp_path: Path) -> None:
    commit(launch="1")
    commit(launch="2")
    clone = repository.clone(tmp_path / "clone", "--depth=1")
    with pytest.raises(UsageError, match="this clone is shallow") as raised:
        revision(clone, "launch.yaml")
    assert raised.value.hint == "run `git fetch --unshallow`, or set `fetch-depth: 0` for actions/checkout"


def test_a_clone_without_older_files_has_no_history(repository: Repository, commit: Commit, tmp_path: Path) -> None:
    commit(one=LONG)
    (repository.folder / "events/one.yaml").unlink()
    commit(two=f"{LONG}one more\n")
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = repository.clone(tmp_path / "clone", "--filter=blob:none")
    with pytest.raises(UsageError, match="git cannot read the whole history of the files") as raised:
        revision(clone, "two.yaml")
    assert str(raised.value.hint).startswith("git says: ")


def test_before_the_first_commit_there_is_no_history(repository: Repository) -> None:
    put(repository, "events/launch.yaml")
    with pytest.raises(UsageError, match="there is no commit 'HEAD'"):
        revision(repository, "launch.yaml")


def test_outside_a_work_tree_there_is_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="the files are not in a git work tree"):
        history_of(tmp_path, git_environment())


def test_without_git_there_is_no_history(repository: Repository, commit: Commit) -> None:
    commit(launch="1")
    with pytest.raises(UsageError, match="git is needed and cannot be started"):
        history_of(repository.folder, {**git_environment(), "PATH": os.devnull})


def test_git_starts_no_program_that_the_repository_names(repository: Repository, commit: Commit) -> None:
    commit(one=LONG)
    repository.git("mv", "events/one.yaml", "events/two.yaml")
    commit()
    put(repository, "events/two.yaml", "changed\n")
    put(repository, ".gitattributes", "*.yaml diff=evil\n")
    ran = repository.folder.parent / "ran"
    program = repository.folder.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    program.chmod(0o755)
    names = ("core.fsmonitor", "core.pager", "diff.external", "diff.evil.textconv", "diff.evil.command", "gpg.program")
    for name in names:
        repository.git("config", name, str(program))
    repository.git("config", "log.showSignature", "true")
    assert changes(repository, "two.yaml") == 3
    assert not ran.exists()
