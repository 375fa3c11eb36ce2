"""A secret in every form in which a plain search would miss it."""

import base64
import html
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote


def forms(secret: str) -> set[str]:
    """Write a secret plainly, backwards, escaped, encoded."""
    whole = secret.encode()
    encoded = {base64.b64encode(b"." * lead + whole).decode()[4 if lead else 0 : -4] for lead in range(3)}
    escaped = "".join(f"\\u{ord(character):04x}" for character in secret)
    percent = "".join(f"%{byte:02X}" for byte in whole)
    others = {json.dumps(secret)[1:-1], html.escape(secret), quote(secret, safe=""), repr(secret), repr(whole)}
    return {secret, secret[::-1], whole.hex(), escaped, percent, secret.replace("-", "%2D"), *encoded, *others}


def telling(secret: str, places: Mapping[str, str], folder: Path | None = None) -> list[str]:
    """Return every text, and every file of a folder, that shows a secret."""
    files = [path for path in folder.rglob("*") if path.is_file()] if folder else []
    left = {str(path): path.read_bytes().decode(errors="replace") for path in files}
    found = forms(secret)
    return [place for place, text in {**places, **left}.items() if any(form.lower() in text.lower() for form in found)]
