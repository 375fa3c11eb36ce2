"""One file out of archives that anybody may have made."""

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Rejected
from reconciler.github.archive import MOST_ENTRIES, file_in

MOST = 1000


def packed(*files: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return made.getvalue()


@given(st.binary(max_size=MOST), st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]))
def test_a_file_is_read_as_it_was_packed(content: bytes, compression: int) -> None:
    archive = packed(("plan.md", b"# Plan"), ("folder/plan.json", content), compression=compression)
    assert file_in(archive, "folder/plan.json", MOST) == content


def test_a_file_that_is_not_there_is_none() -> None:
    archive = packed(("folder/", b""), ("folder/plan.json", b"{}"))
    for name in ("plan.json", "folder", "Folder/plan.json", ""):
        assert file_in(archive, name, MOST) is None


def test_a_file_that_unpacks_to_more_than_allowed_is_refused() -> None:
    archive = packed(("plan.json", b"0" * 10_000_000))
    assert len(archive) < 20_000
    with pytest.raises(Rejected, match="holds a file of more than 1000 bytes"):
        file_in(archive, "plan.json", MOST)
    assert file_in(packed(("plan.json", b"0" * MOST)), "plan.json", MOST) == b"0" * MOST


def test_a_file_whose_size_lies_is_refused() -> None:
    archive = packed(("plan.json", b"0" * 500))
    for claimed in (10, 499, 501, 900):
        lying = archive.replace(struct.pack("<I", 500), struct.pack("<I", claimed))
        with pytest.raises(Rejected, match="the artifact is broken"):
            file_in(lying, "plan.json", MOST)


def test_an_archive_of_too_many_files_is_refused() -> None:
    many = [(f"{n}.json", b"") for n in range(MOST_ENTRIES)]
    assert file_in(packed(*many), "7.json", MOST) == b""
    with pytest.raises(Rejected, match="holds more than 100 files"):
        file_in(packed(*many, ("more.json", b"")), "7.json", MOST)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../plan.json",
        "a/../plan.json",
        "a/./plan.json",
        "a//plan.json",
        "..",
        "/",
        "C:/plan.json",
        "C:\\plan.json",
        "a\\..\\plan.json",
        "other.json\x00.md",
        "plan\x1b.json",
        "plan\u202e.json",
        "",
    ],
)
def test_an_archive_that_names_a_file_as_no_honest_one_does_is_refused(name: str) -> None:
    placeholder = "n" * len(name.encode())
    archive = packed(("plan.json", b"{}"), (placeholder or "n", b""))
    archive = archive.replace(placeholder.encode(), name.encode()) if name else _nameless(archive)
    with pytest.raises(Rejected, match=r"names a file '") as caught:
        file_in(_as_utf8(archive), "plan.json", MOST)
    assert "\x1b" not in caught.value.message


def _as_utf8(archive: bytes) -> bytes:
    """Mark every name in an archive as UTF-8."""
    found = archive.find(b"PK\x01\x02")
    while found >= 0:
        archive = archive[: found + 8] + struct.pack("<H", 0x800) + archive[found + 10 :]
        found = archive.find(b"PK\x01\x02", found + 1)
    return archive


def _nameless(archive: bytes) -> bytes:
    """Remove the last entry, whose name is one letter, from the list of files."""
    entry = archive.rfind(b"PK\x01\x02")
    end = archive.rfind(b"PK\x05\x06")
    shorter = archive[entry : entry + 28] + struct.pack("<H", 0) + archive[entry + 30 : entry + 46]
    size = struct.unpack("<I", archive[end + 12 : end + 16])[0] - 1
    return archive[:entry] + shorter + archive[end : end + 12] + struct.pack("<I", size) + archive[end + 16 :]


@pytest.mark.parametrize("second", ["plan.json", "PLAN.json"])
@pytest.mark.filterwarnings("ignore:Duplicate name")  # a duplicate name is what is tested
def test_an_archive_with_two_files_of_one_name_is_refused(second: str) -> None:
    with pytest.raises(Rejected, match="holds two files of one name"):
        file_in(packed(("plan.json", b"{}"), (second, b"[]")), "plan.json", MOST)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_that_is_packed_in_another_way_is_refused(compression: int) -> None:
    with pytest.raises(Rejected, match="uses an unsupported zip compression or encryption"):
        file_in(packed(("plan.json", b"{}"), compression=compression), "plan.json", MOST)


def test_a_file_that_is_encrypted_is_refused() -> None:
    archive = packed(("plan.json", b"{}"))
    entry = archive.find(b"PK\x01\x02")
    locked = archive[: entry + 8] + struct.pack("<H", 1) + archive[entry + 10 :]
    with pytest.raises(Rejected, match="uses an unsupported zip compression or encryption"):
        file_in(locked, "plan.json", MOST)


ARCHIVE = packed(("plan.md", b"# Plan" * 20), ("plan.json", b'{"a": 1}' * 20))


@pytest.mark.parametrize("broken", [b"", b"PK", b"<html>", ARCHIVE[:-1], ARCHIVE[: len(ARCHIVE) // 2]])
def test_what_is_no_whole_archive_is_refused(broken: bytes) -> None:
    with pytest.raises(Rejected, match="the artifact is broken") as caught:
        file_in(broken, "plan.json", MOST)
    assert caught.value.hint == "run the workflow that made it again"


@given(st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_bent_bytes_give_the_right_file_or_none_or_a_refusal(bends: list[tuple[int, int]]) -> None:
    bent = bytearray(ARCHIVE)
    for place, value in bends:
        bent[place] = value
    found: Any = None
    try:
        found = file_in(bytes(bent), "plan.json", MOST)
    except Rejected:
        return
    # A zip's checksum does not stop a forger, but it detects accidental damage.
    assert found in (None, b'{"a": 1}' * 20)
