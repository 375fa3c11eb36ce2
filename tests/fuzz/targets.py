"""The product's readers to be fuzzed, each a function of bytes that raises only if it has a defect."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.fuzz import declarations, git_objects, github, hubspot, mutations, sandbox, saved_plans, sources
from tests.fuzz.mutations import Mutate


@dataclass(frozen=True)
class Target:
    """A reader, inputs to begin with, and a way to mutate them."""

    read: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    mutate: Mutate
    examples: int = 80
    """The number of mutated inputs that a test tries; `make fuzz` has no such limit."""


TARGETS: Mapping[str, Target] = {
    "declarations": Target(declarations.file, declarations.seeds, mutations.yaml, 250),
    "defaults": Target(declarations.defaults, declarations.seeds, mutations.yaml, 120),
    "settings": Target(declarations.settings, declarations.settings_seeds, mutations.yaml, 120),
    "calendar": Target(sources.calendar, sources.calendars, mutations.calendar, 60),
    "table": Target(sources.table, sources.tables, mutations.anything),
    "hubspot": Target(hubspot.answer, hubspot.seeds, mutations.answer, 40),
    "headers": Target(hubspot.headers, hubspot.seeds, mutations.answer),
    "saved-plan": Target(saved_plans.saved, saved_plans.seeds, mutations.json_text, 40),
    "github": Target(github.answer, github.answers, mutations.answer, 40),
    "github-event": Target(github.event, github.payloads, mutations.json_text),
    "artifact": Target(github.archive, github.archives, mutations.anything),
    "git": Target(git_objects.conversation, git_objects.seeds, mutations.anything),
    "git-folder": Target(git_objects.folder, git_objects.records, mutations.anything),
    "seed": Target(sandbox.seed, sandbox.seed_files, mutations.json_text, 60),
    "faults": Target(sandbox.rules, sandbox.rule_files, mutations.json_text),
    "behaviours": Target(sandbox.behaviours, sandbox.behaviour_bodies, mutations.json_text),
    "writes": Target(sandbox.body, sandbox.write_bodies, mutations.json_text, 40),
}
