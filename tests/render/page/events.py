"""Events of pages, for tests of what is made of them."""

from collections.abc import Iterable
from typing import Any

from reconciler.render.dates import Clocks, clocks_in
from reconciler.render.page.document import html_page
from reconciler.render.page.file_links import FileLinks
from reconciler.render.page.model import CalendarPage, PageEvent, in_order, span_of
from tests.render.page.reading import Node, read

BERLIN = clocks_in("Europe/Berlin", "Europe/Berlin")
LINKS = FileLinks("https://code.example/{file}#L{line}")


def event(
    name: str, start: str | None = None, end: str | None = None, clocks: Clocks = BERLIN, **more: Any
) -> PageEvent:
    return PageEvent(name, f"acme/{name}", clocks, span=span_of(start, end, clocks), **more)


def shown(events: Iterable[PageEvent], links: FileLinks | None = LINKS, **more: Any) -> Node:
    """Return the page of some events as a browser reads it."""
    return read(html_page(CalendarPage("Title", (), (), in_order(events), **more), links))
