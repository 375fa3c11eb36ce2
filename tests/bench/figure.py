"""A figure: what is measured, how much it may be at most, and how what was found is shown."""

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from os import cpu_count


@dataclass(frozen=True)
class Found:
    """What was found: a value for each unit of the figure, and the numbers behind them."""

    values: Mapping[str, float]
    behind: str


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    what: str
    wanted: Mapping[str, float]
    """The most that each value may be, by its unit, such as "times the floor"."""
    measure: Callable[[], Found]
    long: bool = False
    """Whether only a full run measures it."""

    def is_met(self, found: Found) -> bool:
        """Return whether no value is above what is wanted."""
        return all(found.values[unit] <= most for unit, most in self.wanted.items())

    def line(self, found: Found) -> str:
        """Return the figure in one line."""
        verdict = "ok" if self.is_met(found) else "not yet"
        reached, wanted = _listed(found.values), _listed(self.wanted)
        return f"{self.name}: {self.what}: {reached} (wanted: at most {wanted}): {verdict} [{found.behind}]"

    def row(self, found: Found) -> str:
        """Return the figure as a row of the table in docs/performance.md."""
        mark = "" if self.is_met(found) else ", not yet"
        cells = (self.what, _listed(self.wanted), _listed(found.values) + mark, found.behind, f"`{self.name}`")
        return "| " + " | ".join(cells) + " |"


def table(rows: Iterable[str], day: date) -> str:
    """Return the table for docs/performance.md, with the day and the machine above it."""
    machine = f"{platform.system()} {platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
    head = "| Measured | At most | Reached | Behind it | `FIGURE=` |\n|---|---|---|---|---|\n"
    return f"Measured on {day.isoformat()} with {machine}.\n\n{head}" + "".join(f"{row}\n" for row in rows)


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{_number(value)} {unit}" for unit, value in values.items())


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
