"""The base of all nodes of the intermediate form."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Node:
    """Base of all: `line` from 1."""

    line: int
