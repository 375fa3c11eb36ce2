"""The links between the documents lead somewhere."""

import re
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"
PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]

CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)


def links(page: Path) -> list[str]:
    """Return the target of each link of a page that leads to a file of this repository."""
    return [target for target in LINK.findall(CODE.sub("code", page.read_text("utf-8"))) if "://" not in target]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return frozenset(re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings)


def broken(page: Path, target: str) -> str:
    """Return why a link leads nowhere; empty where it does."""
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not (file.is_relative_to(TOP) and file.exists()):
        return f"{path} does not exist"
    if anchor and (file.suffix != ".md" or anchor not in anchors(file)):
        return f"{file.name} has no heading #{anchor}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(TOP)) for page in PAGES])
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert [(target, why) for target in links(page) if (why := broken(page, target))] == []


def test_a_link_to_nowhere_would_be_found() -> None:
    assert broken(TOP / "README.md", "docs/nowhere.md")
    assert broken(TOP / "README.md", "docs/commands.md#nowhere")
    assert broken(TOP / "README.md", "../elsewhere.md")
    assert not broken(DOCS / "README.md", "../README.md#try-it")
    assert not broken(DOCS / "commands.md", "#exit-codes")


def test_the_index_lists_every_document() -> None:
    assert {page.name for page in DOCS.glob("*.md")} - set(links(DOCS / "README.md")) == {"README.md"}
