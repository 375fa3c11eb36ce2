"""A Python whose new environments hold the packages that the tests run with, so that nothing has to be fetched."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

_NOT_TAKEN = ("hubspot_reconciler", "reconciler", "pip", "setuptools", "__editable__")
"""What a new environment must not find: the product, which is to be installed, and what it has itself."""


def fresh_python(folder: Path) -> Path:
    """Make a script that stands in for Python: it copies one environment where it is asked to make one.

    Pip in these environments finds the packages of this Python, in the versions of the lock, but not the product.
    """
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    packages = folder / "packages"
    packages.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(_NOT_TAKEN) and entry.suffix != ".pth":
            (packages / entry.name).symlink_to(entry)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(f"{packages}\n", encoding="utf-8")
    script = folder / "python"
    script.write_text(
        f"""#!/bin/sh
case "$*" in
  *"-m venv "*) for last; do :; done; cp -R "{folder}/venv" "$last" ;;
  *) exec "{sys.executable}" "$@" ;;
esac
""",
        encoding="utf-8",
    )
    script.chmod(0o755)
    return script


def alone(index: str = "http://127.0.0.1:9/simple/") -> dict[str, str]:
    """Return an environment in which pip knows one index alone, by default one that nobody serves."""
    ours = ("PIP_", "MAKE", "PYTHON", "RECONCILER_", "HUBSPOT_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    pip = {"CONFIG_FILE": os.devnull, "INDEX_URL": index, "NO_CACHE_DIR": "1", "DISABLE_PIP_VERSION_CHECK": "1"}
    return kept | direct | {f"PIP_{name}": value for name, value in pip.items()}
