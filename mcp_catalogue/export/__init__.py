"""The dataset: everything in the store, in the forms that people load data from."""

from mcp_catalogue.export.run import FORMATS, Exported, Wanted, export

__all__ = ["FORMATS", "Exported", "Wanted", "export"]
