"""The work of keeping the receipt of a run: all that an apply does more if it is asked for one."""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from reconciler.applying.accounting import recording
from reconciler.applying.approval import everything
from reconciler.applying.guard import ApprovedPlan, Limits, approve
from reconciler.applying.ledger import Ledger, stretches
from reconciler.cli.output import save
from reconciler.planning.steps import steps
from reconciler.render.json import ReceiptText
from tests.building import declared, planned_from

URL = "https://acme.example/launch"


def approved_creates(count: int) -> ApprovedPlan:
    """Return an approved plan of so many creates."""
    events = [declared(f"e-{each}", {"eventName": f"Event {each}", "eventUrl": URL}) for each in range(count)]
    planned = planned_from(events)
    return approve(planned, everything(planned.plan), Limits())


def seconds_of_receipts(approved: ApprovedPlan, rounds: int = 5) -> float:
    """Return the processor time of all receipts of a run that does what was approved: the median of some rounds."""
    with TemporaryDirectory() as folder:
        return median(_seconds(approved, Path(folder) / "receipt.json") for _ in range(rounds))


def _seconds(approved: ApprovedPlan, file: Path) -> float:
    """Keep a receipt before the first write, before each stretch and at the end, as an apply does."""
    ledger, texts, taken = Ledger(approved.changes), ReceiptText(), 0.0
    keep = recording(approved, lambda receipt: save(file, texts.json(receipt)))

    def kept() -> float:
        begin = time.process_time()
        keep(ledger.applied())
        return time.process_time() - begin

    for stretch in stretches(list(steps(approved.changes))):
        changes = [change for step in stretch for change in step.changes]
        ledger.announce(changes)
        taken += kept()
        for change in changes:
            ledger.succeed(change)
    return taken + kept() + kept()
