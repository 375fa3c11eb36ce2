"""Findings as lines: all of them, or the first and a count of the others."""

from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.render.listing import MOST, brief, complete


def many(number: int, code: str = "unknown-key") -> list[Diagnostic]:
    return [error(code, "unknown key", Place("a.yaml", line)) for line in range(1, number + 1)]


def test_a_hundred_findings_are_all_told() -> None:
    found = many(MOST)
    assert brief(found) == complete(found)
    assert len(brief(found)) == MOST


def test_of_more_the_first_hundred_are_told_and_the_others_counted_by_kind() -> None:
    found = [*many(MOST), *many(1500, "bad-time"), *many(2, "no-id"), *many(2, "a-code")]
    *told, last = brief(found)
    assert told == complete(found[:MOST])
    assert last == "… and 1,504 more: 1,500 bad-time, 2 a-code, 2 no-id; --verbose lists all"


def test_an_error_is_told_however_many_warnings_stand_before_it() -> None:
    warnings = [warning("look-alike", "differs", Place("a.yaml", line)) for line in range(1, MOST + 1)]
    *told, last = brief([*warnings, error("bad-time", "no time", Place("b.yaml"))])
    assert told == [*complete(warnings[:-1]), "b.yaml:1:1: no time [bad-time]"]
    assert last == "… and 1 more: 1 look-alike; --verbose lists all"


def test_nothing_of_others_hides_in_a_line() -> None:
    (line,) = complete([error("x", "a\x1b[31m\nb")])
    assert line.isprintable()
