"""A page as one HTML file."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable

from htpy import (
    Element,
    Node,
    a,
    body,
    div,
    footer,
    h1,
    h2,
    head,
    header,
    html,
    label,
    li,
    main,
    meta,
    nav,
    option,
    output,
    p,
    script,
    section,
    select,
    style,
    title,
    ul,
)
from htpy import (
    input as input_,
)
from markupsafe import Markup

from reconciler.render.page.event_list import event_list
from reconciler.render.page.file_links import FileLinks
from reconciler.render.page.looks import Looks, legend
from reconciler.render.page.model import CalendarPage, Mark, Note
from reconciler.render.page.month_grid import month_grid
from reconciler.render.page.script import SCRIPT
from reconciler.render.page.style import STYLE
from reconciler.render.page.texts import safe
from reconciler.render.page.timeline_view import timeline_view


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_hash(SCRIPT)}; style-src {_hash(STYLE)}; base-uri 'none'; form-action 'none'"
)
"""The content security policy: the page's own script and style, and nothing else."""

_VIEWS = {"months": "Months", "timeline": "Timeline", "list": "List"}


def html_page(page: CalendarPage, links: FileLinks | None = None) -> str:
    """Return a page as HTML; `links` lead from each event to the line that declares it."""
    looks = Looks(page, links)
    return f"{html(lang='en')[_head(page), _body(looks)]}\n"


def _head(page: CalendarPage) -> Element:
    return head[
        meta(charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),  # noqa: S704  (it is ours)
        meta(name="viewport", content="width=device-width, initial-scale=1"),
        meta(name="color-scheme", content="light dark"),
        meta(name="referrer", content="no-referrer"),
        title[safe(page.title)],
        style[Markup(STYLE)],  # noqa: S704  (it is ours)
    ]


def _body(looks: Looks) -> Element:
    page = looks.page
    return body[
        a(class_="skip", href="#views")["To the calendar"],
        header[
            h1[safe(page.title)],
            (p(".lead")[safe(line)] for line in page.lead),
            legend(looks),
            (p(".fixed")[safe(line)] for line in page.fixed),
            (_note(note) for note in page.before),
        ],
        _calendar(looks) if page.events else main(id="views")[p["There is nothing to show in a calendar."]],
        footer[(_note(note) for note in page.after)] if page.after else None,
        script[Markup(SCRIPT)],  # noqa: S704  (it is ours)
    ]


def _note(note: Note) -> Element:
    lines = ul[(li[safe(line)] for line in note.lines)]
    return section(class_=f"note{' urgent' if note.is_urgent else ''}")[h2[safe(note.heading)], lines]


def _calendar(looks: Looks) -> Element:
    undated = _undated(looks.page)
    views: dict[str, Node] = {
        "months": [month_grid(looks), undated],
        "timeline": [timeline_view(looks), undated],
        "list": event_list(looks),
    }
    return main(id="views")[
        div(".bar")[
            nav(aria_label="Views")[ul[(li[a(href=f"#{key}")[name]] for key, name in _VIEWS.items())]],
            _filters(looks),
        ],
        (section(id=key, aria_label=_VIEWS[key])[h2[_VIEWS[key]], view] for key, view in views.items()),
    ]


def _undated(page: CalendarPage) -> Node:
    """Return a link to the events that only the list shows."""
    number = sum(event.span is None and event.old_span is None for event in page.events)
    what = "1 event has" if number == 1 else f"{number:,} events have"
    return p(".undated")[f"{what} no known date: ", a(href="#undated")["in the list"], "."] if number else None


def _filters(looks: Looks) -> Element:
    """Return the filters, which the script shows: without it they would do nothing."""
    page = looks.page
    marks = [(str(number), mark.capitalize()) for number, mark in enumerate(Mark) if page.count(mark)]
    return div(id="filters", role="search", aria_label="Filters", hidden=True)[
        label["Text ", input_(type="search", data_filter="text", autocomplete="off")],
        _choice("Type", "kind", ((str(number), safe(kind)) for kind, number in looks.kinds.items())),
        _choice("Organizer", "organizer", ((str(number), safe(name)) for name, number in looks.organizers.items())),
        _choice("Change", "marks", marks) if marks else None,
        output(role="status"),
    ]


def _choice(name: str, key: str, choices: Iterable[tuple[str, str]]) -> Node:
    options = [option(value=value)[text] for value, text in choices]
    return label[f"{name} ", select(data_filter=key)[option(value="")["All"], options]] if options else None
