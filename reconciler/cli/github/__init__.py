"""The commands for GitHub Actions, each loaded only when it is called."""

from importlib import import_module

import click

_COMMANDS = ("plan", "apply", "drift")


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"reconciler.cli.github.{cmd_name}").command
        return command


@click.group("github", cls=_Commands, no_args_is_help=False)
def command() -> None:
    """Plan, apply and watch inside GitHub Actions: comment, summary, annotations, outputs."""
