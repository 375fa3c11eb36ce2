"""The note on a pull request whose merge applies nothing."""

import pytest

from reconciler.render.pull_request.target import applies_nothing
from tests.building import HOSTILE
from tests.render.pages import leaks


@pytest.mark.parametrize("name", [*HOSTILE, "x" * 500])
def test_no_branch_acts_in_it_or_makes_it_long(name: str) -> None:
    note = applies_nothing(name, name)
    assert leaks(note) == []
    assert note.startswith("> [!NOTE]\n> **Its merge applies nothing**: it goes into ")
    assert note.count("\n") == 2
    assert len(note.encode()) < 400


def test_it_names_both_branches() -> None:
    assert applies_nothing("release", "main").splitlines() == [
        "> [!NOTE]",
        "> **Its merge applies nothing**: it goes into release, and only main is applied.",
    ]
