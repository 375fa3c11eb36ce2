"""A real browser, driven by the DevTools protocol over two pipes."""

import base64
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.drawing import FLAGS, chromium

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
"""Where `npm ci` in this folder puts it."""

_SECONDS = 60.0
# The browser reads from 3 and writes to 4, whatever numbers the pipes have here; one of them may have such a number.
_START = """
import os, sys
read, write = (os.dup(os.dup(int(number))) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
_KEYS: Mapping[str, Mapping[str, Any]] = {
    "Tab": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
}


def axe() -> Path | None:
    """Find `axe.min.js`: the one that the environment names, or the one that is installed beside this file."""
    path = Path(os.environ.get("RECONCILER_TEST_AXE") or AXE)
    return path.resolve() if path.exists() else None


def missing_driver() -> str:
    """Return what is missing for driving a browser here; empty if nothing is."""
    if chromium() is None:
        return "there is no Chromium: install one, or name it in RECONCILER_TEST_CHROMIUM"
    if axe() is None:
        how = "run `npm ci --ignore-scripts` in tests/browser, or name axe.min.js in RECONCILER_TEST_AXE"
        return f"there is no axe-core: {how}"
    return ""


@dataclass
class Tab:
    """One tab of a browser, with what happened in it."""

    write: int
    read: int
    session: str = ""
    events: list[Mapping[str, Any]] = field(default_factory=list)
    """What the browser has told beside its answers: requests, errors, complaints of the policy."""
    _sent: int = 0
    _rest: bytes = b""

    def __call__(self, method: str, **parameters: Any) -> Any:
        """Send a command; return its result."""
        self._sent += 1
        command = {"id": self._sent, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.write, json.dumps(command).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._sent:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _wait_for(self, method: str) -> None:
        """Wait until the browser has told of something."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._message())

    def _message(self) -> Mapping[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.read], [], [], _SECONDS)
            assert ready, "the browser does not answer"
            read = os.read(self.read, 1 << 20)
            assert read, "the browser is gone"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        told: Mapping[str, Any] = json.loads(message)
        return told

    def open(self, address: str) -> None:
        """Open a page anew and wait until it is loaded."""
        for each in ("about:blank", address):  # another place of the page that is open would load nothing
            self.events.clear()
            self("Page.navigate", url=each)
            self._wait_for("Page.loadEventFired")

    def run(self, script: str) -> Any:
        """Return what a script comes to, as JSON; the policy of the page does not hold for it."""
        told = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def look(self, *, width: int = 1280, height: int = 900, scheme: str = "light", media: str = "screen") -> None:
        """Set the size of the window, the colour scheme and the medium."""
        mobile = width < 500
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self("Emulation.setEmulatedMedia", media=media, features=features)

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            self("Input.dispatchKeyEvent", type=kind, **_KEYS[key])

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self("Input.insertText", text=text)

    def scripts(self, *, run: bool) -> None:
        """Let the scripts of pages run, or not; `run` still does."""
        self("Emulation.setScriptExecutionDisabled", value=not run)

    def picture(self, *, whole: bool = False) -> bytes:
        """Return what is seen, or the whole page, as a PNG."""
        told = self("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(told["data"])

    def printed(self) -> bytes:
        """Return the page as a PDF."""
        return base64.b64decode(self("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])

    def findings(self) -> list[str]:
        """Return what axe-core finds wrong, as rule and place."""
        script = axe()
        assert script is not None
        self.run(script.read_text(encoding="utf-8") + ";0")
        found = self.run("axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations)")
        return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the page was opened, but those that its policy kept back."""
        failed = [one["params"] for one in self.events if one.get("method") == "Network.loadingFailed"]
        kept_back = {one["requestId"] for one in failed if one.get("blockedReason") == "csp"}
        sent = [one["params"] for one in self.events if one.get("method") == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent if one["requestId"] not in kept_back]

    def complaints(self) -> list[str]:
        """Return the errors of the page, and what its policy kept from happening."""
        logged = [one["params"]["entry"]["text"] for one in self.events if one.get("method") == "Log.entryAdded"]
        thrown = [str(one["params"]) for one in self.events if one.get("method") == "Runtime.exceptionThrown"]
        return logged + thrown

    def dialogs(self) -> list[str]:
        """Return the messages that the page has put before its reader."""
        opened = "Page.javascriptDialogOpening"
        return [one["params"]["message"] for one in self.events if one.get("method") == opened]


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """Run a browser with one tab; its profile is in the folder."""
    (to_read, write), (read, to_write) = os.pipe(), os.pipe()
    command = [
        str(chromium()),
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        "--remote-debugging-pipe",
        "about:blank",
    ]
    started = [sys.executable, "-c", _START, str(to_read), str(to_write), *command]
    log = (folder / "browser.log").open("wb")
    process = subprocess.Popen(started, pass_fds=(to_read, to_write), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    os.close(to_read)
    os.close(to_write)
    tab = Tab(write, read)
    try:
        (target,) = [one for one in tab("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        tab.session = tab("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            tab(f"{domain}.enable")
        yield tab
    finally:
        os.close(write)
        os.close(read)
        process.terminate()
        process.wait(timeout=_SECONDS)
        log.close()
