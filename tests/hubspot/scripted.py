"""A server on the loopback that answers from a script, byte for byte."""

import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

Play = Callable[[socket.socket], object]
"""The treatment of a connection after a request has been read from it."""

OK = b'{"fine": true}'


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A running server and what it was sent so far."""

    base_url: str
    received: list[Received] = field(default_factory=list)
    ended: bool = False


@contextmanager
def serving(*script: Play, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Play one entry of the script for each request, on a connection of its own; the last one again and again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}")
        thread = Thread(target=_serve, args=(listener, server, script, tls), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended = True
            socket.create_connection(listener.getsockname()).close()  # wakes the thread
            thread.join()


def answer(status: int = 200, body: bytes | object = OK, **headers: str) -> Play:
    """Return a play that sends a whole answer; underscores in the names of headers stand for hyphens."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw(_head(status, {"Content-Length": str(len(content)), **headers}) + content)


def raw(sent: bytes) -> Play:
    """Send these bytes and end the connection."""
    return lambda connection: connection.sendall(sent)


def unframed(body: bytes) -> Play:
    """Send a body that only the connection's end terminates, so that nobody can see that it was cut."""
    return raw(_head(200, {}) + body)


def cut(body: bytes = b"") -> Play:
    """Announce more than is sent, then end the connection; without a body, send nothing at all."""
    return raw(_head(200, {"Content-Length": str(len(body) + 1)}) + body if body else b"")


def reset(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(piece: bytes) -> Play:
    """Send an unframed body that goes on until the other side has had enough."""

    def play(connection: socket.socket) -> None:
        connection.sendall(_head(200, {}))
        with suppress(OSError):
            while True:
                connection.sendall(piece)

    return play


def unused_address() -> str:
    """Return a base URL where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def _serve(listener: socket.socket, server: Server, script: tuple[Play, ...], tls: ssl.SSLContext | None) -> None:
    while True:
        accepted, _ = listener.accept()
        if server.ended:
            accepted.close()
            return
        with (
            accepted,
            suppress(OSError),
            tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection,
        ):
            request = _received(connection)
            if request is not None:
                server.received.append(request)
                script[min(len(server.received), len(script)) - 1](connection)


def _received(connection: socket.socket) -> Received | None:
    """Read one request; None if the client sends none."""
    with connection.makefile("rb") as stream:
        start = stream.readline().decode().split()
        if not start:
            return None
        lines = iter(stream.readline, b"\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.decode().split(":", 1) for line in lines)}
        return Received(start[0], start[1], headers, stream.read(int(headers.get("content-length", 0))))
