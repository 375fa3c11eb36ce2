"""Laws of the command line's output: none of its input acts in what is printed."""

import contextlib
import io
import json
import os
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconciler.cli.run import run
from tests.cli.conftest import seed_event
from tests.command_line import NOW, Screen
from tests.github.runner_parser import commands as commands_in
from tests.github.runner_parser import possible_commands
from tests.hostile import acting, anything


def called(folder: str, *arguments: str) -> Screen:
    """Call the command line in a folder, with streams that are no terminal."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        contextlib.chdir(folder),
        redirect_stdout(io.TextIOWrapper(out, encoding="utf-8", write_through=True)),
        redirect_stderr(io.TextIOWrapper(err, encoding="utf-8", write_through=True)),
    ):
        code = run(arguments, now=lambda: NOW)
        return Screen(code, out.getvalue().decode(), err.getvalue().decode())


def declare(folder: str, **files: object) -> None:
    """Write declarations as JSON, which is YAML too."""
    Path(folder, "events").mkdir(exist_ok=True)
    for name, content in files.items():
        Path(folder, "events", f"{name}.yaml").write_text(json.dumps(content))


def check(screen: Screen) -> None:
    for page in (screen.out, screen.err):
        assert possible_commands(page) == []
        assert acting(page) == []


def without_annotation(screen: Screen) -> Screen:
    """Remove the line with which `reconciler github` makes GitHub's runner show an error."""
    first, _, rest = screen.out.partition("\n")
    meant = [(found.name, found.properties) for found in commands_in(first)] == [("error", {"title": "reconciler"})]
    return replace(screen, out=rest) if meant else screen


SETTINGS = {"portal": 77, "externalAccountId": "acme"}

sent = anything.map(lambda text: text.encode("utf-8", "replace").decode())
"""Texts that can be sent: a lone surrogate is no character."""
handed_over = anything.map(lambda text: os.fsdecode(text.encode("utf-8", "surrogatepass").replace(b"\0", b"")))
"""Texts that a shell can hand over, bytes that are not UTF-8 among them."""
words = st.sampled_from(["--format", "--out", "--env", "--base", "--verbose", "--", "-h", "plan", "apply", "events"])
commands = st.sampled_from(
    ["init", "import", "validate", "plan", "apply", "show", "calendar", "doctor", "schema", "github", "fmt", "pull"]
)
arguments = st.lists(words | handed_over, max_size=4)


@given(commands, arguments)
def test_nothing_acts_of_any_arguments(command: str, given_to_it: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        screen = called(folder, command, *given_to_it)
        check(without_annotation(screen) if command == "github" else screen)


# Each example takes two portals and seven calls, so Hypothesis does not shrink a failing one: that would take minutes.
@settings(max_examples=8, phases=(Phase.reuse, Phase.generate))
@given(sent, sent, anything)
def test_nothing_acts_of_what_is_declared_and_what_hubspot_holds(name: str, held: str, value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        declared = {"externalEventId": "launch", "eventName": "Launch", "eventOrganizer": "Acme"}
        declare(folder, reconciler=SETTINGS, launch=declared | {"eventDescription": "a\n::error::b ##[c]d"})
        events = [seed_event("501", "launch", eventDescription=held), seed_event("502", "other", eventName=f"x{name}")]
        Path(folder, "seed.json").write_text(json.dumps({"portal": {"id": 77}, "properties": [], "events": events}))
        portal = ("--sandbox", "--sandbox-seed", "seed.json", "--sandbox-db", "portal.sqlite")
        screen = called(folder, "plan", *portal, "--out", "plan.json")
        assert screen.code == 0
        check(screen)
        for form in ("text", "json", "markdown", "html"):
            check(called(folder, "show", "plan.json", "--format", form))
        declare(folder, launch=declared | {"eventName": name, "eventDescription": value}, other={name: value})
        for form in ("text", "json"):
            check(called(folder, "validate", "--format", form))
        check(called(folder, "plan", *portal, "--html", "plan.html"))
        assert not (page := Path(folder, "plan.html")).exists() or acting(page.read_text()) == []
