"""Texts of others as parts of a page."""

import pytest
from hypothesis import given

from reconciler.render.page.texts import linkable, safe
from reconciler.safe_text import visible
from tests.github.runner_parser import possible_commands
from tests.hostile import anything
from tests.render.page.reading import read


@given(anything)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    assert read(f"<pre>{safe(text)}</pre>").one("pre").source == "\n".join(map(visible, text.split("\n")))


@given(anything)
def test_no_text_is_a_command_to_the_runner(text: str) -> None:
    assert possible_commands(str(safe(text))) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://acme.example", "https://acme.example"),
        ("HTTP://acme.example:8080/a?b=c&d=%20e#f", "HTTP://acme.example:8080/a?b=c&d=%20e#f"),
        ("https://acme.example/über", "https://acme.example/%C3%BCber"),
        ("https://acme.example/##[error]'<\"", "https://acme.example/##%5Berror%5D%27%3C%22"),
    ],
)
def test_a_web_address_can_be_linked_to(text: str, address: str) -> None:
    assert linkable(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "acme.example", "//acme.example", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"),
        *("https://", "https:///x", "https:/acme.example", "https://a@acme.example", "https://acme.example\\@evil"),
        *("https://acme.example/a b", " https://acme.example", "https://acme.example\n", "https://[::1]/"),
        *("https://acme.example/\u202e", "java\nscript:https://acme.example", "https://acme.example/\x00"),
    ],
)
def test_nothing_else_can_be_linked_to(text: str) -> None:
    assert linkable(text) is None
