"""Files are replaced together, or not at all, whatever happens meanwhile."""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.declarations.files.replacing import Beside, Replacement, replace_files
from reconciler.diagnostics import Diagnostic
from reconciler.errors import ReconcilerError, Refused

ENDED = 999_999_999
"""The number of no process."""


def replacement(path: Path, before: bytes | None, after: bytes = b"new") -> Replacement:
    return Replacement(path, path.name, before, after)


def existing(path: Path, content: bytes = b"old") -> Replacement:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return replacement(path, content)


def file_of(reason: Diagnostic) -> str:
    assert reason.place is not None
    return reason.place.file


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, the hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_files_get_their_new_content(tmp_path: Path) -> None:
    replace_files([existing(tmp_path / "a.yaml"), replacement(tmp_path / "in/deep/b.yaml", None, b"\r\n")])
    assert contents(tmp_path) == {"a.yaml": b"new", "in/deep/b.yaml": b"\r\n"}


def test_no_file_at_all_is_nothing_to_do() -> None:
    replace_files([])


def test_a_replaced_file_keeps_its_permissions_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    old = existing(tmp_path / "a.yaml")
    old.path.chmod(0o640)
    (tmp_path / "usual").touch()
    replace_files([old, replacement(tmp_path / "b.yaml", None)])
    assert old.path.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "b.yaml").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another owner")
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    old = existing(tmp_path / "a.yaml")
    os.chown(old.path, 1234, 2345)
    replace_files([old])
    assert (old.path.stat().st_uid, old.path.stat().st_gid) == (1234, 2345)


def edit(file: Replacement) -> None:
    file.path.write_bytes(b"edited")


def delete(file: Replacement) -> None:
    file.path.unlink()


def link(file: Replacement) -> None:
    file.path.rename(file.path.with_name("elsewhere"))
    file.path.symlink_to("elsewhere")


def link_the_folder(file: Replacement) -> None:
    file.path.parent.rename(file.path.parent.with_name("elsewhere"))
    file.path.parent.symlink_to("elsewhere")


def make_a_folder(file: Replacement) -> None:
    file.path.unlink()
    file.path.mkdir()


CHANGES = [edit, delete, link, link_the_folder, make_a_folder]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_written_if_a_file_is_not_as_it_was_read(
    tmp_path: Path, change: Callable[[Replacement], None]
) -> None:
    files = [existing(tmp_path / "one/a.yaml"), existing(tmp_path / "two/b.yaml"), replacement(tmp_path / "c", None)]
    change(files[1])
    before = contents(tmp_path)
    with pytest.raises(Refused, match="files have changed since they were read") as refused:
        replace_files(files)
    assert [(file_of(reason), reason.code) for reason in refused.value.reasons] == [("b.yaml", "file-changed")]
    assert contents(tmp_path) == before


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_written_if_a_file_changes_while_others_are_written(
    tmp_path: Path, change: Callable[[Replacement], None]
) -> None:
    files = [existing(tmp_path / "one/a.yaml"), existing(tmp_path / "two/b.yaml")]
    with Beside(files) as beside:
        change(files[1])
        with pytest.raises(Refused):
            beside.put_in_place()
    assert contents(tmp_path)["one/a.yaml"] == b"old"
    assert b"new" not in contents(tmp_path).values()


def test_every_changed_file_is_named(tmp_path: Path) -> None:
    files = [existing(tmp_path / "a.yaml"), existing(tmp_path / "b.yaml"), replacement(tmp_path / "c.yaml", None)]
    for file in files:
        edit(file)
    with pytest.raises(Refused) as refused:
        replace_files(files)
    assert [file_of(reason) for reason in refused.value.reasons] == ["a.yaml", "b.yaml", "c.yaml"]


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: path.symlink_to("nowhere"), Path.mkdir])
def test_a_new_file_is_never_written_over_what_is_there(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "a.yaml")
    with pytest.raises(Refused) as refused:
        replace_files([replacement(tmp_path / "a.yaml", None), existing(tmp_path / "b.yaml")])
    assert [reason.code for reason in refused.value.reasons] == ["file-exists"]
    assert (tmp_path / "b.yaml").read_bytes() == b"old"


def test_a_file_that_comes_at_the_last_moment_stays_and_the_others_are_taken_back(tmp_path: Path) -> None:
    files = [
        existing(tmp_path / "old.yaml"),
        replacement(tmp_path / "in/a.yaml", None),
        replacement(tmp_path / "b.yaml", None),
    ]
    with Beside(files) as beside:
        (tmp_path / "b.yaml").write_bytes(b"theirs")
        with pytest.raises(Refused, match="nothing was written"):
            beside.move()
    assert contents(tmp_path) == {"old.yaml": b"old", "b.yaml": b"theirs"}
    assert not (tmp_path / "in").exists()


