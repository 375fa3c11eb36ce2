"""The figures, as docs/performance.md lists them."""

from functools import partial

from tests.bench import cpu, waiting
from tests.bench.cpu import CLICK, FLOOR, PLAN, VALIDATE
from tests.bench.figure import Figure
from tests.bench.workloads import prefixed, scattered

BOUND = {"times the bound": 1.3, "answers 429": 0}
FEWER = {"times the bound": 1.3, "requests": 1_100, "answers 429": 0}
SMALL = {"requests": 215, "s": 15}
EACH = {"requests": 10_104, "answers 429": 0}
"""A page for a hundred events, a read of each, and the portal's details."""

FIGURES = (
    Figure(
        "plan-files",
        "`plan`, 10,000 events in one file each, 100 differ",
        {FLOOR: 2.0},
        cpu.plan_files,
    ),
    Figure("plan-lists", "the same in 10 list files", {FLOOR: 1.8}, cpu.plan_lists),
    Figure(
        "import",
        "`import`, 10,000 events, beside the `plan` of the files that it writes",
        {PLAN: 5.0},
        cpu.import_files,
    ),
    Figure("fmt", "`fmt`, 10,000 files that change, beside their `validate`", {VALIDATE: 12.0}, cpu.format_files),
    Figure(
        "octodns-files",
        "`plan` of one file each beside octoDNS 1.22, its YAML provider on both sides",
        {"times octoDNS": 0.40},
        partial(cpu.octodns, "files"),
    ),
    Figure("octodns-lists", "the same, 10 list files", {"times octoDNS": 0.30}, partial(cpu.octodns, "lists")),
    Figure(
        "scale",
        "`plan`, 100,000 in 10 list files",
        {"times the CPU of 10,000": 11, "MiB": 450},
        cpu.scale,
        long=True,
    ),
    Figure(
        "validate-loader",
        "`validate`, 10,000 in one file each, beside libyaml's loader",
        {FLOOR: 1.2},
        partial(cpu.validate, "load"),
    ),
    Figure("validate-events", "the same beside libyaml's events alone", {FLOOR: 3.0}, partial(cpu.validate, "events")),
    Figure("validate-one", "`validate` of one file beside libyaml's loader", {FLOOR: 3.5}, cpu.validate_one),
    Figure("plan-samples", "`plan` of the samples in `events/`, most of which differ", {FLOOR: 1.4}, cpu.plan_samples),
    Figure("plan-applied", "the same where nothing differs", {FLOOR: 1.4}, cpu.plan_applied_samples),
    Figure("help", "`--help`", {CLICK: 1.5}, partial(cpu.start, "--help")),
    Figure("version", "`--version`", {CLICK: 1.5}, partial(cpu.start, "--version")),
    Figure("receipt", "the receipt's share of an `apply` of 10,000", {"% of the CPU": 3}, cpu.receipt, long=True),
    Figure(
        "window",
        "the longest time from the first fresh read of a batch to its write",
        {"s (create)": 6.5, "s (update)": 0.7, "s (delete)": 0.7},
        waiting.windows,
    ),
    Figure(
        "script",
        "`apply` of 100 creates beside a script on HubSpot's own client, one read and one write for each event",
        {"times the script": 1},
        waiting.beside_script,
    ),
    Figure(
        "creates",
        "`apply`, 1,000 creates, ids of one prefix",
        BOUND,
        partial(waiting.creates, 1_000, prefixed),
    ),
    Figure(
        "creates-scattered",
        "1,000 creates, ids without a prefix",
        BOUND,
        partial(waiting.creates, 1_000, scattered),
        long=True,
    ),
    Figure("updates", "1,000 updates, ids of one prefix", FEWER, partial(waiting.updates, 1_000, prefixed), long=True),
    Figure(
        "updates-scattered",
        "1,000 updates, ids without a prefix",
        FEWER,
        partial(waiting.updates, 1_000, scattered),
        long=True,
    ),
    Figure("deletes", "500 deletes, ids of one prefix", FEWER, partial(waiting.deletes, 500, prefixed), long=True),
    Figure(
        "deletes-scattered",
        "500 deletes, ids without a prefix",
        FEWER,
        partial(waiting.deletes, 500, scattered),
        long=True,
    ),
    Figure(
        "first-load-trusting",
        "10,000 creates with `--trust-list`",
        BOUND,
        partial(waiting.trusting_creates, 10_000),
        long=True,
    ),
    Figure("first-load", "10,000 creates", BOUND, partial(waiting.creates, 10_000, scattered), long=True),
    Figure("small-plan", "`plan` of 200 in a portal of 50,000", SMALL, waiting.small_plan, long=True),
    Figure(
        "small-plan-path",
        "the same, 200 of 1,000 declared by the path",
        SMALL,
        partial(waiting.small_plan, narrowed=True),
        long=True,
    ),
    Figure(
        "small-plan-ignore",
        "the same, `orphans: ignore`",
        SMALL,
        partial(waiting.small_plan, orphans="ignore"),
        long=True,
    ),
    Figure("all-differ", "`plan`, 10,000, each differs", EACH, partial(waiting.all_differ, 10_000), long=True),
)
