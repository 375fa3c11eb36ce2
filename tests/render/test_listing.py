"""Findings as lines: all of them, or the first and the number of the others."""

from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.render.listing import SHOWN_IN_FULL, abridged, in_full


def many(number: int, code: str = "unknown-key") -> list[Diagnostic]:
    return [error(code, "unknown key", Place("a.yaml", line)) for line in range(1, number + 1)]


def test_a_hundred_findings_are_all_told() -> None:
    found = many(SHOWN_IN_FULL)
    assert abridged(found) == in_full(found)
    assert len(abridged(found)) == SHOWN_IN_FULL


def test_of_more_the_first_hundred_are_told_and_the_others_counted_by_kind() -> None:
    found = [*many(SHOWN_IN_FULL), *many(1500, "bad-time"), *many(2, "no-id"), *many(2, "a-code")]
    *told, last = abridged(found)
    assert told == in_full(found[:SHOWN_IN_FULL])
    assert last == "… and 1,504 more: 1,500 bad-time, 2 a-code, 2 no-id; --verbose lists all"


def test_an_error_is_told_however_many_warnings_stand_before_it() -> None:
    warnings = [warning("look-alike", "differs", Place("a.yaml", line)) for line in range(1, SHOWN_IN_FULL + 1)]
    *told, last = abridged([*warnings, error("bad-time", "no time", Place("b.yaml"))])
    assert told == [*in_full(warnings[:-1]), "b.yaml:1:1: no time [bad-time]"]
    assert last == "… and 1 more: 1 look-alike; --verbose lists all"


def test_nothing_of_others_hides_in_a_line() -> None:
    (line,) = in_full([error("x", "a\x1b[31m\nb")])
    assert line.isprintable()
