"""The help of every command: its length, its examples."""

import shlex
from collections.abc import Iterator

import click
import pytest

from reconciler.cli.group import reconciler as program
from tests.command_line import CommandLine


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of a group and of every command below it."""
    yield names
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name)


COMMANDS = list(commands(program))


def examples(text: str) -> list[list[str]]:
    """Return the command lines of the Examples block, which has a comment above each."""
    lines = text.partition("\n  Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert all(line.startswith("    # ") for line in lines[::2])
    return [shlex.split(line) for line in lines[1::2]]


def parse(arguments: list[str]) -> None:
    """Parse a command line without running it; raise `UsageError` for an unknown command or option."""
    command: click.Command = program
    while isinstance(command, click.Group) and not arguments[0].startswith("-"):
        _, found, arguments = command.resolve_command(click.Context(command), arguments)
        assert found is not None
        command = found
    context = click.Context(command, help_option_names=["-h", "--help"])
    command.make_parser(context).parse_args(arguments)


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_examples_are_of_the_command_and_can_be_parsed(reconciler: CommandLine, names: tuple[str, ...]) -> None:
    lines = examples(reconciler(*names, "--help").out)
    assert 1 <= len(lines) <= 3
    for prefix, *arguments in lines:
        assert prefix == "reconciler"
        assert tuple(arguments[: len(names)]) == names
        parse(arguments)


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal(reconciler: CommandLine, names: tuple[str, ...]) -> None:
    text = reconciler(*names, "--help").out
    options = text.partition("\nOptions:\n")[2].partition("\n\n")[0]
    assert max(map(len, text.splitlines())) < 80
    assert text.count("\n") - options.count("\n") <= 40


@pytest.mark.parametrize("arguments", [["pln"], ["plan", "--nonsense"], ["github", "plan", "--ot"], ["plan", "--base"]])
def test_an_example_that_is_wrong_would_be_seen(arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parse(arguments)
