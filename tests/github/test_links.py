"""Where GitHub's answers may lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.github.http import host_of, is_of_the_api, is_secure

API = "https://api.github.com"


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://api.github.com/repositories/1/issues?page=2", API),
        ("https://github.example/api/v3/repos/a/b", "https://github.example/api/v3"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
    ],
)
def test_an_address_of_the_same_api_may_be_followed(address: str, api: str) -> None:
    assert is_of_the_api(address, api)


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://api.github.com.evil.example/x", API),
        ("https://evil.example/x", API),
        ("http://api.github.com/x", API),
        ("https://api.github.com:8443/x", API),
        ("https://evil@api.github.com/x", API),
        ("https://api.github.com@evil.example/x", API),
        ("https://api.github.com\\@evil.example/x", API),
        ("https://api.github.com", API),
        ("https://api.github.com/a b", API),
        ("https://api.github.com/\n", API),
        ("https://api.github.com/é", API),
        ("https://api.github.com:port/x", API),
        ("https://[::1/x", API),
        ("//api.github.com/x", API),
        ("/x", API),
        ("", API),
        ("https://github.example/api/v3/../../x", "https://github.example/api/v3"),
        ("https://github.example/api/v30/x", "https://github.example/api/v3"),
    ],
)
def test_no_other_address_may_be_followed(address: str, api: str) -> None:
    assert not is_of_the_api(address, api)


def test_only_https_is_secure() -> None:
    assert is_secure("https://store.example/x?sig=1")
    assert not is_secure("http://store.example/x")
    assert not is_secure("https://user@store.example/x")
    assert not is_secure("https:///x")


def test_a_host_is_shown_without_what_follows_it() -> None:
    assert host_of("https://store.example:444/x?sig=secret") == "store.example:444"
    assert host_of("https://secret@store.example/") == ""


@given(st.text())
def test_no_text_breaks_the_reader_of_addresses(text: str) -> None:
    for address in (text, f"https://{text}", f"{API}{text}"):
        is_secure(address)
        if is_of_the_api(address, API):
            assert address.startswith(f"{API}/")
