"""Pictures drawn by Mermaid's own package in a real browser, as GitHub draws them."""

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MERMAID = Path(__file__).parent / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
"""Where `npm ci` in this folder puts it."""

FLAGS = (
    "--headless",
    "--no-sandbox",  # it runs as root in containers, and only opens the page made here
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)

PAGE = """<!doctype html><meta charset="utf-8"><body style="width: 820px; font-family: sans-serif">
<script src="{mermaid}"></script>
<script>
const known = new Set({allowed});
const trouble = (svg) => [...svg.querySelectorAll("*")].flatMap((element) => [
  ...(known.has(element.tagName) ? [] : [element.tagName]),
  ...element.getAttributeNames().filter((name) => /^on|href$/.test(name)),
]);
async function draw(source, number) {{
  try {{
    const place = document.body.appendChild(document.createElement("div"));
    place.innerHTML = (await mermaid.render("drawn" + number, source)).svg;
    const svg = place.querySelector("svg");
    const texts = [...svg.querySelectorAll("text[class*=taskText]")].map((text) => text.textContent);
    const sections = [...svg.querySelectorAll(".sectionTitle")].map((text) => text.textContent);
    const shapes = [...svg.querySelectorAll("rect.task")].map((rect) => rect.getAttribute("width") * 1);
    const ticks = [...svg.querySelectorAll(".tick text")].map((text) => text.textContent);
    return {{ texts, sections, shapes, ticks, trouble: trouble(svg), error: "" }};
  }} catch (error) {{
    return {{ texts: [], sections: [], shapes: [], ticks: [], trouble: [], error: String(error) }};
  }}
}}
(async () => {{
  mermaid.initialize({{ startOnLoad: false, securityLevel: "strict" }});
  const found = [];
  for (const [number, source] of {sources}.entries()) found.push(await draw(source, number));
  const told = new TextEncoder().encode(JSON.stringify(found));
  document.body.setAttribute("data-found", btoa(Array.from(told, (byte) => String.fromCharCode(byte)).join("")));
}})();
</script>"""

ALLOWED = ("svg", "g", "rect", "text", "tspan", "line", "path", "style", "title", "desc")
"""The elements that a picture of ours is made of."""


@dataclass(frozen=True)
class Drawn:
    """A picture as a browser shows it."""

    texts: list[str]
    """The labels of the bars."""
    sections: list[str]
    shapes: list[float]
    """The widths of the bars."""
    ticks: list[str]
    trouble: list[str]
    """Elements and attributes that no picture of ours has."""
    error: str


def chromium() -> str | None:
    """Find a browser: the one that the environment names, or a usual one."""
    named = os.environ.get("RECONCILER_TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def mermaid() -> Path | None:
    """Find `mermaid.min.js`: the one that the environment names, or the one that is installed beside this file."""
    path = Path(os.environ.get("RECONCILER_TEST_MERMAID") or MERMAID)
    return path.resolve() if path.exists() else None


def missing() -> str:
    """Return what is missing for drawing pictures here; empty if nothing is."""
    if chromium() is None:
        return "there is no Chromium: install one, or name it in RECONCILER_TEST_CHROMIUM"
    if mermaid() is None:
        how = "run `npm ci --ignore-scripts` in tests/browser, or name mermaid.min.js in RECONCILER_TEST_MERMAID"
        return f"there is no mermaid: {how}"
    return ""


def draw(sources: Sequence[str], folder: Path) -> list[Drawn]:
    """Draw all pictures on one page; starting a browser takes longer than drawing."""
    page = folder / "page.html"
    script = mermaid()
    assert script is not None
    # A closing tag in a text would end the script.
    held = json.dumps(list(sources)).replace("<", "\\u003c")
    page.write_text(PAGE.format(mermaid=script.as_uri(), sources=held, allowed=json.dumps(ALLOWED)))
    dumped = _browse(page, folder, "--virtual-time-budget=100000", "--dump-dom")
    found = re.search(r'data-found="([^"]*)"', dumped)
    assert found, dumped[-2000:]
    return [Drawn(**one) for one in json.loads(base64.b64decode(found[1]))]


def _browse(page: Path, folder: Path, *options: str) -> str:
    command = [str(chromium()), *FLAGS, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, check=True, timeout=100).stdout.decode()
