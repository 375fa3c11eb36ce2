"""The comment by which a file tells editors its schema."""

import pytest

from reconciler.declarations.keys.schema_line import line_for_declarations, schema_line

WEB = "https://acme.example/schema/settings.json"


def test_the_line_is_the_one_that_language_servers_look_for() -> None:
    assert schema_line("../schema/settings.json") == "# yaml-language-server: $schema=../schema/settings.json"


@pytest.mark.parametrize(
    ("address", "folder", "expected"),
    [
        ("settings.json", "", "declarations.json"),
        ("../schema/settings.json", "", "../schema/declarations.json"),
        ("../schema/settings.json", "2027", "../../schema/declarations.json"),
        ("../schema/settings.json", "2027/webinars/", "../../../schema/declarations.json"),
        ("./settings.json", "2027", ".././declarations.json"),
        (WEB, "2027", "https://acme.example/schema/declarations.json"),
        ("/schema/settings.json", "2027", "/schema/declarations.json"),
        ("file:///c:/schema/settings.json", "2027", "file:///c:/schema/declarations.json"),
    ],
)
def test_a_file_names_the_schema_beside_that_of_the_settings(address: str, folder: str, expected: str) -> None:
    assert line_for_declarations(f"{schema_line(address)}\nportal: 1\n", folder) == schema_line(expected)


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff# yaml-language-server: $schema={WEB}\r\nportal: 1\r\n",
        f"\n# Our settings\n# yaml-language-server: $schema={WEB}  \n",
        f"#  yaml-language-server : $schema: {WEB}",
        f"# $schema: {WEB}\n",
    ],
)
def test_every_form_of_the_line_is_found_in_the_comments_at_the_top(text: str) -> None:
    assert line_for_declarations(text, "") == schema_line("https://acme.example/schema/declarations.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "portal: 1\n",
        "# yaml-language-server: $schema=../schema/ours.json\n",
        "# yaml-language-server: $schema=../schema/oursettings.json\n",
        f"portal: 1\n# yaml-language-server: $schema={WEB}\n",
        f"# see yaml-language-server: $schema={WEB}\n",
        f"  # yaml-language-server: $schema={WEB}\n",
        f"# yaml-language-server: $schema={WEB} and more\n",
    ],
)
def test_settings_that_name_no_schema_of_ours_give_none(text: str) -> None:
    assert line_for_declarations(text, "2027") is None
