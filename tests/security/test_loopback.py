"""No test can connect to another machine."""

import socket

import pytest

from tests.loopback import STRAYS, Stray

ELSEWHERE = "192.0.2.1"
"""An address that is nobody's (RFC 5737)."""


def test_no_connection_to_elsewhere_is_made() -> None:
    with socket.socket() as one:
        for connect in (one.connect, one.connect_ex):
            with pytest.raises(Stray):
                connect((ELSEWHERE, 9))
    with socket.socket(socket.AF_INET6) as one, pytest.raises(Stray):
        one.connect(("2001:db8::1", 9))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, pytest.raises(Stray):
        one.sendto(b"", (ELSEWHERE, 9))
    assert len(STRAYS) == 4  # each of them would fail the session, even if its error is caught
    STRAYS.clear()


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as here, socket.create_connection(here.getsockname()) as one:
        assert one.getpeername() == here.getsockname()
    assert STRAYS == []
