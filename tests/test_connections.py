"""HubSpot's connection: set by the environment alone, and never shown."""

from pathlib import Path

import pytest

from reconciler.connections import Connection, Secret, load_connection
from reconciler.errors import AccessDenied, UsageError

TOKEN = "pat-eu1-0123-4567"


def connection(**environ: str) -> Connection:
    return load_connection({"HUBSPOT_ACCESS_TOKEN": TOKEN, **environ})


def test_only_a_token_is_needed() -> None:
    found = connection()
    assert found.token.reveal() == TOKEN
    assert (found.base_url, found.proxy, found.ca_file) == ("https://api.hubapi.com", None, None)


def test_white_space_around_a_token_is_dropped() -> None:
    assert connection(HUBSPOT_ACCESS_TOKEN=f" {TOKEN}\r\n").token.reveal() == TOKEN


@pytest.mark.parametrize("token", ["", " \n"])
def test_without_a_token_access_is_denied(token: str) -> None:
    for environ in ({}, {"HUBSPOT_ACCESS_TOKEN": token}):
        with pytest.raises(AccessDenied, match="HUBSPOT_ACCESS_TOKEN is not set"):
            load_connection(environ)


@pytest.mark.parametrize("token", ["secret\nsecret", "secret secret", "sécret", "secret\x7f", "“secret”"])
def test_a_token_that_cannot_be_sent_is_denied_and_not_shown(token: str) -> None:
    with pytest.raises(AccessDenied, match="characters that no token has") as raised:
        connection(HUBSPOT_ACCESS_TOKEN=token)
    assert token not in f"{raised.value!r} {raised.value.hint}"
    assert "secret" not in f"{raised.value!r} {raised.value.hint}"


