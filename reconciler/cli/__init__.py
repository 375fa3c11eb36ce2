"""The command line."""

import gc
import sys

_NEW_OBJECTS = 50_000
"""How many new objects are made before Python looks for circles among them. A run keeps most of what it makes, in no
circles, and Python's own 700 would take a fifth of the time of reading files."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from reconciler.cli.run import run  # noqa: PLC0415  (Ctrl-C while it loads must show no traceback)

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
