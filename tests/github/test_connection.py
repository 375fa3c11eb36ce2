"""GitHub's connection: set by the environment alone, and never shown."""

from pathlib import Path

import pytest

from reconciler.connections import GitHubConnection, load_github_connection
from reconciler.errors import AccessDenied, UsageError

TOKEN = "ghs_0123"


def connection(**environ: str) -> GitHubConnection:
    return load_github_connection({"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/events", **environ})


def test_a_token_and_a_repository_are_needed() -> None:
    found = connection()
    assert (found.token.reveal(), found.api_url, found.repository) == (TOKEN, "https://api.github.com", "acme/events")
    assert (found.proxy, found.ca_file) == (None, None)


def test_another_server_a_proxy_and_certificates_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.touch()
    found = connection(
        GITHUB_API_URL="https://github.example/api/v3/", HTTPS_PROXY="proxy.example:3128", SSL_CERT_FILE=str(file)
    )
    assert (found.api_url, found.proxy) == ("https://github.example/api/v3", "http://proxy.example:3128")
    assert found.ca_file == str(file)


def test_a_connection_shows_neither_its_token_nor_its_proxy() -> None:
    found = connection(HTTPS_PROXY="http://user:hunter2@proxy.example")
    for shown in (repr(found), str(found), f"{[found]}"):
        assert TOKEN not in shown
        assert "hunter2" not in shown


@pytest.mark.parametrize("token", ["", " \n"])
def test_without_a_token_access_is_denied_with_the_line_to_add(token: str) -> None:
    with pytest.raises(AccessDenied, match="GITHUB_TOKEN is not set") as raised:
        connection(GITHUB_TOKEN=token)
    assert "GITHUB_TOKEN: ${{ github.token }}" in (raised.value.hint or "")


def test_a_token_that_cannot_be_sent_is_not_shown() -> None:
    with pytest.raises(AccessDenied, match="GITHUB_TOKEN holds characters that no token has") as raised:
        connection(GITHUB_TOKEN="hunter2\nhunter2")
    assert "hunter2" not in f"{raised.value!r} {raised.value.hint}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost/api", "http://[::1]:1"])
def test_the_loopback_may_be_reached_unencrypted(url: str) -> None:
    assert connection(GITHUB_API_URL=url).api_url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://api.github.com", "GITHUB_API_URL would send the token unencrypted"),
        ("https://hunter2@api.github.com", "GITHUB_API_URL contains more than a host and a path"),
        ("api.github.com", "GITHUB_API_URL: a link begins with"),
    ],
)
def test_another_address_is_refused_with_an_example(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        connection(GITHUB_API_URL=url)
    assert "hunter2" not in f"{raised.value!r} {raised.value.hint}"
    assert raised.value.hint in ("use https://", "for example https://api.github.com")


@pytest.mark.parametrize("name", ["acme/events", "a-1/b.c_d-e", "acme/.github", "acme_corp/...", "0/0"])
def test_a_repository_has_an_owner_and_a_name(name: str) -> None:
    assert connection(GITHUB_REPOSITORY=name).repository == name


@pytest.mark.parametrize(
    "name", ["acme", "acme/", "/events", "acme/events/x", "acme/..", "acme/.", "../events", "acme/e?x", "acme/e\n"]
)
def test_another_repository_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"GITHUB_REPOSITORY is '") as raised:
        connection(GITHUB_REPOSITORY=name)
    assert raised.value.hint == "set it to the repository, as owner/name"
    with pytest.raises(UsageError, match="GITHUB_REPOSITORY is not set"):
        connection(GITHUB_REPOSITORY="")
