"""One file out of an untrusted zip archive, read in memory."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from reconciler.errors import Rejected
from reconciler.safe_text import quoted

MOST_ENTRIES = 100
"""Maximum number of files in an archive; ours hold a few."""
_ENTRY = b"PK\x01\x02"
"""Signature before each entry in an archive's list of files."""
_ENCRYPTED = 0x1
_FORMAT = {ZIP_STORED, ZIP_DEFLATED}
_BROKEN = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)
"""What the library raises for archives that are cut off, malformed or of an unsupported kind."""


def file_in(archive: bytes, name: str, most_bytes: int) -> bytes | None:
    """Return a file's bytes; None if the archive does not hold it.

    Raise `Rejected` if the archive is broken, holds too much, or has unsafe file names.
    """
    if archive.count(_ENTRY) > MOST_ENTRIES:  # the library reads all of them, and each takes memory
        raise _refused(f"holds more than {MOST_ENTRIES} files")
    try:
        with ZipFile(BytesIO(archive)) as opened:
            entries = opened.infolist()
            _check(entries)
            entry = next((entry for entry in entries if entry.filename == name), None)
            return None if entry is None else _content(opened, entry, most_bytes)
    except _BROKEN as error:
        raise _refused("is broken") from error


def _check(entries: list[ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len({name.casefold() for name in names}) < len(names):
        raise _refused("holds two files of one name")
    for entry in entries:
        # orig_filename is the name in the archive: the library cuts filename at a NUL.
        if not _is_plain(entry.orig_filename):
            raise _refused(f"names a file {quoted(entry.orig_filename)}")


def _is_plain(name: str) -> bool:
    """Return whether a name stays within the archive on every system."""
    if not name or name.startswith("/") or "\\" in name or ":" in name or not name.isprintable():
        return False
    return not {".", "..", ""} & set(name.removesuffix("/").split("/"))


def _content(opened: ZipFile, entry: ZipInfo, most_bytes: int) -> bytes:
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _FORMAT:
        raise _refused("uses an unsupported zip compression or encryption")
    if entry.file_size > most_bytes:
        raise _refused(f"holds a file of more than {most_bytes} bytes")
    # The sizes in an archive may be false; the library stops at the stated size and verifies the checksum.
    with opened.open(entry) as packed:
        content = packed.read(most_bytes + 1)
    if len(content) != entry.file_size:
        raise _refused("is broken")
    return content


def _refused(why: str) -> Rejected:
    return Rejected(f"the artifact {why}", hint="run the workflow that made it again")