def test_a_token_with_a_blank_may_have_been_copied_with_its_header() -> None:
    with pytest.raises(AccessDenied) as raised:
        connection(HUBSPOT_ACCESS_TOKEN=f"Bearer {TOKEN}")
    assert raised.value.hint == 'copy the token again, without "Bearer"'


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(TOKEN)
    found = connection(HTTPS_PROXY="http://user:hunter2@proxy.example:3128")
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>9}", repr(found), str(found), repr([found])):
        assert TOKEN not in shown
        assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "https://api.hubapi.com"),
        ("https://hubspot.example/", "https://hubspot.example"),
        ("https://hubspot.example:8443/prefix//", "https://hubspot.example:8443/prefix"),
        ("http://localhost:8787", "http://localhost:8787"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1"),
        ("http://127.255.0.9", "http://127.255.0.9"),
        ("http://[::1]:8787/", "http://[::1]:8787"),
        ("HTTPS://hubspot.example/A", "https://hubspot.example/A"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_base_url_is_https_or_on_the_loopback(given: str, expected: str) -> None:
    assert connection(HUBSPOT_BASE_URL=given).base_url == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("http://hubspot.example", "would send the token unencrypted"),
        ("http://127.0.0.1.example", "would send the token unencrypted"),
        ("http://localhost.example", "would send the token unencrypted"),
        ("http://128.0.0.1", "would send the token unencrypted"),
        ("http://[::2]", "would send the token unencrypted"),
        ("http://[::ffff:127.0.0.1]", "would send the token unencrypted"),
        ("http://0.0.0.0", "would send the token unencrypted"),
        ("http://2130706433", "does not name a valid host"),
        ("https://user:hunter2@hubspot.example", "more than a host and a path"),
        ("https://hubspot.example/?a=hunter2", "more than a host and a path"),
        ("https://hubspot.example/#hunter2", "more than a host and a path"),
        ("https://hubspot.example?", "more than a host and a path"),
        ("https://hubspot.example#", "more than a host and a path"),
        ("ftp://hubspot.example", "begins with https:// or http://"),
        ("hubspot.example", "begins with https:// or http://"),
        ("https://", "names no host"),
        ("https://hunter2:port/", "names no host"),
        ("https://hubspot.example /", "cannot hold white space"),
        ("https://hubspot.example\\@hunter2", "cannot hold white space"),
        ("https://hubspot.example\t", "cannot hold white space"),
        ("https://hubspot.example\n", "cannot hold white space"),
        ("https://hubspot\N{ZERO WIDTH SPACE}.example", "cannot hold white space"),
        ("https://api.hubapi.com\N{FULLWIDTH SOLIDUS}hunter2.example", "names no host"),
        ("https://api.hubapi\N{IDEOGRAPHIC FULL STOP}com", "does not name a valid host"),
        ("https://\N{CYRILLIC SMALL LETTER A}pi.hubapi.com", "does not name a valid host"),
        ("https://\N{CIRCLED DIGIT ONE}.example", "does not name a valid host"),
        ("https://xn--\N{LATIN SMALL LETTER E WITH ACUTE}", "does not name a valid host"),
        ("https://api.hubapi.com%2fhunter2", "does not name a valid host"),
        ("https://[v1.a]", "does not name a valid host"),
        ("http://[::1%25eth0]", "does not name a valid host"),
        ("http://hunter2.example[::1]", "host"),  # newer Pythons themselves see that this is none
        ("http://[::1]hunter2.example", "host"),
        ("https://127.0.0.1234", "does not name a valid host"),
        ("https://hunter2.0x7f.1", "does not name a valid host"),
        ("https://0x7f000001", "does not name a valid host"),
        ("https://127.0.0.0X1", "does not name a valid host"),
        ("http://\N{FULLWIDTH DIGIT ONE}27.0.0.1", "does not name a valid host"),
        ("http://localhost.", "would send the token unencrypted"),
    ],
)
def test_another_base_url_is_refused_and_not_shown(given: str, said: str) -> None:
    with pytest.raises(UsageError, match="HUBSPOT_BASE_URL") as raised:
        connection(HUBSPOT_BASE_URL=given)
    assert said in raised.value.message
    assert "hunter2" not in f"{raised.value!r} {raised.value.hint}"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "https://proxy.example"}, "https://proxy.example"),
        ({"https_proxy": "http://one.example", "HTTPS_PROXY": "http://two.example"}, "http://one.example"),
        ({"https_proxy": "", "HTTPS_PROXY": "http://two.example"}, "http://two.example"),
        ({"HTTPS_PROXY": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"HTTPS_PROXY": "HTTP://PROXY.example"}, "http://PROXY.example"),
        ({"HTTPS_PROXY": "http://user:hunter2@proxy.example"}, "http://user:hunter2@proxy.example"),
    ],
)
def test_a_proxy_is_read_as_other_tools_read_it(environ: dict[str, str], expected: str | None) -> None:
    assert connection(**environ).proxy == expected


@pytest.mark.parametrize(
    "proxy",
    [
        *("socks5://hunter2.example", "http://hunter2:port", "http://", "http://hunter2 x"),
        *("http://hunter2\N{CIRCLED DIGIT ONE}", "http://hunter2%2f", "[hunter2"),
    ],
)
def test_another_proxy_is_refused_and_not_shown(proxy: str) -> None:
    with pytest.raises(UsageError, match="HTTPS_PROXY") as raised:
        connection(HTTPS_PROXY=proxy)
    assert "hunter2" not in f"{raised.value!r} {raised.value.hint}"
    assert raised.value.hint == "for example http://proxy.example:3128"


def test_a_proxy_of_another_kind_is_refused_by_its_scheme() -> None:
    with pytest.raises(UsageError, match="HTTPS_PROXY must begin with http:// or https://"):
        connection(HTTPS_PROXY="socks5://hunter2.example")


def test_certificates_are_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.touch()
    assert connection(SSL_CERT_FILE="").ca_file is None
    assert connection(SSL_CERT_FILE=str(file)).ca_file == str(file)
    for wrong in (tmp_path, tmp_path / "nothing.pem"):
        with pytest.raises(UsageError, match="SSL_CERT_FILE is not a file"):
            connection(SSL_CERT_FILE=str(wrong))
