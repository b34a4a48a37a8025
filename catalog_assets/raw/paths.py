"""Which columns and paths of a supplier's records a source asks for.

Belongs here: the list of paths, and nothing else. Does not belong here: looking them up in a record.
"""

from catalog_assets.configuration import ConfigurationError, Source

KEYS = ("delivery_id", "record_number")
"""Columns that tell decoded records apart."""


def paths_of(source: Source) -> list[str]:
    """The supplier's columns and JSON paths that the configuration names, each once, in its order."""
    stated = [path for paths in source.columns.columns().values() for path in paths]
    return list(dict.fromkeys([*stated, *source.attributes.values()]))


def decoded_paths(source: Source) -> list[str]:
    """The same for a decoded frame. Raises ConfigurationError where a path has the name of one of its keys."""
    paths = paths_of(source)
    for key in KEYS:
        if key in paths:
            raise ConfigurationError(
                f"columns: '{key}' cannot be read, since decoded records have a column of that name; "
                "have the supplier rename it."
            )
    return paths
