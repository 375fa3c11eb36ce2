"""The comment by which a file tells editors its schema."""

import re

_KEY = "# yaml-language-server: $schema="
_LINE = re.compile(r"#\s+(?:yaml-language-server\s*:\s*)?\$schema(?:=|:\s*)(\S+)\s*")
_OF_SETTINGS = "settings.json"
_OF_DECLARATIONS = "declarations.json"


def schema_line(address: str) -> str:
    """Return the line, without its line break, that tells editors the schema at an address.

    The address is that of a web page, or a path from the folder of the file.
    """
    return f"{_KEY}{address}"


def line_for_declarations(settings: str, folder: str) -> str | None:
    """Return the schema's line for a file of declarations, from that of the text of the settings.

    `folder` is the path from the folder of the settings to that of the file, with `/` between its parts. The schema of
    declarations is `declarations.json`, beside `settings.json`; None if the settings name none of that name.
    """
    address = _address(settings)
    place, slash, name = (address or "").rpartition("/")
    if name != _OF_SETTINGS:
        return None
    up = "" if _is_absolute(place + slash) else "../" * len([part for part in folder.split("/") if part])
    return schema_line(f"{up}{place}{slash}{_OF_DECLARATIONS}")


def _address(text: str) -> str | None:
    """Return the address of the schema in the comments above everything else in a file."""
    for line in text.removeprefix("\ufeff").splitlines():
        if line.strip() and not line.startswith("#"):
            return None
        if found := _LINE.fullmatch(line):
            return found[1]
    return None


def _is_absolute(place: str) -> bool:
    return place.startswith("/") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", place) is not None
