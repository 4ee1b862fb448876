"""The last resort: a table of tools that the program hands to its server by a way that cannot be followed.

Containers that inject by type, plugin hosts and event buses hide the way from a table to the call that registers
its rows. Where nothing else was found, and a registration with unknown names was, the tables at the top of the
program's modules are what it must be about.
"""

from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import members
from crawler.extractors.typescript.resolve import DEPENDENCIES
from crawler.extractors.typescript.sdk import Registrations
from crawler.extractors.typescript.tools import Site
from crawler.extractors.typescript.values import Arr, Cls, Obj, Text, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator
    from crawler.extractors.typescript.modules import Loader

_SCHEMAS: Final = ("inputSchema", "parameters", "input_schema", "schema", "paramsSchema", "args")
_FEWEST: Final = 2


def tool_tables(ev: "Evaluator", loader: "Loader", sink: Registrations) -> None:
    """Add the rows of the tables whose every row is a tool."""
    for module in [m for m in loader.modules.values() if m is not None and not m.path.startswith(DEPENDENCIES)]:
        for value in list(module.scope.names.values()):
            table = likely(value)
            if isinstance(table, Arr) and len(table.items) >= _FEWEST:
                rows = [likely(item) for item in table.items]
                if all(_is_tool(ev, row) for row in rows):
                    place = table.place or (module.path, 1)
                    for item in table.items:
                        sink.object_tool(ev, item, Site(*place))


def _is_tool(ev: "Evaluator", row: Any) -> bool:  # noqa: ANN401
    if not isinstance(row, Obj | Cls):
        return False
    named = isinstance(likely(members.get(ev, row, "name")), Text)
    told = isinstance(likely(members.get(ev, row, "description")), str)
    return named and told and any(k in row.props for k in _SCHEMAS)
