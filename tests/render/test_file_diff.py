"""Differences of files, as git writes them."""

import subprocess
from pathlib import Path

import pytest

from reconciler.render.file_diff import file_diff, file_patch


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\n", b"a\nc\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\n", b"a\nb"),
        (None, b"new\n\x0b\n"),
        (None, b"new"),
        (b"old\n", b""),
    ],
)
def test_git_makes_the_new_file_of_the_difference(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    if before is not None:
        (tmp_path / "e.yaml").write_bytes(before)
    difference = file_diff("e.yaml", before, after)
    subprocess.run(["git", "apply", "-"], input=difference.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "e.yaml").read_bytes() == after


@pytest.mark.parametrize("name", ["e.yaml", "a b/ö ü.yaml", 'a"b\\c\t\udcff.yaml', "-e.yaml"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        (b"a\r\nb", b"a\nb\r\n"),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb"),
        (b"a\rb\n\x0b\n", "a\rb\n\u2028--- x\n".encode()),
        (b"a\n\n\nb\n" * 9, b"a\n\n\nb\n" * 8 + b"--- a/x\n+++ b/x\ndiff --git a/x b/x\n"),
    ],
)
def test_git_makes_the_new_file_of_a_patch_to_the_byte(tmp_path: Path, name: str, before: bytes, after: bytes) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before)
    patch = file_patch(name, before, after)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert file.read_bytes() == after


def test_line_ends_are_not_shown() -> None:
    assert (
        file_diff("e.yaml", b"a\r\nb\r\n", b"a\r\nc\r\n") == "--- a/e.yaml\n+++ b/e.yaml\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_what_is_not_text_is_shown_as_such() -> None:
    assert file_diff("e.yaml", b"\xff\n", b"a\n").endswith("-\ufffd\n+a\n")


def test_files_that_are_the_same_have_no_difference() -> None:
    assert file_diff("e.yaml", b"a\n", b"a\n") == ""
