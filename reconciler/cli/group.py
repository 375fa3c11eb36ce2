"""The program with its commands, each loaded only when it is called."""

from dataclasses import replace
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from reconciler import __version__
from reconciler.cli.options import Common, common_options
from reconciler.cli.output import log_line
from reconciler.declarations.values.corrections import did_you_mean

_COMMANDS = {
    "init": "Write the settings for a HubSpot portal.",
    "import": "Write files for events that HubSpot holds already.",
    "validate": "Check the declarations, offline.",
    "plan": "Show what apply would change.",
    "apply": "Write the changes to HubSpot and verify them.",
    "show": "Show a saved plan.",
    "pull": "Write HubSpot's values into the files.",
    "fmt": "Bring the declarations into one form.",
    "calendar": "Write the declared events as a calendar.",
    "doctor": "Check the token, the portal and the settings.",
    "schema": "Print the JSON Schema of the files for editors.",
    "sandbox": "Run a local HubSpot for trials and tests.",
    "github": "Plan, apply and check for drift in GitHub Actions.",
}
_EXAMPLES = """
\b
Examples:
  # check the files in events/, offline
  reconciler validate
  # in a clone of reconciler: plan against a local HubSpot, without a token
  reconciler plan --sandbox --sandbox-seed docs/sandbox-seed.json
"""


class _Commands(click.Group):
    """A group that knows its commands' names without loading them, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"reconciler.cli.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands without loading them, so that a shell need not wait; options as click does."""
        names = (CompletionItem(name, help=text) for name, text in _COMMANDS.items() if name.startswith(incomplete))
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command by name; add a hint to the usage error if there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], _COMMANDS) or "see reconciler --help"
            raise click.UsageError(f"{error.message.rstrip('.')} ({hint})", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    no_args_is_help=False,
    invoke_without_command=True,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", message="reconciler %(version)s")
@common_options
@click.pass_context
def reconciler(ctx: click.Context, common: Common) -> None:
    """Marketing events as code: make HubSpot hold what YAML files declare.

    `plan` shows the difference, `apply` writes it and verifies the result. Events of other apps or people are left
    alone, unless a file names them.

    The token is read from HUBSPOT_ACCESS_TOKEN. With --sandbox a local HubSpot is used, which needs no token.
    Options go before or after the command (with `github` after its own), or into RECONCILER_<OPTION>.

    Exit codes: 0 done, 1 any other error, 2 there are changes, 3 files wrong, 4 token refused, 5 refused and nothing
    written, 6 not everything was done, 7 HubSpot cannot be reached, 64 wrong usage, 129, 130 or 143 interrupted.
    """
    if ctx.invoked_subcommand is None:
        raise click.UsageError("a command is missing (see reconciler --help)", ctx)
    ctx.obj = replace(ctx.obj, common=common)
    if ctx.get_parameter_source("sandbox") is click.core.ParameterSource.ENVIRONMENT and common.sandbox:
        log_line("RECONCILER_SANDBOX is set: using a local HubSpot, not the real one.")
