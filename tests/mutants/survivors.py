"""Mutants that no test kills, compared with the list of explained ones."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

EXPLAINED = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True, order=True)
class Mutant:
    """One change to one function: the lines before and after it, each without the white space around it."""

    module: str
    """The module's file, from the top of the repository."""
    function: str
    before: str
    after: str

    @classmethod
    def of(cls, name: str, diff: str) -> "Mutant":
        """Return the mutant of mutmut's name and diff: it numbers mutants anew whenever a function changes."""
        place, _, _ = name.partition("__mutmut_")
        module, _, mangled = place.rpartition(".")
        function = mangled.removeprefix("xǁ").replace("ǁ", ".") if "ǁ" in mangled else mangled.removeprefix("x_")
        lines = diff.splitlines()[2:]  # the first two lines name the file
        return cls(f"{module.replace('.', '/')}.py", function, _signed("-", lines), _signed("+", lines))

    def __str__(self) -> str:
        return f"{self.module}, {self.function}:\n    {_shown(self.before)}\n->  {_shown(self.after)}"


def explained(text: str) -> Mapping[Mutant, str]:
    """Read why each mutant may survive."""
    entries = tomllib.loads(text).get("survivor", [])
    return {Mutant(one["module"], one["function"], one["before"], one["after"]): one["why"] for one in entries}


def objections(survived: Collection[Mutant], known: Collection[Mutant], modules: Collection[str]) -> Iterator[str]:
    """Yield the objections after a run over these modules: survivors without a reason, reasons without a survivor."""
    for mutant in sorted(set(survived) - set(known)):
        yield f"No test notices this mutant, and nothing explains it:\n{mutant}"
    for mutant in sorted(set(known) - set(survived)):
        if mutant.module in modules:
            yield f"This mutant is explained, but does not survive (any more):\n{mutant}"


def _signed(sign: str, lines: Collection[str]) -> str:
    return "\n".join(line[1:].strip() for line in lines if line.startswith(sign))


def _shown(lines: str) -> str:
    return lines.replace("\n", "\n    ") or "(nothing)"
