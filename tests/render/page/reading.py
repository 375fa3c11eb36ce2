"""Pages as a browser reads them: a tree of elements."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input"}
"""The elements of a page that have no end."""
BLOCKS = {"li", "p", "h1", "h2", "h3", "h4", "tr", "td", "th", "dt", "dd", "caption", "option", "a", "div", "section"}


@dataclass
class Node:
    """One element."""

    tag: str
    attributes: dict[str, str]
    parts: list["Node | str"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Node"]:
        """Yield every element inside, in the order of the page."""
        for part in self.parts:
            if isinstance(part, Node):
                yield part
                yield from part

    def all(self, tag: str = "", class_: str = "", **attributes: str) -> list["Node"]:
        """Return the elements inside that have a tag, a class, and these attributes."""
        return [node for node in self if node.matches(tag, class_, attributes)]

    def one(self, tag: str = "", class_: str = "", **attributes: str) -> "Node":
        """Return the only element of its kind."""
        (found,) = self.all(tag, class_, **attributes)
        return found

    def matches(self, tag: str, class_: str, attributes: dict[str, str]) -> bool:
        classes = self.attributes.get("class", "").split()
        return (
            (not tag or self.tag == tag)
            and (not class_ or class_ in classes)
            and all(self.attributes.get(name) == value for name, value in attributes.items())
        )

    @property
    def source(self) -> str:
        """The text as it stands in the file."""
        return "".join(part if isinstance(part, str) else part.source for part in self.parts)

    @property
    def text(self) -> str:
        """The text as people see it, blocks apart, with white space of any length as one blank."""
        return " ".join(self._pieces().split())

    def _pieces(self) -> str:
        if self.tag in ("script", "style"):
            return ""
        inner = "".join(part if isinstance(part, str) else part._pieces() for part in self.parts)
        return f" {inner} " if self.tag in BLOCKS else inner


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = Node("", {})
        self.open = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        assert len(node.attributes) == len(attrs)
        self.open[-1].parts.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(page: str) -> Node:
    """Read a page; every element must be closed where it should be."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.top]
    return reader.top


ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "script", "header", "main", "footer", "section", "nav", "div"),
    *("h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "a", "span", "time", "del", "ins", "pre", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "rect"),
    *("label", "input", "select", "option", "output"),
}
"""The elements that a page of ours is made of."""


def acting(top: Node) -> list[str]:
    """Return what might act in a page: unknown elements, scripts and styles in attributes, addresses of other kinds."""
    return [
        *(node.tag for node in top if node.tag not in ELEMENTS),
        *(name for node in top for name in node.attributes if re.match("on|style|src|action|formaction|ping", name)),
        *(f"{len(top.all(tag))} {tag}" for tag in ("script", "style", "html", "main") if len(top.all(tag)) != 1),
        *(link for link in links(top) if not re.match(r"https?://[a-z]|#[a-z]+[0-9-]*\Z", link, re.IGNORECASE)),
    ]


def links(top: Node) -> list[str]:
    return [node.attributes["href"] for node in top if "href" in node.attributes]


def broken_places(top: Node) -> set[str]:
    """Return the places of the page that links lead to and that are not there; ids must be there once."""
    ids = [node.attributes["id"] for node in top if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    return {link for link in links(top) if link.startswith("#")} - {f"#{each}" for each in ids}
