"""Pages as GitHub reads them: their active parts and their contents."""

import re

from markdown_it.token import Token

from reconciler.render.pull_request.review import Links
from tests.as_github_reads import COMMAND, GITHUB, OUR_HTML, REFERENCE, kind, runs

LINKS = Links(
    repository="https://github.com/acme/events",
    commit="0a1b2c3",
    run="https://github.com/acme/events/actions/runs/7",
    full_plan="https://github.com/acme/events/actions/runs/7/artifacts/9",
)

BLOCKS = {
    *("heading", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td"),
    *("bullet_list", "list_item", "blockquote", "fence", "html_block"),
}
INLINES = {"text", "softbreak", "strong", "em", "html_inline", "link", "code_inline"}
OUR_FENCES = {"mermaid", "yaml"}
OUR_MARK = re.compile(r"<!-- reconciler:(comment|drift):1 environment=[\w.~%-]* -->\n?", re.ASCII)


def leaks(page: str) -> list[str]:
    """Return everything that acts in a page, or is built in another way than ours."""
    tokens = GITHUB.parse(page)
    inner = [child for token in tokens for child in token.children or []]
    return [
        *(token.type for token in tokens if kind(token) not in BLOCKS),
        *(token.info for token in tokens if token.type == "fence" and token.info not in OUR_FENCES),
        *(token.content for token in tokens if token.type == "html_block" and not OUR_MARK.fullmatch(token.content)),
        *(token.type for token in inner if kind(token) not in INLINES),
        *(token.content for token in inner if token.type == "html_inline" and token.content not in OUR_HTML),
        *(token.content for token in inner if token.type == "code_inline" and token.content != "apply"),
        *(str(token.attrs) for token in inner if token.type == "link_open" and not _is_ours(token)),
        *(run for block in tokens for run in runs(block.children or []) if REFERENCE.search(run)),
        *COMMAND.findall(page),
    ]


def _is_ours(token: Token) -> bool:
    address = str(token.attrs["href"])
    files = re.fullmatch(rf"{LINKS.repository}/blob/{LINKS.commit}/[\w.~%/-]*#L\d+", address, re.ASCII)
    page = re.fullmatch(rf"{LINKS.repository}/(compare/[\w.~%/-]+\?[\w.~%=&-]+|tree/[\w.~%/-]+)", address, re.ASCII)
    return bool(files or page) or address in (LINKS.run, LINKS.full_plan)


def fences(page: str, info: str) -> list[str]:
    """Return the contents of the fences of one kind."""
    return [token.content for token in GITHUB.parse(page) if token.type == "fence" and token.info == info]


def broken_rows(page: str) -> list[str]:
    """Return the source of each row with another number of cells than the head above it."""
    cells, broken = 0, []
    for line in page.split("\n"):
        if not line.startswith("|"):
            cells = 0
        elif not cells:
            cells = line.count("|")
        elif line.count("|") != cells or not line.endswith("|"):
            broken.append(line)
    return broken


def rows(page: str) -> int:
    """Count the rows of all tables, heads apart."""
    tokens = [token.type for token in GITHUB.parse(page)]
    return tokens.count("tr_open") - tokens.count("thead_open")


def left_out(page: str, noun: str) -> int:
    """Return the number of items of one kind that the page says it leaves out."""
    found = re.findall(
        rf"^\*(\d+) (?:more )?{noun}s? (?:is|are) left out here for lack of space\.\*$", page, re.MULTILINE
    )
    return sum(map(int, found))
