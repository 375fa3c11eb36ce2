"""Links from an event to the line that declares it."""

from dataclasses import dataclass
from urllib.parse import quote

from reconciler.change import Source
from reconciler.render.page.texts import linkable
from reconciler.safe_text import quoted

_FILE, _LINE = "{file}", "{line}"


@dataclass(frozen=True, slots=True)
class FileLinks:
    """An address with `{file}` and `{line}` in it."""

    template: str

    def to(self, source: Source) -> str | None:
        """Return the address of a line; None for a file that is not below the current folder."""
        parts = source.file.replace("\\", "/").split("/")
        if parts[0] == "" or ".." in parts:
            return None
        file = quote(source.file, errors="replace")
        # The line first: a file may be called {line}.
        return linkable(self.template.replace(_LINE, str(source.line)).replace(_FILE, file))


def why_no_file_link(template: str) -> str | None:
    """Return why a template cannot lead to the lines of files; None if it can."""
    if _FILE not in template:
        return f"{quoted(template)} has no {_FILE}, which stands for the path of an event's file"
    filled = template.replace(_FILE, "f").replace(_LINE, "1")
    if linkable(filled) is None or set(filled) & set("{}"):
        rule = f"an address begins with https:// or http:// and has only {_FILE} and {_LINE} to fill in"
        return f"{quoted(template)} leads to no file: {rule}"
    return None
