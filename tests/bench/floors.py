"""The least that can be done: files parsed by libyaml, pages of the list fetched and decoded.

`python -m tests.bench.floors load|events FOLDER`, or `plan FOLDER BASE_URL`.
"""

import json
import sys
from pathlib import Path

import yaml

PAGE = 100


def load(folder: Path) -> None:
    """Parse every file into Python's values with libyaml, and keep all of them, as any program must."""
    kept = [[*yaml.load_all(text, yaml.CSafeLoader)] for text in _texts(folder)]
    sys.stdout.write(f"{len(kept)} files\n")


def events(folder: Path) -> None:
    """Let libyaml parse every file, and make nothing of it."""
    number = sum(1 for text in _texts(folder) for _ in yaml.parse(text, yaml.CSafeLoader))
    sys.stdout.write(f"{number} events\n")


def plan(folder: Path, base_url: str) -> None:
    """Parse every file, then fetch every page of the list and decode it."""
    import httpx  # noqa: PLC0415  (the other floors do without it)

    load(folder)
    kept, query = [], {"limit": str(PAGE)}
    with httpx.Client(base_url=base_url, headers={"Authorization": "Bearer sandbox-1001"}) as client:
        while query:
            page = json.loads(client.get("/marketing/marketing-events/2026-03", params=query).content)
            kept += page["results"]
            after = page.get("paging", {}).get("next", {}).get("after")
            query = {"limit": str(PAGE), "after": after} if after else {}
    sys.stdout.write(f"{len(kept)} live\n")


def _texts(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.rglob("*.yaml"))]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", place]:
            load(Path(place))
        case ["events", place]:
            events(Path(place))
        case ["plan", place, address]:
            plan(Path(place), address)
        case _:
            sys.exit(__doc__)
