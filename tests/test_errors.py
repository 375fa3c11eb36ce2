"""Errors and their exit codes."""

import re
import signal

import pytest

from reconciler import errors
from reconciler.diagnostics import Diagnostic, Place, error, info, warning
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError, Refused, Unavailable

DRAWN = re.findall(r"^[├└]── (\w+) +(\d+)  ", errors.__doc__ or "", re.MULTILINE)


def test_the_tree_at_the_top_names_every_error_but_interruptions() -> None:
    kinds = {kind.__name__ for kind in ReconcilerError.__subclasses__() if kind.__module__ == errors.__name__}
    assert {name for name, _ in DRAWN} == kinds - {"Interrupted"}


@pytest.mark.parametrize(("name", "code"), DRAWN)
def test_each_error_has_the_exit_code_of_the_tree(name: str, code: str) -> None:
    assert getattr(errors, name).exit_code == int(code)


def test_an_error_without_a_code_of_its_own_ends_with_1() -> None:
    assert ReconcilerError("it broke").exit_code == 1


def test_an_interruption_ends_with_128_and_the_signal() -> None:
    assert Interrupted(signal.SIGINT).exit_code == 130
    assert Interrupted(signal.SIGTERM).exit_code == 143
    assert Interrupted(signal.SIGTERM).signal_number == signal.SIGTERM
    assert Interrupted(signal.SIGTERM).message == "interrupted"


def test_an_error_keeps_its_message_and_what_to_do() -> None:
    told = ReconcilerError("it broke", hint="mend it")
    assert (told.message, told.hint, str(told)) == ("it broke", "mend it", "it broke")
    assert ReconcilerError("it broke").hint is None


@pytest.mark.parametrize(
    ("findings", "message"),
    [
        ((error("a", "b"),), "1 problem in the declarations"),
        ((error("a", "b", Place("events/reconciler.yaml")),), "1 problem in the settings"),
        (
            (error("a", "b", Place("reconciler.yaml")), error("a", "b", Place("a.yaml"))),
            "2 problems in the declarations",
        ),
        ((), "0 problems in the declarations"),
        ((error("a", "b"), warning("c", "d"), error("e", "f"), info("g", "h")), "2 problems in the declarations"),
    ],
)
def test_only_errors_are_counted_as_problems(findings: tuple[Diagnostic, ...], message: str) -> None:
    told = DeclarationsInvalid(findings)
    assert told.message == message
    assert told.diagnostics == findings


def test_a_refusal_keeps_its_reasons() -> None:
    reasons = (error("guard-deletes", "too many"), error("guard-empty", "nothing"))
    told = Refused("no", reasons, hint="ask")
    assert (told.reasons, told.hint, told.message) == (reasons, "ask", "no")
    assert Refused("no").reasons == ()


def test_an_unavailable_portal_tells_whether_a_write_may_have_got_through() -> None:
    assert Unavailable("lost", sent=True).sent
    assert not Unavailable("lost").sent
    assert Unavailable("lost", hint="later").hint == "later"
