"""The command line: options in, text and exit code out."""

import sys

from reconciler.cli.run import run


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))
