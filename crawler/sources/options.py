"""Options of a source, read from its table with a clear word where one is wrong."""

import os
from collections.abc import Mapping
from typing import Any, TypeVar

from mcp_catalogue.errors import DataError

T = TypeVar("T")


def option(options: Mapping[str, Any], name: str, form: type[T], default: T | None = None) -> T:
    """Return the option `name`. Raises `DataError` where it is missing without a default, or of another type."""
    value = options.get(name, default)
    if value is None:
        raise DataError(f"the option {name!r} is missing")
    if not isinstance(value, form) or (form is int and isinstance(value, bool)):
        raise DataError(f"the option {name!r} has to be of the type {form.__name__}")
    return value


def strings(options: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the option `name`, a list of texts. Raises `DataError` where it is something else."""
    value = options.get(name, default)
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise DataError(f"the option {name!r} has to be a list of texts")
    return tuple(value)


def bearer(variable: str) -> dict[str, str]:
    """Return the header with the key that the environment's `variable` holds; none where it is not set."""
    key = os.environ.get(variable, "").strip() if variable else ""
    return {"Authorization": f"Bearer {key}"} if key else {}
