"""The command line."""

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        from reconciler.cli.run import run  # noqa: PLC0415  (Ctrl-C while it loads must show no traceback)

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
