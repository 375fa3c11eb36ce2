"""The commands for GitHub Actions, each loaded only when it is called."""

from importlib import import_module

import click

_COMMANDS = ("plan", "apply", "drift")
_EXAMPLES = """
\b
Examples:
  # on pull_request and merge_group
  reconciler github plan
  # on push to the default branch
  reconciler github apply
  # on schedule
  reconciler github drift
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"reconciler.cli.github.{cmd_name}").command
        return command


@click.group("github", cls=_Commands, no_args_is_help=False, epilog=_EXAMPLES)
def command() -> None:
    """Plan, apply and check for drift in GitHub Actions.

    Each command is one step of a workflow: it reads what triggered the run, and reports in comments, the job's summary,
    annotations and outputs. It runs nowhere else; use `reconciler plan` and `apply` there. docs/github.md has the
    workflows to copy.
    """
