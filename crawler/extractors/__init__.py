"""One module or package per language or kind of manifest; `EXTRACTORS` is the registry."""

from collections.abc import Mapping

from crawler.extractors.base import Extraction, Extractor, Project
from crawler.extractors.golang import EXTRACTOR as GO

EXTRACTORS: Mapping[str, Extractor] = {
    "go": GO,
}

__all__ = ["EXTRACTORS", "Extraction", "Extractor", "Project"]
