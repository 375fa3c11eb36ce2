"""Patterns that the source never contains: code made from data, unsafe calls, secrets."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SOURCES = sorted((TOP / "reconciler").rglob("*.py"))

UNPICKLERS = {"pickle", "cPickle", "dill", "jsonpickle", "marshal", "shelve", "copyreg", "ctypes", "code", "codeop"}
"""Modules that make code or objects from bytes."""
NAMES = {
    *("eval", "exec", "compile", "__import__", "breakpoint"),
    *("Delta", "pickle_load", "pickle_loads", "from_json_pickle", "to_json_pickle", "deephash"),
    *("unsafe_load", "unsafe_load_all", "full_load", "full_load_all", "UnsafeLoader", "FullLoader", "Loader"),
    *("system", "popen", "mktemp", "_create_unverified_context", "CERT_NONE", "extractall"),
}
"""Calls that would run, or trust, what somebody else wrote."""
ARGUMENTS = {
    *(("shell", True), ("verify", False), ("follow_redirects", True), ("trust_env", True), ("http2", True)),
    *(("check_hostname", False), ("allow_pickle", True), ("show_locals", True)),
}


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    return ((path, node) for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def forbidden(node: ast.AST) -> list[str]:
    """Return the forbidden names in a part of a program."""
    match node:
        case ast.Import(names=names):
            return [one.name for one in names if one.name.partition(".")[0] in UNPICKLERS]
        case ast.ImportFrom(module=str(module), names=names):
            inner = [one.name for one in names if one.name in NAMES]
            return [module] if module.partition(".")[0] in UNPICKLERS else inner
        case ast.Attribute(value=ast.Name(id="re"), attr="compile"):
            return []
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in NAMES:
            return [name]
        case ast.keyword(arg=str(name), value=ast.Constant(value=bool(value))) if (name, value) in ARGUMENTS:
            return [f"{name}={value}"]
        case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Constant(value=bool(value))):
            return [f"{name}={value}"] if (name, value) in ARGUMENTS else []
        case _:
            return []


def test_nothing_in_the_product_makes_code_out_of_data_or_leaves_a_door_open() -> None:
    assert len(SOURCES) > 100
    assert {f"{path.relative_to(TOP)}: {name}" for path, node in nodes() for name in forbidden(node)} == set()


@pytest.mark.parametrize(
    "line",
    [
        *("import pickle", "import pickle as p", "from marshal import loads", "from deepdiff import Delta"),
        *("eval(x)", "builtins.exec(x)", "yaml.load(x, yaml.UnsafeLoader)", "yaml.full_load(x)", "os.system(x)"),
        *("run(x, shell=True)", "httpx.Client(verify=False)", "Client(follow_redirects=True)"),
        *("context.check_hostname = False", "context.verify_mode = ssl.CERT_NONE", "diff.Delta(x)"),
    ],
)
def test_each_of_these_would_be_found(line: str) -> None:
    assert [name for node in ast.walk(ast.parse(line)) for name in forbidden(node)]


def test_yaml_is_read_by_its_events_alone() -> None:
    """Its loaders make objects; the events that are used only give texts and their positions."""
    used = {
        f"{node.value.id}.{node.attr}"
        for _, node in nodes()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml"
    }
    assert used
    assert not {name for name in used if re.search(r"(?i)load|construct|object", name)} - LOADER


LOADER = {"yaml.CSafeLoader"}
"""Only its parser is used."""

RUNNERS = re.compile("GITHUB_(ENV|PATH|STATE)")
"""Files that change how later steps of a job run."""


def test_nothing_is_told_to_later_steps_but_outputs_and_the_summary() -> None:
    scripts = [path for path in (TOP / ".github").rglob("*") if path.suffix in {".sh", ".yml"}]
    assert len(scripts) > 5
    assert [path.name for path in (*SOURCES, *scripts) if RUNNERS.search(path.read_text(encoding="utf-8"))] == []


REAL = re.compile(
    r"pat-[a-z]{2}\d-[0-9a-f]{8}-[0-9a-f]{4}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}"
    r"|AKIA[0-9A-Z]{16}|xox[abp]-\w{10}|sk_live_\w{16}"
)
"""The form of a token of HubSpot, GitHub and some others."""
KEYS = re.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----")


def kept() -> Iterator[tuple[str, str]]:
    """Yield every file that git keeps, with its text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = TOP / name
        if path.is_file():
            yield name, path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.skipif(not (TOP / ".git").exists(), reason="this is no clone, so nobody knows which files are kept")
def test_no_file_holds_what_looks_like_a_token_or_is_a_key_of_anybody() -> None:
    files = dict(kept())
    assert len(files) > 300
    assert [name for name, text in files.items() if REAL.search(text)] == []
    assert [name for name, text in files.items() if KEYS.search(text)] == [
        "tests/hubspot/loopback.pem",
        "tests/security/certificates/expired.pem",
        "tests/security/certificates/other-host.pem",
    ]
