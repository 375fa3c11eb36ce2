"""Differences of files, as git writes them."""

import subprocess
from pathlib import Path

import pytest

from reconciler.render.file_diff import file_diff


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


def test_line_ends_are_not_shown() -> None:
    assert (
        file_diff("e.yaml", b"a\r\nb\r\n", b"a\r\nc\r\n") == "--- a/e.yaml\n+++ b/e.yaml\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_what_is_not_text_is_shown_as_such() -> None:
    assert file_diff("e.yaml", b"\xff\n", b"a\n").endswith("-\ufffd\n+a\n")


def test_files_that_are_the_same_have_no_difference() -> None:
    assert file_diff("e.yaml", b"a\n", b"a\n") == ""
