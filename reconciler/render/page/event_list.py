"""The list of a page: every event with all that is known of it."""

from collections.abc import Iterator
from itertools import groupby

from htpy import (
    Element,
    Node,
    a,
    caption,
    dd,
    del_,
    div,
    dl,
    dt,
    h3,
    h4,
    ins,
    li,
    ol,
    p,
    pre,
    section,
    table,
    tbody,
    td,
    th,
    time,
    tr,
    ul,
)
from markupsafe import Markup

from reconciler.event import instant
from reconciler.render import phrases
from reconciler.render.dates import MONTH_NAMES
from reconciler.render.difference import Difference
from reconciler.render.page.looks import Looks, badges, rendered
from reconciler.render.page.model import Mark, PageEvent, Row
from reconciler.render.page.month_grid import month_links
from reconciler.render.page.texts import linkable, safe
from reconciler.render.words import LONGEST_NAME_IN_A_LIST

_LONG_LINE = 2_000
"""Characters of a line before and after a change beyond which only what differs in it is shown, and no more of that."""

_Month = tuple[int, int] | None


def event_list(looks: Looks) -> Node:
    """Return every event, by months; those without a known date come last."""
    numbered = enumerate(looks.page.events)
    months = [(month, list(events)) for month, events in groupby(numbered, key=lambda item: _month_of(item[1]))]
    links = [(_key(month), _name(month, short=3)) for month, _ in months]
    return [month_links("Months of the list", links), [_group(looks, month, events) for month, events in months]]


def _month_of(event: PageEvent) -> _Month:
    shown = event.span or event.old_span
    return None if shown is None else (shown.first.year, shown.first.month)


def _key(month: _Month) -> str:
    return "undated" if month is None else f"l{month[0]:04}-{month[1]:02}"


def _name(month: _Month, short: int | None = None) -> str:
    return "No date known" if month is None else f"{MONTH_NAMES[month[1] - 1][:short]} {month[0]}"


def _group(looks: Looks, month: _Month, events: list[tuple[int, PageEvent]]) -> Element:
    return section(class_="group", id=_key(month))[
        h3[_name(month)], ol(".events")[(_entry(looks, number, event) for number, event in events)]
    ]


def _entry(looks: Looks, number: int, event: PageEvent) -> Markup:
    entry = li(
        {
            "class": looks.classes(event, "event"),
            "id": f"e{number}",
            "tabindex": "-1",
            "data-e": str(number),
            "data-kind": str(looks.kinds.get(event.kind, "")),
            "data-organizer": str(looks.organizers.get(event.organizer, "")),
            "data-marks": " ".join(str(list(Mark).index(mark)) for mark in event.marks) or None,
        }
    )[
        div(".what")[h4[safe(phrases.beginning(event.name, LONGEST_NAME_IN_A_LIST))], badges(event)],
        _when(event),
        _facts(event),
        ul(".remarks")[(li[safe(remark)] for remark in event.remarks)] if event.remarks else None,
        _rows(event),
        _record(event),
        _origin(looks, event),
    ]
    return rendered(entry)


def _when(event: PageEvent) -> Node:
    if event.span is None:
        return None
    at = time(datetime=instant(event.span.begins))[event.span.text(event.clocks)]
    in_month = a(class_="to-month", href=f"#d{event.span.first.isoformat()}")["in the month"]
    return p(".when")[at, " ", in_month]


def _facts(event: PageEvent) -> Node:
    address = linkable(event.url)
    series = event.series and f"series {event.series}"
    facts: list[Node] = [safe(text) for text in (event.kind, event.organizer, event.people, series) if text]
    if address is not None:
        facts.append(a(href=address, rel="noopener noreferrer")[safe(event.url)])
    return p(".facts")[_separated(facts)] if facts else None


def _separated(facts: list[Node]) -> Iterator[Node]:
    for place, fact in enumerate(facts):
        yield from ((" · ",) if place else ())
        yield fact


def _rows(event: PageEvent) -> Node:
    if not event.rows:
        return None
    return table(".changes")[caption(".unseen")["What changes"], tbody[(_row(row) for row in event.rows)]]


def _row(row: Row) -> Element:
    difference = row.difference
    head = th(scope="row")[safe(row.label), safe(f" · {row.remark}") if row.remark else None]
    if difference.is_long:
        return tr[head, td[pre(".lines")[safe("\n".join(_lines(difference)))], safe(difference.note)]]
    before, after = difference.steps
    return tr[head, td[del_[safe(before)], " → ", ins[safe(after)], safe(difference.note)]]


def _lines(difference: Difference) -> Iterator[str]:
    for sign, line in difference.signed_lines(_LONG_LINE):
        yield f"{sign} {phrases.beginning(line, _LONG_LINE)}"


def _record(event: PageEvent) -> Node:
    if not event.record:
        return None
    return dl[([dt[safe(label)], dd[safe(value)]] for label, value in event.record)]


def _origin(looks: Looks, event: PageEvent) -> Element:
    parts: list[Node] = [safe(event.ids)]
    if event.source is not None or looks.page.is_plan:
        parts.append(_source(looks, event))
    if event.page:
        parts.append(a(href=event.page, rel="noopener noreferrer")["in HubSpot"])
    return p(".origin")[_separated(parts)]


def _source(looks: Looks, event: PageEvent) -> Node:
    if event.source is None:
        return "declared nowhere"
    place = safe(f"{event.source.file}:{event.source.line}")
    address = None if looks.links is None else looks.links.to(event.source)
    return place if address is None else a(href=address, rel="noopener noreferrer")[place]
