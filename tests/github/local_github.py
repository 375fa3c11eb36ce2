"""A small GitHub on the loopback.

A test plays what people and the runner do by calling methods (`open_pull`, `push`, `merge`, `start_run`), while the
code under test talks real HTTP to it. It follows GitHub's REST description, version 2022-11-28, for the calls that are
used, and shares no code with the client.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.github.answers import answered
from tests.github.described import deviations
from tests.github.world import LocalGitHub
from tests.serving import served


@contextmanager
def local_github(git: Path | None = None) -> Iterator[LocalGitHub]:
    """Serve a GitHub, with the store of its artifacts at another port, until the block ends.

    The commits are those that the test makes, and those of a git repository if one is given. Fails if the store saw a
    token, or if something was asked or answered that GitHub does not describe (where its description is installed).
    """
    github = LocalGitHub(git)
    with _serving(_api(github)) as api, _serving(_store(github)) as store:
        github.api_url, github.storage_url = api, store
        yield github
    assert not github.leaks, "the store of artifacts was sent a token"
    found = deviations(github.exchanges)
    assert not found, "\n".join(["GitHub does not describe:", *found])


Handle = Callable[[BaseHTTPRequestHandler, bytes], None]


def _api(github: LocalGitHub) -> Handle:
    def handle(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        with github.lock:
            answer = answered(github, handler, body)
        if answer is None:
            handler.close_connection = True
            return
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        _send(handler, answer.status, {"content-type": "application/json", **answer.headers}, content)

    return handle


def _store(github: LocalGitHub) -> Handle:
    def handle(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        with github.lock:
            github.leaks += [value for name, value in handler.headers.items() if name.lower() == "authorization"]
            key = handler.path[1:].partition("?")[0]
            github.downloads.append(key)
            artifact = github.artifacts.get(github.signed.get(key, 0))
        if artifact is None:
            _send(handler, 403, {}, b"<Error>AuthenticationFailed</Error>")
        else:
            _send(handler, 200, {"content-type": "application/zip"}, artifact.content)

    return handle


def _send(handler: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str], content: bytes) -> None:
    lines = [f"HTTP/1.1 {status} Local", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"content-length: {len(content)}", "", ""]
    handler.wfile.write("\r\n".join(lines).encode("latin-1") + content)


@contextmanager
def _serving(handle: Handle) -> Iterator[str]:
    """Serve on a free port of the loopback; yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            handle(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

        do_POST = do_PATCH = do_GET  # noqa: N815  (the names that http.server looks for)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"
