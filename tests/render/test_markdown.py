"""Plans and receipts as Markdown, read by a real renderer."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from textwrap import dedent

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.token import Token

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Change, Create, Delete, FieldChange, Source, Update
from reconciler.diagnostics import Place, error
from reconciler.event import Identity
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.render import markdown, words
from reconciler.render.dates import clocks_of
from reconciler.render.difference import difference
from reconciler.render.groups import grouped
from reconciler.render.parts import origin_mark, parts
from reconciler.render.timing import shown_whole
from reconciler.safe_text import inert_line, visible
from tests.as_github_reads import COMMAND, GITHUB, OUR_HTML, REFERENCE, kind, runs
from tests.building import HOSTILE, PORTAL, plans, receipts, texts, traced
from tests.render.series import series_plans, told_of

DECLARED = Source("events/s.yaml", 3)
BLOCKS = {
    *("heading", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item"),
    "fence",
}
INLINES = {"text", "softbreak", "strong", "html_inline"}


def without_series(plan: Plan) -> Plan:
    return replace(plan, series=(), changes=tuple(replace(change, series=None) for change in plan.changes))


def has_no_group(plan: Plan) -> bool:
    return not any(grouped(map(shown_whole, part.changes), plan)[0] for part in parts(plan.changes))


single_changes = plans.map(without_series).filter(has_no_group)
"""Plans whose changes stand one by one: test_groups.py has those that stand together."""


def inlines(page: str) -> Iterator[list[Token]]:
    return (token.children or [] for token in GITHUB.parse(page) if token.type == "inline")


def read(tokens: Iterable[Token]) -> str:
    """Return the visible text of one block, without spaces at its ends."""
    breaks = {"softbreak": "\n", "html_inline": "\n"}
    parts = ("" if token.content == "<!-- -->" else breaks.get(token.type, token.content) for token in tokens)
    return "".join(parts).strip(" ")


def read_all(page: str) -> list[str]:
    return [read(block) for block in inlines(page)]


def headings(page: str) -> list[str]:
    tokens = GITHUB.parse(page)
    return [read(tokens[n + 1].children or []) for n, token in enumerate(tokens) if token.type == "heading_open"]


def cells(page: str) -> list[list[str]]:
    """Return the rows of all tables."""
    rows: list[list[str]] = []
    tokens = GITHUB.parse(page)
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        if token.type in ("td_open", "th_open"):
            rows[-1].append(read(tokens[number + 1].children or []))
    return rows


def leaks(page: str) -> list[str]:
    """Return everything that acts in a page, or is built in another way than ours."""
    tokens = GITHUB.parse(page)
    inner = [token for token in tokens for token in token.children or []]
    return [
        *(token.type for token in tokens if kind(token) not in BLOCKS),
        *(token.type for token in tokens if kind(token) in ("bullet_list", "table", "fence") and token.level > 0),
        *(token.info for token in tokens if token.type == "fence" and token.info != "diff"),
        *(token.type for token in inner if kind(token) not in INLINES),
        *(token.content for token in inner if token.type == "html_inline" and token.content not in OUR_HTML),
        *(run for block in inlines(page) for run in runs(block) if REFERENCE.search(run)),
        *COMMAND.findall(page),
    ]


def diffs(page: str) -> list[str]:
    """Return what stands in the blocks of long texts."""
    return [token.content for token in GITHUB.parse(page) if token.type == "fence"]


def seen(text: str) -> str:
    """Return a text as a page shows it: each line visible."""
    return "\n".join(visible(line) for line in text.split("\n"))


# Laws


@given(plans)
def test_nothing_that_a_plan_shows_acts_in_a_page(plan: Plan) -> None:
    assert leaks(markdown.plan(plan)) == []


@given(receipts)
def test_nothing_that_a_receipt_shows_acts_in_a_page(receipt: Receipt) -> None:
    assert leaks(markdown.receipt(receipt)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_acts_wherever_it_stands(text: str) -> None:
    assert leaks(markdown.plan(full_of(text))) == []
    assert leaks(markdown.receipt(ended(full_of(text)))) == []


@given(plans)
def test_a_plan_ends_with_its_two_fixed_lines(plan: Plan) -> None:
    assert markdown.plan(plan).splitlines()[-2:] == [words.summary(plan), words.digest_line(plan)]


@given(receipts)
def test_a_receipt_ends_with_its_two_fixed_lines(receipt: Receipt) -> None:
    applied, verified = markdown.receipt(receipt).splitlines()[-2:]
    assert applied == words.applied(receipt)
    assert verified == words.verified(receipt, markdown.escaped)
    assert verified.startswith("Verified: ")


@given(plans, receipts)
def test_no_character_other_than_line_ends_acts_in_the_source(plan: Plan, receipt: Receipt) -> None:
    for page in (markdown.plan(plan), markdown.receipt(receipt)):
        assert page.replace("\n", "") == visible(page.replace("\n", ""))


@given(single_changes)
def test_the_headings_are_ours_alone(plan: Plan) -> None:
    spared = list(words.spared(plan.orphans))
    optional = [words.ORPHANS] * bool(spared) + ["Notes"] * bool(words.notes(plan))
    optional += [words.SET_ASIDE] * bool(plan.set_aside)
    shown = headings(markdown.plan(plan))
    assert shown[0] == seen(words.head(plan)).strip(" ")
    assert shown[len(shown) - len(optional) :] == optional
    named = {part.heading for part in parts(plan.changes)}
    assert all(
        one in named or re.fullmatch(r"(Create|Update|Delete) \d+ events?", one)
        for one in shown[1 : len(shown) - len(optional)]
    )


@given(texts.filter(lambda text: "\n" not in text))
def test_a_reader_sees_a_text_as_it_is(text: str) -> None:
    (row,) = cells(markdown.plan(updating(FieldChange("eventDescription", text, "after"))))[1:]
    assert row == ["description", seen(text).strip(" "), "after"]


@given(texts, st.sampled_from(["a\nb", "a\n```\nb", "::add-mask::b\n", "```"]))
@example("```", "\n")
def test_a_reader_sees_the_lines_that_differ_of_a_long_text(before: str, after: str) -> None:
    told = difference(FieldChange("eventDescription", before, after), clocks_of(None, PORTAL))
    page = markdown.plan(updating(FieldChange("eventDescription", before, after)))
    assert leaks(page) == []
    assert diffs(page) == (["".join(f"{inert_line(line)}\n" for line in told.lines())] if told.is_long else [])


@given(texts.filter(lambda text: bool(text.strip())))
def test_a_reader_sees_names_as_they_are(name: str) -> None:
    plan = full_of(name)
    shown = read_all(markdown.plan(plan))
    for change in plan.changes:
        title = " · ".join([words.title(change), *words.remarks(change)])
        where = f"{words.identity(change.identity)} · {words.where(change)}"
        assert any(one.endswith(f"{seen(title)}\n{seen(where)}".rstrip(" ")) for one in shown)
    (orphan,) = plan.orphans
    assert seen(words.orphan(orphan)).strip(" ") in shown


@given(single_changes)
def test_every_row_of_a_table_has_the_cells_of_its_head(plan: Plan) -> None:
    expected: list[tuple[str, ...]] = []
    for change in chain.from_iterable(part.changes for part in parts(plan.changes)):
        match change:
            case Update():
                clocks = clocks_of(change.timezone, plan.portal)
                told = [(label(change, field), difference(field, clocks)) for field in change.fields]
                short = [(name, each.before, f"{each.after}{each.note}") for name, each in told if not each.is_long]
                expected += [("", "Before", "After")] * bool(short) + short
            case _:
                expected += [("", ""), *words.record(change, plan.portal)]
    assert cells(markdown.plan(plan)) == [[seen(cell).strip(" ") for cell in row] for row in expected]


def label(change: Change, field: FieldChange) -> str:
    return " · ".join(filter(None, [words.label(field), origin_mark(change, field)]))


@given(st.text(alphabet=st.sampled_from("a1 \t\n\\`*_{}[]<>()#+-.!|~@:$&;=\"'/"), max_size=12))
@example("a@b.example")
@example("- - -")
def test_punctuation_of_any_kind_does_nothing(text: str) -> None:
    assert leaks(markdown.plan(full_of(text))) == []


# Pages


def updating(*fields: FieldChange) -> Plan:
    return Plan(PORTAL, (Update(Identity("acme", "summit", "7"), "Summit", fields, DECLARED, 12),), 0)


def full_of(text: str) -> Plan:
    """Return a plan that holds a text wherever one can be."""
    identity = Identity(text, text, "7")
    fields = (
        FieldChange("eventName", text, text),
        FieldChange(f"customProperties.{text}", text, text),
        FieldChange(f"customProperties.{text}long", f"{text}\n1", f"{text}\n2"),
    )
    source = Source(text, 1)
    changes: tuple[Change, ...] = (
        Create(Identity(text, text), text, fields, source),
        Update(identity, text, fields, source),
        Delete(replace(identity, object_id="8"), text, fields),
    )
    return Plan(
        replace(PORTAL, account_type=text, timezone=text),
        changes,
        0,
        orphans=(OrphanVerdict(identity, text, text, text, None, Will.NOTHING, text),),
        diagnostics=(error(text, text, None, text), error(text, text, Place(text), text)),
    )


def ended(plan: Plan) -> Receipt:
    """Return a receipt that holds every text of a plan."""
    results = tuple(Result(change, Outcome.FAILED, change.name) for change in plan.changes)
    return Receipt(plan.portal, plan.digest, results, plan.changes, written=True)


def test_a_whole_plan_reads_from_top_to_bottom() -> None:
    launch = Create(
        Identity("acme", "launch"),
        "Launch",
        (FieldChange("eventName", None, "Launch"), FieldChange("eventDescription", None, "One\nTwo | 3")),
        Source("events/launch.yaml", 1),
    )
    summit = Update(
        Identity("acme", "summit", "7"),
        "Summit",
        (FieldChange("eventCancelled", before=False, after=True),),
        Source("events/summit.yaml", 3),
        12,
    )
    gone = Delete(Identity("a", "old", "9"), "Old", (FieldChange("eventType", "A", None),), None, 0)
    spared = OrphanVerdict(Identity("acme", "kept", "8"), "Kept", None, None, 5, Will.NOTHING, "it is protected")
    plan = Plan(
        PORTAL,
        (launch, summit, gone),
        unchanged=40,
        orphans=(spared, replace(spared, will=Will.DELETE)),
        orphaned=2,
        foreign=3,
        diagnostics=(error("guard-portal", "which portal?"),),
    )
    assert markdown.plan(plan).split("\n") == [
        "### HubSpot portal 1234567 (standard), times in Europe/Berlin",
        "",
        "#### Create 1 event",
        "",
        "🆕 **Launch**<br>acme/launch · events/launch&#46;yaml&#58;1",
        "",
        "| | |",
        "|---|---|",
        "| name | Launch |",
        "| description | One<br>Two &#124; 3 |",
        "",
        "#### Update 1 event",
        "",
        "✏️ **Summit** · CANCELS the event · 12 registered<br>acme/summit (object 7) · events/summit&#46;yaml&#58;3",
        "",
        "| | Before | After |",
        "|---|---|---|",
        "| cancelled | no | yes |",
        "",
        "#### Delete 1 event",
        "",
        "🗑️ **Old** · the attendance history is lost with it · 0 registered<br>a/old (object 9) · declared nowhere",
        "",
        "| | |",
        "|---|---|",
        "| type | A |",
        "",
        "#### Orphans: in HubSpot, made by our app, declared nowhere",
        "",
        "- Kept · acme/kept (object 8) · 5 registered · left alone&#58; it is protected",
        "",
        "3 events in the portal belong to others and are left alone&#46;",
        "",
        "#### Notes",
        "",
        "- which portal? &#91;guard-portal&#93;",
        "",
        "Plan: 1 to create, 1 to update, 1 to delete; 40 unchanged, 2 orphaned.",
        f"Digest: {plan.digest}",
        "",
    ]


def test_a_long_text_stands_below_the_short_values_as_the_lines_that_differ() -> None:
    name = FieldChange("eventName", "10 000 people", "10\u00a0000 people")
    start = FieldChange("startDateTime", "2027-04-15T14:00:00Z", "2027-04-15T15:00:00Z")
    text = FieldChange("eventDescription", "One\n```\n##[x]", "One \n```\n2")
    change = Update(Identity("acme", "a", "1"), "A", (name, text, start), DECLARED, 12, timezone="Europe/London")
    assert markdown.plan(Plan(PORTAL, (change,), 0, orphaned=0)).split("\n")[6:-3] == [
        "| | Before | After |",
        "|---|---|---|",
        "| name | 10 000 people | 10&#92;u{a0}000 people (differs only in white space) |",
        "| starts | Thu 15 Apr 2027 15&#58;00 London | Thu 15 Apr 2027 16&#58;00 London (+1 h) |",
        "",
        "description",
        "",
        "```diff",
        "- One",
        "+ One\\u{20}",
        "- ##\\[x]",
        "+ 2",
        "```",
        "",
    ]


def test_a_long_text_alone_stands_without_a_table() -> None:
    page = markdown.plan(replace(updating(FieldChange("eventDescription", "One\nTwo", "One\u00a0\nTwo")), orphaned=0))
    assert page.split("\n")[6:-3] == [
        "description (differs only in white space)",
        "",
        "```diff",
        "- One",
        "+ One\\u{a0}",
        "```",
        "",
    ]


def test_a_plan_without_changes_says_so() -> None:
    plan = Plan(PORTAL, (), 40, orphaned=0, foreign=0)
    assert markdown.plan(plan).split("\n")[2:] == [
        "No changes. HubSpot holds what the files declare.",
        "",
        "Plan: 0 to create, 0 to update, 0 to delete; 40 unchanged, 0 orphaned.",
        f"Digest: {plan.digest}",
        "",
    ]


def test_a_receipt_lists_what_did_not_simply_go_well() -> None:
    summit = Update(Identity("acme", "summit", "7"), "Summit", (), Source("events/summit.yaml", 3))
    launch = Create(Identity("acme", "launch"), None, (), Source("events/launch.yaml", 3))
    results = (Result(launch, Outcome.DONE), Result(summit, Outcome.REFUSED, "it moved"))
    assert markdown.receipt(Receipt(PORTAL, "sha256:00", results, (summit,))).split("\n") == [
        "#### What needs attention",
        "",
        "- Summit (acme/summit (object 7))&#58; refused&#58; it moved",
        "",
        "Not done: 1 refused. A new plan shows how things stand now.",
        "",
        "Applied: 1 created, 0 updated, 0 deleted.",
        "Verified: 1 difference: acme/summit.",
        "",
    ]


def test_a_receipt_of_plain_successes_is_two_lines() -> None:
    assert markdown.receipt(Receipt(PORTAL, "sha256:00", (), ())) == (
        "Applied: 0 created, 0 updated, 0 deleted.\nVerified: 0 differences.\n"
    )


def test_what_the_files_change_stands_apart_from_what_was_changed_in_hubspot() -> None:
    assert markdown.plan(traced()).partition("\n\n")[2] == dedent(f"""\
        #### What the files change

        ##### Create 1 event

        🆕 **Launch**<br>acme/launch · events/launch&#46;yaml&#58;1

        | | |
        |---|---|
        | name | Launch |

        ##### Update 1 event

        ✏️ **Mixed** · 12 registered<br>acme/mixed &#40;object 3) · events/mixed&#46;yaml&#58;1

        | | Before | After |
        |---|---|---|
        | name | a | b |
        | type · changed in HubSpot | a | b |
        | link · changed in HubSpot too | a | b |

        #### Merged, waiting to be applied: the last apply was of an older commit

        ##### Create 1 event

        🆕 **Merged**<br>acme/merged · events/merged&#46;yaml&#58;1

        | | |
        |---|---|
        | name | Merged |

        ##### Update 1 event

        ✏️ **Neither** · 12 registered<br>acme/neither &#40;object 4) · events/neither&#46;yaml&#58;1

        | | Before | After |
        |---|---|---|
        | name · merged, waiting to be applied | a | b |
        | type · changed in HubSpot | a | b |

        #### Drift: changed in HubSpot, and an apply puts back what the files declare

        ##### Create 1 event

        🆕 **Deleted**<br>acme/deleted · events/deleted&#46;yaml&#58;1

        | | |
        |---|---|
        | name | Deleted |

        ##### Update 1 event

        ✏️ **Drifted** · 12 registered<br>acme/drifted &#40;object 1) · events/drifted&#46;yaml&#58;1

        | | Before | After |
        |---|---|---|
        | type | a | b |

        #### Conflicts: changed in HubSpot and in the files, and an apply overwrites what HubSpot holds

        ##### Update 1 event

        ✏️ **Both** · 12 registered<br>acme/both &#40;object 2) · events/both&#46;yaml&#58;1

        | | Before | After |
        |---|---|---|
        | type | a | b |

        #### Neither the files nor the base say where this comes from

        ##### Delete 1 event

        🗑️ **Old** · the attendance history is lost with it · 0 registered<br>acme/old &#40;object 9) · declared nowhere

        | | |
        |---|---|
        | name | Old |

        Plan: 3 to create, 4 to update, 1 to delete; 0 unchanged, 1 orphaned.
        Digest: {traced().digest}
        """).replace("&#40;", "(")


@given(series_plans())
def test_every_event_of_a_series_is_told_once_with_all_that_changes(plan: Plan) -> None:
    page = markdown.plan(plan)
    assert len(re.findall(r"^- (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ", page, re.MULTILINE)) == len(plan.changes)
    assert all(value in html.unescape(page) for change in plan.changes for value in told_of(change))
