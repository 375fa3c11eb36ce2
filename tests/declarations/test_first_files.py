"""The files that a new repository begins with."""

from dataclasses import replace

import pytest
import yaml

from reconciler.declarations.events.layers import SETTINGS
from reconciler.declarations.events.reading import Document, read_documents
from reconciler.declarations.writing.first_files import GITIGNORE, Beginning, ignores, pre_commit_text, settings_text

KNOWN = Beginning(77, "standard", "acme", 1001, may_write=True, timezone="Europe/Paris", api_version="v3", year=2027)
UNKNOWN = Beginning(77, "", "no", None, may_write=True, timezone=None, api_version=None, year=2027)


@pytest.mark.parametrize(
    ("beginning", "values"),
    [
        (
            KNOWN,
            {
                "portal": 77,
                "appId": 1001,
                "externalAccountId": "acme",
                "timezone": "Europe/Paris",
                "orphans": "report",
                "apiVersion": "v3",
            },
        ),
        (UNKNOWN, {"portal": 77, "externalAccountId": "no", "orphans": "report"}),
        (
            replace(KNOWN, may_write=False, timezone="EST", api_version=None),
            {"portal": 77, "externalAccountId": "acme", "orphans": "report"},
        ),
    ],
)
def test_settings_are_read_as_what_is_known(beginning: Beginning, values: dict[str, object]) -> None:
    layer = SETTINGS.check_file(settings_text(beginning).encode(), "reconciler.yaml")
    assert (layer.values, layer.problems) == (values, ())


def test_what_is_not_known_is_a_line_to_fill_in() -> None:
    lines = settings_text(UNKNOWN).splitlines()
    assert {"# appId: 1234567", "# timezone: Europe/Berlin"} <= {line.partition("  # ")[0].rstrip() for line in lines}
    assert "# appId: 1001 " in settings_text(replace(KNOWN, may_write=False))


def test_each_line_of_the_settings_is_explained() -> None:
    text = settings_text(replace(KNOWN, head="# schema\n"))
    lines = text.partition("\n\n")[0].splitlines()
    assert lines[0] == "# schema"
    assert all("  # " in line for line in lines[2:])
    assert all(len(line) <= 120 for line in text.splitlines())


def test_the_example_is_a_declaration() -> None:
    example = settings_text(KNOWN).partition("change what they say:\n#\n")[2].replace("# ", "", 1).replace("\n# ", "\n")
    (document,) = read_documents(example.encode(), "e.yaml")
    assert isinstance(document, Document)
    assert list(document.problems) == []
    assert document.events[0].values["externalEventId"] == "spring-launch-2027"


def test_the_hooks_check_and_format_a_path() -> None:
    (repository,) = yaml.safe_load(pre_commit_text("my events"))["repos"]
    assert [hook["args"] for hook in repository["hooks"]] == [["my events"]] * 2


@pytest.mark.parametrize(
    ("text", "ignored"), [("", False), ("/dist/\n", False), (" .reconciler \n", True), (GITIGNORE, True)]
)
def test_a_gitignore_may_name_the_folder_already(text: str, ignored: bool) -> None:  # noqa: FBT001  (pytest hands it over by name)
    assert ignores(text) is ignored
