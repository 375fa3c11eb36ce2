"""The comment on a pull request about changes that nobody has reviewed."""

from dataclasses import replace

from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Create
from reconciler.event import Identity
from reconciler.render.pull_request.unreviewed import ANOTHER_PLAN, another_plan, note

HOSTILE = "@everyone | `x` ![](https://evil.example) \n> # " * 20


def results(number: int, name: str = "Launch") -> list[Result]:
    return [
        Result(Create(Identity("acme", f"e{n}"), name, ()), Outcome.NOT_ATTEMPTED, "not reviewed")
        for n in range(number)
    ]


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    assert note("", [], ["a" * 40]) == ""


def test_it_says_why_what_and_the_way_out() -> None:
    said = note("its plan has expired", results(1), ["abcdef" * 7])
    way_out = (
        "Nothing is lost: the plan of a later pull request shows what was not made, and its merge makes it. "
        "Or read it below, then run the workflow by hand and allow what was not reviewed."
    )
    assert said.splitlines() == [
        "> [!WARNING]",
        "> **This pull request's plan does not count**: its plan has expired.",
        "> **1 change not made, because no merged plan shows it**: Launch.",
        "> Commits without a pull request: abcdefabcd.",
        f"> {way_out}",
    ]


def test_another_plan_is_told_in_a_warning_of_its_own() -> None:
    assert another_plan().splitlines() == [
        "> [!WARNING]",
        f"> **The review was of another plan**: {ANOTHER_PLAN}.",
    ]


def test_where_nothing_was_left_there_is_no_way_out_to_tell() -> None:
    assert note("its plan has expired", [], ["a" * 40]).count("\n") == 2


def test_without_such_commits_none_are_named() -> None:
    assert "Not brought" not in note("", results(2), [])
    assert "**2 changes not made, because no merged plan shows them**" in note("", results(2), [])


def test_of_many_five_are_named() -> None:
    said = note("", results(7), [f"{n}" * 40 for n in range(8)])
    assert "Launch and 2 more." in said
    assert "4444444444 and 3 more." in said


def test_hostile_texts_act_nowhere_and_take_little_room() -> None:
    said = note(HOSTILE, results(9, HOSTILE), ["a" * 40] * 9)
    assert "@everyone" not in said
    assert "![](" not in said
    assert all(line.startswith("> ") for line in said.splitlines())
    assert len(said.encode()) <= 6_000


def test_before_an_approval_it_says_what_will_be_left() -> None:
    assert "**2 changes will not be made, because no merged plan shows them**" in note(
        "", results(2), [], "will not be made"
    )


def test_another_reason_is_told_as_it_is() -> None:
    left = [replace(result, why="it was not shown before the approval") for result in results(1)]
    assert "**1 change not made, because it was not shown before the approval**: Launch." in note("", left, [])
