"""The README's pictures: the demo's plan as a comment and as a page, taken in a real browser.

`python -m tests.browser.portraits` takes them anew. Each holds the hash of what it was taken of, so that a test can
tell when it shows what is no longer so.
"""

import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.render.pull_request.comment import comment
from reconciler.render.pull_request.review import Links, Proposed, Review
from reconciler.render.saved import read_plan
from tests.as_github_reads import GITHUB
from tests.browser.drawing import mermaid
from tests.browser.driving import browser

TOP = Path(__file__).parents[2]
FOLDER = TOP / "docs" / "pictures"
LINKS = Links("https://github.com/acme/events", "5f0c" * 10, "https://github.com/acme/events/actions/runs/1")
_WIDTH, _HEIGHTS = 980, {"comment": 900, "page": 900}
_PLACES = {"comment": "", "page": "#m2027-04"}
"""The part of each that is seen."""
_ALERT = re.compile(r"<blockquote>\n<p>\[!([A-Z]+)\]\n")
_AROUND = """<!doctype html><meta charset="utf-8"><title>comment</title><style>
body { margin: 24px; font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1f2328 }
.head { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0 }
.box { border: 1px solid #d1d9e0; border-radius: 6px }
.body { padding: 16px }
table { border-collapse: collapse; display: block; overflow: hidden }
th, td { border: 1px solid #d1d9e0; padding: 6px 12px; text-align: left; vertical-align: top }
tr:nth-child(2n) { background: #f6f8fa }
a { color: #0969da; text-decoration: none }
blockquote { margin: 0 0 16px; padding: 0 16px; border-left: 4px solid #cf222e }
</style><div class="box"><div class="head"><b>github-actions</b> bot commented</div><div class="body">BODY</div></div>
<script src="MERMAID"></script><script>
for (const code of document.querySelectorAll("code.language-mermaid")) code.parentElement.outerHTML =
  "<div class=mermaid>" + code.innerHTML + "</div>";
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
window.drawn = mermaid.run();
</script>"""


def demo(folder: Path) -> Mapping[str, str]:
    """Return the demo's plan, by the name of its picture, as the text that each is taken of."""
    plan, page = folder / "plan.json", folder / "plan.html"
    seed = TOP / "docs" / "sandbox-seed.json"
    where = ["--sandbox", "--sandbox-db", folder / "db.sqlite", "--sandbox-date", "2027-02-01", "--sandbox-seed", seed]
    link = f"{LINKS.repository}/blob/{LINKS.commit}/{{file}}#L{{line}}"
    command = ["plan", "events", *where, "--out", plan, "--html", page, "--link", link]
    subprocess.run([sys.executable, "-m", "reconciler", *map(str, command)], cwd=TOP, check=True, capture_output=True)
    review = Review(read_plan(plan.read_text(encoding="utf-8")), Proposed(), links=LINKS)
    return {"comment": comment(review), "page": page.read_text(encoding="utf-8")}


def taken_of(text: str) -> str:
    """Return what a picture holds of the text that it was taken of."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each chunk (PNG specification, section 5.3)."""
    place = 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12


def source_of(png: bytes) -> str:
    """Return what a picture says that it was taken of; empty if it says nothing."""
    texts = (content.partition(b"\0") for kind, content in _chunks(png) if kind == b"tEXt")
    return next((text.decode() for key, _, text in texts if key == b"Source"), "")


def _signed(png: bytes, source: str) -> bytes:
    content = b"Source\0" + source.encode()
    chunk = b"tEXt" + content
    end = png.rindex(b"IEND") - 4
    return png[:end] + struct.pack(">I", len(content)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[end:]


def _shown(name: str, text: str) -> str:
    if name == "page":
        return text
    script = mermaid()
    assert script is not None
    body = _ALERT.sub(lambda found: f"<blockquote><p><b>{found[1].capitalize()}</b><p>", GITHUB.render(text))
    return _AROUND.replace("BODY", body).replace("MERMAID", script.as_uri())


def main() -> None:
    """Take each picture and save it."""
    with TemporaryDirectory(prefix="portraits") as temporary, browser(Path(temporary)) as tab:
        folder = Path(temporary)
        FOLDER.mkdir(exist_ok=True)
        for name, text in demo(folder).items():
            file = folder / f"{name}-shown.html"
            file.write_text(_shown(name, text), encoding="utf-8")
            tab.look(width=_WIDTH, height=_HEIGHTS[name])
            tab.open(f"{file.as_uri()}{_PLACES[name]}")
            tab.run("window.drawn")
            (FOLDER / f"{name}.png").write_bytes(_signed(tab.picture(), taken_of(text)))


if __name__ == "__main__":
    main()
