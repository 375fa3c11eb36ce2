"""`yaml-language-server` as an editor calls it: a process that speaks the Language Server Protocol."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
"""Where `npm ci` in this folder puts it."""

CAPABILITIES = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}


def server() -> Path:
    """Return the server: the one that the environment names, or the one that is installed beside this file."""
    return Path(os.environ.get("RECONCILER_TEST_LANGUAGE_SERVER") or SERVER)


def missing() -> str:
    """Return what is missing for asking an editor's server; empty if nothing is."""
    if shutil.which("node") is None:
        return "there is no node"
    if not server().exists():
        how = "run `npm ci --ignore-scripts` in tests/editor, or name it in RECONCILER_TEST_LANGUAGE_SERVER"
        return f"there is no yaml-language-server: {how}"
    return ""


@dataclass(frozen=True)
class Offer:
    """One completion: the text that it inserts, and what is said of it."""

    text: str
    said: str


class Editor:
    """An editor that has a folder open, with one server; each text that it is asked about is a file of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, settings: Mapping[str, Any]) -> None:
        self.process = process
        self.folder = folder
        self.settings = {"yaml": {"schemaStore": {"enable": False}, "schemas": settings["yaml.schemas"]}}
        self.calls = 0
        root = {"uri": folder.as_uri(), "name": folder.name}
        place = {"processId": None, "rootUri": root["uri"], "workspaceFolders": [root]}
        self.ask("initialize", {**place, "capabilities": CAPABILITIES})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": self.settings})
        # Until it has read the settings, the server knows no schema, and finds nothing wrong.
        assert any(self.problems("misspelt: 1") for _ in range(100))

    def problems(self, text: str, name: str = "e.yaml") -> list[str]:
        """Return the line and message of each problem that is underlined in a file."""
        (found,) = self.problems_in([(text, name)])
        return found

    def problems_in(self, files: Iterable[tuple[str, str]]) -> list[list[str]]:
        """Return the problems of many files, which the server reads one after the other."""
        opened = [self.open(text, name) for text, name in files]
        told: dict[str, list[str]] = {}
        while not told.keys() >= set(opened):
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics":
                found = message["params"]["diagnostics"]
                lines = [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in found]
                told[message["params"]["uri"]] = sorted(lines)
        for uri in opened:
            self.close(uri)
        return [told[uri] for uri in opened]

    def offers(self, text: str, name: str = "e.yaml") -> dict[str, Offer]:
        """Return what is offered at the `|` of a file, by its label."""
        found = self.at_mark("textDocument/completion", text, name)
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: Offer(item["insertText"], item.get("documentation") or "") for item in items}

    def hover(self, text: str, name: str = "e.yaml") -> str:
        """Return what is shown for the `|` of a file, as Markdown."""
        found = self.at_mark("textDocument/hover", text, name)
        return str(found["contents"]["value"]) if found else ""

    def at_mark(self, method: str, text: str, name: str) -> Any:
        before, after = text.split("|", 1)
        uri = self.open(before + after, name)
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        found = self.ask(method, {"textDocument": {"uri": uri}, "position": place})
        self.close(uri)
        return found

    def open(self, text: str, name: str) -> str:
        self.calls += 1
        folder = self.folder / "events" if name == "reconciler.yaml" else self.folder / "events" / str(self.calls)
        uri = (folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": self.calls, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def close(self, uri: str) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def ask(self, method: str, params: object) -> Any:
        self.calls += 1
        number = self.calls
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def tell(self, method: str, params: object) -> None:
        self.send({"method": method, "params": params})

    def send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """Return the next message; answer the server's own questions on the way."""
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()) not in {b"\r\n", b""}:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        assert length, "the server has ended"
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "id" in message and "method" in message:
            self.send({"id": message["id"], "result": self.answer(message)})
        return message

    def answer(self, message: Mapping[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        return [self.settings.get(item.get("section")) for item in message["params"]["items"]]


@contextmanager
def editor(folder: Path, settings: Mapping[str, Any]) -> Iterator[Editor]:
    """Open a folder with the settings of VS Code."""
    command = ["node", str(server()), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Editor(process, folder, settings)
        finally:
            process.kill()
