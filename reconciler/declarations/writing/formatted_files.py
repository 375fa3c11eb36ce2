"""Files of declarations in their canonical form."""

from collections.abc import Iterator, Sequence

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import Rewritten, SourceFile
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.writing.meaning import meaning
from reconciler.declarations.yaml.characters import decode, encode_like
from reconciler.declarations.yaml.formatting import in_canonical_form
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid, ReconcilerError


def format_files(files: Sequence[SourceFile | Diagnostic], terms: Terms) -> tuple[list[Rewritten], list[Diagnostic]]:
    """Return the files without a problem in their canonical form, and all problems.

    The files must be in `reading_order`; a diagnostic stands for one that cannot be read. Raises `ReconcilerError` if
    a file would mean something else in the canonical form.
    """
    problems = list(_problems(files, terms))
    wrong = {problem.place.file for problem in problems if problem.place is not None}
    right = (file for file in files if isinstance(file, SourceFile) and file.shown not in wrong)
    return [Rewritten(file, _formatted(file)) for file in right], problems


def _problems(files: Sequence[SourceFile | Diagnostic], terms: Terms) -> Iterator[Diagnostic]:
    try:
        read_all(files, terms)
    except DeclarationsInvalid as invalid:
        yield from (each for each in invalid.diagnostics if each.severity is Severity.ERROR)


def _formatted(file: SourceFile) -> bytes:
    after = encode_like(file.content, in_canonical_form(decode(file.content, file.shown)))
    if after != file.content and meaning(SourceFile(file.path, file.shown, after)) != meaning(file):
        raise ReconcilerError(
            f"{file.shown} would mean something else in the canonical form, so nothing was written",
            hint="this is a mistake in reconciler: please report it with the file",
        )
    return after
