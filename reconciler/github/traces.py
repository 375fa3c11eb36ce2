"""What a step leaves for GitHub: files that the runner reads when the step is over."""

from pathlib import Path

from reconciler.errors import ReconcilerError


def leave(path: str, text: str) -> None:
    """Add a text to a file that the runner named; nothing where it named none."""
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ReconcilerError(f"cannot write what the runner asks for: {error.strerror}") from error