def without_links(_: Path, path: Path) -> None:
    """Refuse as a file system does that knows one name for each file."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), path)


def test_new_files_need_no_links(tmp_path: Path) -> None:
    files = [replacement(tmp_path / "in/a.yaml", None), existing(tmp_path / "b.yaml")]
    with Beside(files, without_links) as beside:
        beside.put_in_place()
    assert contents(tmp_path) == {"in/a.yaml": b"new", "b.yaml": b"new"}


def test_without_links_no_empty_file_is_left_where_the_new_one_cannot_come(tmp_path: Path) -> None:
    def without_links_and_content(beside: Path, path: Path) -> None:
        beside.unlink()
        without_links(beside, path)

    files = [Replacement(tmp_path / "new.yaml", "new.yaml", None, b"new")]
    with (
        Beside(files, without_links_and_content) as beside,
        pytest.raises(ReconcilerError, match="nothing was written"),
    ):
        beside.put_in_place()
    assert list(tmp_path.iterdir()) == []


def test_without_links_too_a_file_that_comes_at_the_last_moment_stays(tmp_path: Path) -> None:
    files = [replacement(tmp_path / "a.yaml", None), replacement(tmp_path / "b.yaml", None)]
    with Beside(files, without_links) as beside:
        (tmp_path / "b.yaml").write_bytes(b"theirs")
        with pytest.raises(Refused, match="nothing was written"):
            beside.move()
    assert contents(tmp_path) == {"b.yaml": b"theirs"}


def test_a_folder_that_others_have_filled_meanwhile_stays(tmp_path: Path) -> None:
    with Beside([replacement(tmp_path / "in/a.yaml", None)]):
        (tmp_path / "in/theirs.yaml").write_bytes(b"theirs")
    assert contents(tmp_path) == {"in/theirs.yaml": b"theirs"}


def test_a_folder_that_takes_no_file_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    files = [existing(tmp_path / "a.yaml"), replacement(tmp_path / "a.yaml/b.yaml", None)]
    with pytest.raises(ReconcilerError, match=r"cannot write b\.yaml: Not a directory; nothing was written"):
        replace_files(files)
    assert contents(tmp_path) == {"a.yaml": b"old"}


def test_a_name_that_is_too_long_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    files = [replacement(tmp_path / "a.yaml", None), replacement(tmp_path / ("b" * 300), None)]
    with pytest.raises(ReconcilerError, match="File name too long; nothing was written"):
        replace_files(files)
    assert contents(tmp_path) == {}


def test_a_full_disk_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    files = [existing(tmp_path / "a.yaml"), replacement(tmp_path / "in/b.yaml", None, b"x" * 5_000_000)]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, limits[1]))
    try:
        with pytest.raises(ReconcilerError, match=r"cannot write b\.yaml: File too large; nothing was written"):
            replace_files(files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(tmp_path) == {"a.yaml": b"old"}
    assert not (tmp_path / "in").exists()


def test_a_file_that_cannot_be_moved_is_an_error_that_says_how_far_it_came(tmp_path: Path) -> None:
    files = [existing(tmp_path / "a.yaml"), existing(tmp_path / "b.yaml")]
    with Beside(files) as beside:
        make_a_folder(files[1])
        with pytest.raises(ReconcilerError, match=r"cannot write b\.yaml: Is a directory; some files before it were"):
            beside.move()
    assert contents(tmp_path) == {"a.yaml": b"new"}


def test_what_a_killed_run_has_left_is_removed_and_what_another_run_writes_stays(tmp_path: Path) -> None:
    another = os.getppid()
    for process in (ENDED, os.getpid(), another, "x"):
        (tmp_path / f".reconciler-{process}-7.tmp").touch()
    replace_files([existing(tmp_path / "a.yaml")])
    assert contents(tmp_path).keys() == {"a.yaml", f".reconciler-{another}-7.tmp", ".reconciler-x-7.tmp"}


FILES = 40
REPLACING = f"""
import sys
from pathlib import Path
from reconciler.declarations.files.replacing import Replacement, replace_files
folder = Path(sys.argv[1])
olds = [Replacement(folder / f"{{n}}.yaml", "a", b"old" * 20_000, b"new" * 20_000) for n in range({FILES})]
replace_files([*olds, *(Replacement(folder / f"in/{{n}}.yaml", "a", None, b"new" * 20_000) for n in range({FILES}))])
"""


@pytest.mark.parametrize(
    ("pattern", "number"),
    [(".reconciler-*", 1), ("**/.reconciler-*", FILES + 1), ("in/*.yaml", 1), ("in/*.yaml", FILES)],
)
def test_after_a_kill_each_file_is_whole_and_running_again_finishes(tmp_path: Path, pattern: str, number: int) -> None:
    for each in range(FILES):
        (tmp_path / f"{each}.yaml").write_bytes(b"old" * 20_000)
    process = subprocess.Popen([sys.executable, "-c", REPLACING, str(tmp_path)])
    while process.poll() is None and len(list(tmp_path.glob(pattern))) < number:
        pass
    process.kill()
    process.wait()
    left = {name: content for name, content in contents(tmp_path).items() if ".reconciler-" not in name}
    assert set(left.values()) <= {b"old" * 20_000, b"new" * 20_000}
    assert {f"{each}.yaml" for each in range(FILES)} <= left.keys()
    names = [*(f"{each}.yaml" for each in range(FILES)), *(f"in/{each}.yaml" for each in range(FILES))]
    replace_files([replacement(tmp_path / name, left.get(name), b"new" * 20_000) for name in names])
    assert contents(tmp_path) == dict.fromkeys(names, b"new" * 20_000)
