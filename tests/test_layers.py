"""The architecture: which modules may import which, and which outside package has which doorway."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "reconciler"

WORDS = {
    "reconciler.change",
    "reconciler.diagnostics",
    "reconciler.errors",
    "reconciler.event",
    "reconciler.json_values",
    "reconciler.policy",
    "reconciler.portal",
    "reconciler.safe_text",
    "reconciler.values",
}
CORE = {
    "reconciler.advice",
    "reconciler.applying",
    "reconciler.declarations",
    "reconciler.doctor",
    "reconciler.planning",
    "reconciler.render",
}
EDGES = {
    "reconciler.connections",
    "reconciler.declarations.as_of",
    "reconciler.declarations.files",
    "reconciler.declarations.load",
    "reconciler.declarations.settings",
    "reconciler.github",
    "reconciler.hubspot",
    "reconciler.transport",
}
STORIES = {"reconciler.__main__", "reconciler.cli", "reconciler.pipeline"}

DOORWAYS = {
    "click": {"reconciler.cli"},
    "deepdiff": {"reconciler.planning.diff"},
    "httpcore": {"reconciler.transport.network"},
    "htpy": {"reconciler.render.page"},
    "httpx": {"reconciler.transport.exchange", "reconciler.transport.network"},
    "icalendar": {
        *(f"reconciler.declarations.sources.{name}" for name in ("content_lines", "time_zones")),
        "reconciler.render.calendar",
    },
    "markupsafe": {"reconciler.render.page"},
    "pydantic": {f"reconciler.declarations.keys.{name}" for name in ("schema", "settings_form", "value_types")},
    "rich": {"reconciler.cli"},
    "starlette": {"reconciler.sandbox"},
    "tenacity": {"reconciler.transport.retrying"},
    "uvicorn": {"reconciler.sandbox"},
    "yaml": {
        f"reconciler.declarations.yaml.{name}" for name in ("events", "ordinary", "remarks", "source", "strict_yaml")
    },
}

SEES_THE_WORLD = {
    "reconciler.connections",
    "reconciler.declarations.as_of",
    "reconciler.declarations.files.committed",
    "reconciler.declarations.files.disk",
    "reconciler.declarations.files.git",
    "reconciler.declarations.files.history",
    "reconciler.declarations.files.replacing",
    "reconciler.declarations.load",
    "reconciler.declarations.settings",
    "reconciler.github.actions",
    "reconciler.transport.network",
    "reconciler.transport.surroundings",
}
"""Of all but the command line and the sandbox."""
WORLD = {"os", "sys", "pathlib", "tempfile", "subprocess", "socket", "time", "signal", "urllib.request", "http"}
"""What lets a module see the disk, the clock, the environment or the network."""


RINGS = {
    "words": WORDS,
    "edge": EDGES,
    "core": CORE,
    "story": STORIES,
    "sandbox": {"reconciler.sandbox"},
}


def ring(module: str) -> str:
    """Return the ring that a module stands in: its own, or else its folder's."""
    if module == "reconciler":
        return "words"
    return next(name for name, roots in RINGS.items() if within(module, roots))


