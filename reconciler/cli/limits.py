"""The options that bound what an apply may take away."""

from functools import wraps
from typing import Any

import click

from reconciler.applying.guard import Limits
from reconciler.cli.options import Function


def limit_options(function: Function) -> Function:
    """Add `--max-deletes` and `--max-registrants` to a command, which gets them as `limits`."""

    @wraps(function)
    def collected(*arguments: Any, max_deletes: int | None, max_registrants: int | None, **options: Any) -> Any:
        return function(*arguments, limits=Limits(max_deletes, max_registrants), **options)

    number = click.IntRange(min=0)
    people = click.option(
        "--max-registrants", type=number, metavar="N", help="Maximum number of people registered on them [0]."
    )
    orphans = click.option(
        "--max-deletes", type=number, metavar="N", help="Maximum number of orphans to delete or cancel [0]."
    )
    decorated: Function = orphans(people(collected))
    return decorated
