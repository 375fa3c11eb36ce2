"""The command line: options in, text and exit code out."""

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        # Loading all of it takes a moment, in which Ctrl-C is to end it without a traceback, too.
        from reconciler.cli.run import run  # noqa: PLC0415

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
