"""One module or package per language or kind of manifest; `EXTRACTORS` is the registry."""

from collections.abc import Mapping

from crawler.extractors.base import Extraction, Extractor, Project

EXTRACTORS: Mapping[str, Extractor] = {}

__all__ = ["EXTRACTORS", "Extraction", "Extractor", "Project"]
