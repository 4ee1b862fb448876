"""What can go wrong and is nobody's bug.

    CatalogueError
    ├── TargetError        the thing named on the command line cannot be had
    │   ├── FetchError     a registry, host or repository did not give it
    │   │   └── NotThereError  it answered that there is no such thing, or no longer
    │   └── ArchiveError   what was given is refused or damaged
    ├── NoServerError      it was read and holds no MCP server
    ├── DataError          a rule, source list, override or manifest file is wrong
    ├── StoreError         the database is missing, locked, or of a newer version
    └── JudgeError         the language model's endpoint cannot be used

Each carries one line: what happened, to what, and what to do. The command line prints it and ends with
exit code 3; inside a crawl it becomes a stored result of the one server that it befell.
"""


class CatalogueError(Exception):
    """Base of every expected failure; its text is one line for the user."""


class TargetError(CatalogueError):
    """The target cannot be had."""


class FetchError(TargetError):
    """A registry, host or repository did not give what was asked for."""


class NotThereError(FetchError):
    """The registry or host answered that it does not have the thing: never there, or gone."""


class ArchiveError(TargetError):
    """An archive is damaged or breaks a limit."""


class NoServerError(CatalogueError):
    """The target was read and holds no MCP server."""


class DataError(CatalogueError):
    """A data file (rules, sources, overrides, manifest) is wrong."""


class StoreError(CatalogueError):
    """The store cannot be used."""


class JudgeError(CatalogueError):
    """The judge's endpoint cannot be used."""


__all__ = [
    "ArchiveError",
    "CatalogueError",
    "DataError",
    "FetchError",
    "JudgeError",
    "NoServerError",
    "NotThereError",
    "StoreError",
    "TargetError",
]
