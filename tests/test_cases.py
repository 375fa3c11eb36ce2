"""Whole situations: their plans, their applies under every behaviour of HubSpot, the events of others left alone.

A situation is a folder of `cases`: `events/`, `seed.json`, `arguments`, and the plan's `token` and HubSpot's
`behaviours` if they differ from the usual ones. `expected/` holds the plan in every format, and in `apply.txt` the
output of apply after it. `<behaviour>.txt` replaces that if another answer of HubSpot rightly leads elsewhere, and
`problems.txt` replaces all of them if no plan can be made. `make cases` rewrites the expected files; people review the
difference.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.situation import CASES, SITUATIONS, Situation, end, hubspot, other_answers

VERSIONS = ("v3", "2025-09", "2026-03", "2026-09")


@pytest.fixture
def rewrites(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


@pytest.fixture(params=SITUATIONS)
def situation(request: pytest.FixtureRequest, tmp_path: Path) -> Situation:
    """Lay a situation out as a user would have it."""
    folder = CASES / request.param
    shutil.copytree(folder / "events", tmp_path / "events")
    return Situation(folder)


def check(file: Path, text: str | None, *, rewrites: bool) -> None:
    """Compare what was said with what is expected; None expects no file."""
    if rewrites:
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text)
    assert text == (file.read_text() if file.exists() else None)


def test_the_plan_is_the_expected_one(
    reconciler: CommandLine, situation: Situation, monkeypatch: pytest.MonkeyPatch, *, rewrites: bool
) -> None:
    out, markdown = Path("plan.json"), Path("plan.md")
    with hubspot(situation, monkeypatch) as portal:
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", situation.planning_token)
        screen = reconciler("plan", *situation.arguments, "--out", out, "--markdown", markdown)
        assert portal.writes() == []
    planned = out.exists()
    assert planned == (screen.code == 0 or "Set aside" in screen.out)
    assert (markdown.exists(), screen.err == "") == (planned, planned)
    check(situation.expected("plan.txt"), screen.out if planned else None, rewrites=rewrites)
    check(situation.expected("plan.json"), out.read_text() if planned else None, rewrites=rewrites)
    check(situation.expected("plan.md"), markdown.read_text() if planned else None, rewrites=rewrites)
    check(situation.expected("problems.txt"), None if planned else end(screen), rewrites=rewrites)


def test_the_digest_is_the_same_in_every_api_version(
    reconciler: CommandLine, situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = set()
    with hubspot(situation, monkeypatch):
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", situation.planning_token)
        for version in VERSIONS:
            screen = reconciler("plan", *situation.arguments, "--api-version", version, "--format", "json")
            digests.add(screen.json.get("digest") if screen.out.startswith("{") else screen.code)
    assert len(digests) == 1


def test_what_others_made_is_there_and_in_no_plan(situation: Situation) -> None:
    assert situation.foreign_ids
    assert situation.foreign_ids.isdisjoint(situation.touched_ids())


def test_apply_ends_as_expected_and_touches_nothing_else(
    reconciler: CommandLine, situation: Situation, monkeypatch: pytest.MonkeyPatch, *, rewrites: bool
) -> None:
    told = applied(reconciler, situation, monkeypatch)
    check(situation.usual_end(), told, rewrites=rewrites)


@pytest.mark.parametrize("answers", [*other_answers()])
def test_it_does_so_however_hubspot_behaves(
    reconciler: CommandLine, situation: Situation, answers: str, monkeypatch: pytest.MonkeyPatch, *, rewrites: bool
) -> None:
    told = applied(reconciler, situation, monkeypatch, answers)
    usual = situation.usual_end(answers).read_text()
    check(situation.special_end(answers), None if told == usual else told, rewrites=rewrites)


def applied(reconciler: CommandLine, situation: Situation, monkeypatch: pytest.MonkeyPatch, answers: str = "") -> str:
    """Apply twice, check that nothing changed that may not, and return the first output."""
    with hubspot(situation, monkeypatch, answers) as portal:
        before = portal.held()
        first = reconciler("apply", *situation.arguments, "--yes")
        written = portal.writes()
        second = reconciler("apply", *situation.arguments, "--yes")
        rewritten = portal.writes()
        after = portal.held()
    assert situation.beyond_the_plan(before, after) == {}
    made = sum(change["refused"] is None for change in situation.planned("create")) if written else 0
    assert len(after.keys() - before.keys()) == made
    # A run that fell short is tried again every time, until somebody reads the receipt and acts.
    assert first.code == 6 or (second.code, rewritten) == (first.code, written)
    assert written == [] or first.code in {0, 6}
    return end(first)


def test_a_reading_token_of_another_app_plans_what_our_own_would() -> None:
    digests = {
        json.loads(Situation(CASES / name).expected("plan.json").read_text())["digest"]
        for name in ("a-reading-token-of-our-own-app", "a-reading-token-of-another-app")
    }
    assert len(digests) == 1


def test_nothing_is_expected_that_no_test_looks_at(situation: Situation) -> None:
    special = {situation.special_end(answers) for answers in other_answers()}
    told = ("plan.txt", "plan.json", "plan.md", "apply.txt") if situation.has_a_plan() else ("problems.txt",)
    assert set(situation.expected("").iterdir()) - special == set(map(situation.expected, told))
