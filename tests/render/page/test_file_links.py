"""Links from an event to the line that declares it."""

import pytest

from reconciler.change import Source
from reconciler.render.page.file_links import FileLinks, why_no_file_link

LINKS = FileLinks("https://code.example/blob/main/{file}?plain=1#L{line}")


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("events/a.yaml", "https://code.example/blob/main/events/a.yaml?plain=1#L3"),
        ("events/ä b?#&.yaml", "https://code.example/blob/main/events/%C3%A4%20b%3F%23%26.yaml?plain=1#L3"),
        ("events/{line}.yaml", "https://code.example/blob/main/events/%7Bline%7D.yaml?plain=1#L3"),
        ("events/\udc85.yaml", "https://code.example/blob/main/events/%3F.yaml?plain=1#L3"),
    ],
)
def test_a_link_leads_to_the_line_of_a_file(file: str, address: str) -> None:
    assert LINKS.to(Source(file, 3)) == address


@pytest.mark.parametrize("file", ["/srv/a.yaml", "../a.yaml", "events/../../a.yaml", "\\\\host\\a.yaml", "", "..\\a"])
def test_a_file_outside_of_the_folder_is_not_linked_to(file: str) -> None:
    assert LINKS.to(Source(file, 3)) is None


@pytest.mark.parametrize("template", ["https://a.example/{file}", "http://a.example/x?f={file}&l={line}"])
def test_a_template_has_a_place_for_the_file(template: str) -> None:
    assert why_no_file_link(template) is None


def test_a_template_without_a_file_is_refused() -> None:
    assert why_no_file_link("https://a.example/{line}") == (
        "'https://a.example/{line}' has no {file}, which stands for the path of an event's file"
    )


@pytest.mark.parametrize(
    "template",
    ["{file}", "javascript:{file}", "ftp://a.example/{file}", "https://a.example/{file}/{commit}", "https://{file}@a"],
)
def test_a_template_that_is_no_web_address_is_refused(template: str) -> None:
    assert why_no_file_link(template) == (
        f"'{template}' leads to no file: "
        "an address begins with https:// or http:// and has only {file} and {line} to fill in"
    )