MAY_IMPORT = {
    "words": {"words"},
    "core": {"words", "core"},
    "edge": {"words", "core", "edge"},
    "story": {"words", "core", "edge", "story"},
    "sandbox": {"sandbox"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file once, however many tests ask for it."""
    return ast.parse(path.read_text())


def imports(module: str) -> Iterator[str]:
    """Yield every module that a module imports, inside functions too."""
    for node in ast.walk(tree_of(MODULES[module])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (_target(node.module, alias.name) for alias in node.names)


def public_names(module: str) -> Iterator[str]:
    """Return the names without an underscore that a module defines: classes, functions, constants."""
    for node in tree_of(MODULES[module]).body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names = [name]
            case ast.Assign(targets=targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))


def _target(package: str, name: str) -> str:
    return f"{package}.{name}" if f"{package}.{name}" in MODULES else package


def _last_name(node: ast.expr) -> str:
    """Return the last name of a dotted one; empty if it is not a name."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def folder_of(module: str) -> str:
    """Return the folder that a module stands in; a module at the top is a room by itself, and the sandbox is one."""
    if module.startswith("reconciler.sandbox"):
        return "reconciler.sandbox"
    is_folder = MODULES[module].name == "__init__.py" or module.count(".") == 1
    return module if is_folder else module.rpartition(".")[0]


def circular(graph: Mapping[str, set[str]]) -> set[str]:
    """Return the names that are in circles: repeatedly remove those that need nothing more, and keep the rest."""
    left = dict(graph)
    while leaves := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in leaves:
            del left[name]
    return set(left)


def within(module: str, roots: set[str]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    ours = {name for name in imports(module) if within(name, {"reconciler"})}
    if ring(module) == "story":
        ours = {name for name in ours if ring(name) != "sandbox" or module != "reconciler.cli.sandbox"}
    wrong = {name for name in ours if name != "reconciler" and ring(name) not in MAY_IMPORT[ring(module)]}
    assert not wrong


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {module: {name for name in imports(module) if name in MODULES} - {"reconciler"} for module in MODULES}
    assert not circular(graph)


def test_no_folder_imports_another_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        needs = {folder_of(name) for name in imports(module) if name in MODULES}
        graph.setdefault(folder_of(module), set()).update(needs)
    assert not circular({folder: needs - {folder, "reconciler"} for folder, needs in graph.items()})


def test_every_entry_at_the_top_stands_in_the_table_of_contributing() -> None:
    table = (PACKAGE.parent / "CONTRIBUTING.md").read_text("utf-8").partition("| Room |")[2].partition("\n\n")[0]
    told = set(re.findall(r"`(?:reconciler/)?([a-z_]+(?:/|\.py))`", table)) - {
        "events/",
        "page/",
        "pull_request/",
        "files/",
    }
    entries = (path for path in PACKAGE.iterdir() if not path.name.startswith("__") and path.suffix != ".typed")
    assert told == {f"{path.name}/" if path.is_dir() else path.name for path in entries}


ROOMS = sorted({name.split(".")[1] for name in MODULES if "." in name} - {"__main__"})


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_tests_where_its_name_leads(room: str) -> None:
    """A folder has a folder of tests, a module at the top a file of tests."""
    if (PACKAGE / room).is_dir():
        assert list((TESTS / room).glob("test_*.py"))
    else:
        assert list(TESTS.rglob(f"test_{room}.py"))


NAMED_ALIKE = {
    "command": "click's command of each command's file; it is found by this name",
    "plan": "each format of render/ writes one",
    "receipt": "each format of render/ writes one",
}
"""Public names that may be defined in two modules, each with the reason."""


def test_no_public_name_is_defined_in_two_modules() -> None:
    """The sandbox shares nothing with the rest, its names neither."""
    homes: dict[str, set[str]] = {}
    for module in MODULES:
        if ring(module) != "sandbox":
            for name in public_names(module):
                homes.setdefault(name, set()).add(module)
    assert {name for name, modules in homes.items() if len(modules) > 1} == NAMED_ALIKE.keys()


@pytest.mark.parametrize("module", MODULES)
def test_each_outside_package_has_one_doorway(module: str) -> None:
    used = {package: name for name in imports(module) for package in DOORWAYS if within(name, {package})}
    assert not {package for package in used if not within(module, DOORWAYS[package])}


def test_few_modules_see_the_disk_the_clock_the_environment_or_the_network() -> None:
    apart = {"reconciler.__main__", "reconciler.cli", "reconciler.sandbox"}
    seeing = {name for name in MODULES if not within(name, apart) and not WORLD.isdisjoint(imports(name))}
    assert seeing == SEES_THE_WORLD
    assert {ring(name) for name in seeing} == {"edge"}


@pytest.mark.parametrize(
    "module",
    [
        "reconciler.applying.apply",
        "reconciler.applying.verify",
        "reconciler.pipeline",
        "reconciler.applying.lost_writes",
    ],
)
def test_the_story_knows_a_portal_only_by_its_protocol_and_no_command_line(module: str) -> None:
    assert not {name for name in imports(module) if within(name, {"reconciler.hubspot", "reconciler.cli"})}


def test_no_test_name_is_longer_than_80_characters() -> None:
    names = {
        node.name
        for path in TESTS.rglob("*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert not {name for name in names if len(name) > 80}


def test_only_the_guard_makes_an_approved_plan() -> None:
    makers = {
        module
        for module, path in MODULES.items()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "ApprovedPlan"
    }
    assert makers == {"reconciler.applying.guard"}


def test_two_modules_alone_read_the_environment() -> None:
    readers = {
        module
        for module, path in MODULES.items()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers == {"reconciler.connections", "reconciler.github.actions"}


def test_the_day_is_read_at_the_doors_alone() -> None:
    """Everything else receives the time, so that expected results in tests stay true."""
    days = [f"{kind}.{name}" for kind in ("datetime", "date") for name in ("now", "utcnow", "today")]
    asking = {*days, *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime"))}
    sources = [*MODULES.values(), *(PACKAGE.parent / "tests").glob("**/*.py")]
    askers = {
        str(path.relative_to(PACKAGE.parent))
        for path in sources
        if "node_modules" not in path.parts
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Attribute) and f"{_last_name(node.value)}.{node.attr}" in asking)
        or (isinstance(node, ast.ImportFrom) and {f"{node.module}.{alias.name}" for alias in node.names} & asking)
    }
    assert askers == {"reconciler/cli/run.py", "reconciler/sandbox/server.py"}


def test_one_module_alone_prints() -> None:
    """Everything printed has to pass through the one place that makes it safe."""
    printing = {"click.echo", "click.secho", "click.echo_via_pager", "print", "sys.stdout.write", "sys.stderr.write"}
    printers = {
        module
        for module, path in MODULES.items()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in printing
    }
    assert printers == {"reconciler.cli.output"}


def test_deepdiff_is_used_for_comparing_alone() -> None:
    """Its Delta and pickle parts have been the way in for attackers."""
    assert {name for name in imports("reconciler.planning.diff") if within(name, {"deepdiff"})} == {"deepdiff.diff"}
