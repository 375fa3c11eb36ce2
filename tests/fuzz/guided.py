"""One target under libFuzzer, which keeps inputs that reach new code and mutates them further; see `make fuzz`."""

import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["reconciler"]):
    from tests.fuzz.targets import TARGETS, Target

_BY_BYTES = 4
"""One of this many mutations is libFuzzer's own, which knows nothing of texts."""


def main(name: str, folder: Path, options: list[str]) -> None:
    """Fuzz a target until libFuzzer's options say stop; it ends the process itself."""
    target = TARGETS[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    flags = [f"-artifact_prefix={folder}/", *options, str(corpus)]
    atheris.Setup([sys.argv[0], *flags], target.read, custom_mutator=_mutator(target))
    atheris.Fuzz()


def _mutator(target: Target):  # type: ignore[no-untyped-def]  # (libFuzzer's own form)
    def mutated(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.randrange(_BY_BYTES) == 0:
            return bytes(atheris.Mutate(data, len(data)))
        return target.mutate(data, random)[:most]

    return mutated


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
