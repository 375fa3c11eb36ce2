"""Locks of packages, with a local package index that holds more than a lock names."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from packaging.markers import Marker

from tests.serving import served

_LOCKED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.*?))? \\$", re.MULTILINE)

NEWER = "9999"
"""A release of every package that is newer than the locked one."""
ELSEWHERE = "in-no-lock"
"""A package that the others ask for and that no lock names."""


@dataclass(frozen=True)
class Pin:
    """One package of a lock, in the one version that the lock names."""

    name: str
    version: str
    marker: str

    @property
    def applies(self) -> bool:
        """Whether it is installed on this system, by this Python."""
        return not self.marker or Marker(self.marker).evaluate()


def pins(lock: Path) -> list[Pin]:
    """Read the packages of a lock."""
    found = _LOCKED.finditer(lock.read_text(encoding="utf-8"))
    return [Pin(one["name"], one["version"], one["marker"] or "") for one in found]


@dataclass
class Index:
    """A package index (PyPA, "Simple repository API"), and the requests to it."""

    files: Mapping[str, bytes]
    """Each wheel or sdist by its file's name."""
    url: str = ""
    pages: set[str] = field(default_factory=set)
    """The packages whose releases somebody looked at."""
    taken: set[str] = field(default_factory=set)
    """The files that somebody fetched."""

    def answer(self, path: str) -> bytes | None:
        """Return the page of a package or a file, or None if there is none."""
        match path.strip("/").split("/"):
            case ["simple", name]:
                self.pages.add(name)
                begin = f"{name.replace('-', '_')}-"
                links = [f'<a href="/files/{file}">{file}</a>' for file in self.files if file.startswith(begin)]
                return "".join(links).encode()
            case ["files", file]:
                self.taken.add(file)
                return self.files.get(file)
            case _:
                return None


@contextmanager
def index_beyond(wanted: Sequence[Pin]) -> Iterator[Index]:
    """Serve these packages, a newer release of each, and one more that all of them ask for.

    Each requires the next one with an extra, as pytest-cov does coverage: a pip that resolves then looks further.
    """
    others = [*wanted[1:], *wanted[:1]]
    pairs = list(zip(wanted, others, strict=True))
    files = dict(
        _wheel(one.name, version, asks_for=other.name) for one, other in pairs for version in (one.version, NEWER)
    )
    files |= [_wheel(ELSEWHERE, NEWER, asks_for=ELSEWHERE)]
    with index_of(files) as index:
        yield index


@contextmanager
def index_of(files: Mapping[str, bytes]) -> Iterator[Index]:
    """Serve these files."""
    index = Index(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = index.answer(self.path)
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "text/html" if self.path.startswith("/simple") else "application/zip")
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name that http.server gives it)
            """Log nothing: the index records the requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index.url = f"http://127.0.0.1:{server.server_port}/simple/"
    with served(server):
        yield index


def lock_for(index: Index, wanted: Sequence[Pin]) -> str:
    """Write a lock of these packages, as ours are, with the hashes of an index's own files."""
    return "".join(
        f"{one.name}=={one.version}{f' ; {one.marker}' if one.marker else ''} \\\n"
        f"    --hash=sha256:{hashlib.sha256(index.files[wheel_name(one.name, one.version)]).hexdigest()}\n"
        for one in wanted
    )


def wheel_name(name: str, version: str) -> str:
    """Return the name of a wheel's file."""
    return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"


def _wheel(name: str, version: str, *, asks_for: str) -> tuple[str, bytes]:
    """Make a package that holds nothing but what it is and what it asks for."""
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    told = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "Provides-Extra: more"]
    asked = [f"Requires-Dist: {asks_for}[more]", f"Requires-Dist: {ELSEWHERE}"]
    kind = ["Wheel-Version: 1.0", "Generator: tests", "Root-Is-Purelib: true", "Tag: py3-none-any"]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as wheel:
        wheel.writestr(f"{folder}/METADATA", "\n".join([*told, *asked, ""]))
        wheel.writestr(f"{folder}/WHEEL", "\n".join([*kind, ""]))
        wheel.writestr(f"{folder}/RECORD", "".join(f"{folder}/{file},,\n" for file in ("METADATA", "WHEEL", "RECORD")))
    return wheel_name(name, version), written.getvalue()
