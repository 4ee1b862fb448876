"""Where the files live that ship beside the code: `site/` (templates, static) and `data/`."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def resource_dir(name: Literal["site", "data"]) -> Path:
    """Return the folder `name`: the copy inside an installed wheel if there is one, else the checkout's."""
    packaged = _PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
