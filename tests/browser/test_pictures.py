"""Timelines drawn by Mermaid itself in a real browser."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.planning.plan import Plan
from reconciler.render.pull_request.timeline import timeline
from reconciler.safe_text import visible
from tests.browser.drawing import Drawn, draw, missing
from tests.building import HOSTILE, PORTAL
from tests.render.pages import fences
from tests.render.situations import NOTHING, PLAN, SEEN, create, move, update

if reason := missing():
    pytest.skip(reason, allow_module_level=True)  # one line in the summary, not one for each picture

MERMAID = (
    "section x",
    'click task1 href "https://evil.example"',
    "click task1 call alert()",
    "%%{init: {'securityLevel': 'loose'}}%%",
    "%% comment",
    "a%%b",
    "---\ntitle: x\n---",
    "gantt",
    "title x",
    "accTitle: x",
    "accDescr { x }",
    "todayMarker off",
    "2027-05-12",
    "x :crit, 2027-01-01, 1d",
    "x, after task1",
    "#59;#lt;b#gt;",
    "ﬂ°lt¶ßb",
    "style a:#f00;",
    "$$x$$",
    '"quoted"',
    "{braces}",
    "a;b",
    "<br/>two",
    "<a href='javascript:alert(1)'>x</a>",
    "`a`",
    "end",
    "👩‍👩‍👧 família",
    "שלום",
)
"""Names that mean something to Mermaid, besides those that mean something elsewhere."""

NAMES = (*HOSTILE, *MERMAID)


def named(name: str) -> Plan:
    """Return a plan with a name wherever a picture shows one."""
    start, end = "2027-05-12T08:00:00Z", "2027-05-20T08:00:00Z"
    changes = (create("a", name, start, end), update("b", name, move(start, end)))
    return replace(NOTHING, changes=changes)


def spanning(*starts: str) -> Plan:
    changes = tuple(create(f"e{n}", f"E{n}", start, None) for n, start in enumerate(starts))
    return Plan(PORTAL, changes, 0)


PLANS = {
    "a usual plan": PLAN,
    "one moment": spanning("2027-05-12T08:00:00Z"),
    "one day": spanning(*(f"2027-05-12T{hour:02}:00:00Z" for hour in range(6, 18))),
    "one week": spanning(*(f"2027-05-{day}T10:00:00Z" for day in range(12, 19))),
    "one year": spanning(*(f"2027-{month:02}-12T10:00:00Z" for month in range(1, 13))),
    "many years": spanning(*(f"{year}-05-12T10:00:00Z" for year in range(2020, 2050, 3))),
    "all years that there are": spanning("1000-05-12T10:00:00Z", "9999-12-31T10:00:00Z"),
    "more than can be drawn": spanning(*(f"2027-05-{1 + n % 30:02}T10:00:00Z" for n in range(100))),
}


def source(plan: Plan) -> str:
    (found,) = fences(timeline(plan, SEEN), "mermaid")
    return found


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawn]:
    """Draw everything at once: starting a browser takes longer than drawing."""
    plans = PLANS | {f"name {name}": named(name) for name in NAMES}
    folder: Path = tmp_path_factory.mktemp("browser")
    return dict(zip(plans, draw([source(plan) for plan in plans.values()], folder), strict=True))


def squeezed(text: str) -> str:
    """Return a text as a picture shows it, with white space of any length as one space."""
    return " ".join(text.split())


def check(found: Drawn, new: str, moved: str) -> None:
    """Check that the picture shows a new event and a moved one with these names, and nothing else."""
    assert found.error == ""
    assert found.trouble == []
    assert found.sections == ["New", "Moved"]
    labels = (
        f"Wed 12 May 10:00, {new}",
        f"Wed 12 May 10:00, {moved} (old)",
        f"Thu 20 May 10:00, {moved} (new)",
    )
    assert sorted(map(squeezed, found.texts)) == sorted(map(squeezed, labels))


@pytest.mark.parametrize("name", [name for name in NAMES if name.strip()])
def test_every_name_is_shown_as_it_is_and_does_nothing(drawn: dict[str, Drawn], name: str) -> None:
    shown = squeezed(visible(name if len(name) <= 32 else f"{name[:31].rstrip()}…"))
    check(drawn[f"name {name}"], shown, shown)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.strip()])
def test_an_event_whose_name_nobody_can_see_is_shown_by_its_ids(drawn: dict[str, Drawn], name: str) -> None:
    check(drawn[f"name {name}"], "acme/a", "acme/b")


@pytest.mark.parametrize("plan", PLANS)
def test_every_span_is_drawn_with_an_axis_that_can_be_read(drawn: dict[str, Drawn], plan: str) -> None:
    found = drawn[plan]
    bars = len(re.findall(r" :(?:active|done|crit), ", source(PLANS[plan])))
    assert found.error == ""
    assert found.trouble == []
    assert len(found.texts) == len(found.shapes) == bars
    assert all(width >= 10 for width in found.shapes)
    assert 1 <= len(found.ticks) <= 16
