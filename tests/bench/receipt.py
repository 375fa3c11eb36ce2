"""Measure what it costs to keep the receipt of a run up to date: the work before and after each of its writes.

`python -m tests.bench.receipt [CHANGES]` (default 10,000) compares that with writing the same bytes to the disk.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.applying.accounting import so_far
from reconciler.applying.approval import everything
from reconciler.applying.guard import Limits, approve
from reconciler.applying.ledger import Ledger
from reconciler.cli.output import save
from reconciler.render.json import ReceiptText
from tests.building import declared, planned_from

BATCH = 100
URL = "https://acme.example/launch"


def fastest(work: Callable[[], object]) -> float:
    """Return the milliseconds of the fastest of some runs."""
    found = []
    for _ in range(5):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found) * 1000


def main() -> None:
    """Measure a run half of which is done, and print the figures."""
    number = int(sys.argv[1]) if sys.argv[1:] else 10_000
    planned = planned_from(
        [declared(f"e-{each}", {"eventName": f"Event {each}", "eventUrl": URL}) for each in range(number)]
    )
    approved = approve(planned, everything(planned.plan), Limits())
    ledger, texts = Ledger(approved.changes), ReceiptText()
    left = iter(approved.changes)
    for change, _ in zip(left, range(number // 2), strict=False):
        ledger.succeed(change)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "receipt.json"

        def keep() -> None:
            for change, _ in zip(left, range(BATCH), strict=False):
                ledger.succeed(change)
            save(file, texts.json(so_far(approved, ledger.applied())))

        keep()
        text = file.read_text()
        kept, floor = fastest(keep), fastest(lambda: save(file, text))
    sys.stdout.write(
        f"{number} changes, {len(text):,} bytes: kept in {kept:.0f} ms, of which the disk takes {floor:.0f} ms; "
        f"{kept / floor:.1f} times as long\n"
    )


if __name__ == "__main__":
    main()
