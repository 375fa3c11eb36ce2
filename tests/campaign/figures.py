"""The counts of a campaign."""

from collections import Counter
from dataclasses import dataclass, field

from tests.campaign.laws import LAWS


@dataclass
class Figures:
    """Counts of everything that schedules met; two of them can be added."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    """By kind, as met by requests."""
    codes: Counter[str] = field(default_factory=Counter)
    """Runs by exit code."""
    reruns: Counter[int] = field(default_factory=Counter)
    """Schedules by how many runs it took, once the faults were over, until nothing was left to do."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """What receipts said of changes."""
    breaches: Counter[str] = field(default_factory=Counter)
    """Batches that broke a law, by its kind."""

    def add(self, other: "Figures") -> None:
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(theirs)


OTHERWISE = "other breaches"
"""The kind of every other breach: that something is left to do in the end, or that the machine itself fails."""


def shown(figures: Figures, again: str, processes: int, seconds: float) -> str:
    """Write figures as they stand in docs/reliability.md."""
    counts = figures.counts
    pace = f"{seconds / 60:.1f} minutes, {processes} processes, {counts['schedules'] / seconds:.1f} a second"
    rows = {
        "schedules": f"{counts['schedules']:,} ({pace})",
        "runs": f"{counts['runs']:,}, by exit code: {_listed(figures.codes)}",
        "requests": f"{counts['requests']:,}, of them {counts['writes']:,} writes",
        "faults met": f"{figures.faults.total():,}: {_listed(figures.faults)}",
        "deeds of others": f"{counts['foreign edits']:,}, of them {counts['during runs']:,} while a run went on",
        "edits in the last window": f"{counts['in the last window']:,}",
        "kills, interruptions": f"{counts['kills']:,}, {counts['interruptions']:,}",
        "changes, as receipts told": _listed(figures.outcomes),
        "runs until nothing was left": _listed(figures.reruns),
        "kept from it, and said so": f"{counts['kept from it']:,}",
        **{kind: f"{figures.breaches[kind]:,}" for kind in (*LAWS, OTHERWISE)},
        "again": f"make campaign {again}",
    }
    widest = max(map(len, rows))
    return "".join(f"{name:<{widest}}  {text}\n" for name, text in rows.items())


def _listed(counts: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda one: -one[1]))
