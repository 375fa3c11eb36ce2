"""The reading of a YAML file: quick if all in it is ordinary, strict otherwise."""

from collections.abc import Mapping

from reconciler.declarations.yaml.guidance import FOR_DECLARATIONS
from reconciler.declarations.yaml.nodes import Reading
from reconciler.declarations.yaml.ordinary import ordinary_documents


def read_yaml(content: bytes, file: str, guidance: Mapping[str, str] = FOR_DECLARATIONS) -> Reading:
    """Read a file's content as `strict_yaml.read` does; only that one finds problems."""
    documents = ordinary_documents(content)
    if documents is not None:
        return Reading(documents)
    from reconciler.declarations.yaml import strict_yaml  # noqa: PLC0415  (slow to load; only a mistake needs it)

    return strict_yaml.read(content, file, guidance)
