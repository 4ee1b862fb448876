"""One module or package per language or kind of manifest; `EXTRACTORS` is the registry."""

from collections.abc import Mapping

from crawler.extractors.base import Extraction, Extractor, Project
from crawler.extractors.csharp import EXTRACTOR as CSHARP
from crawler.extractors.golang import EXTRACTOR as GO
from crawler.extractors.jvm import EXTRACTOR as JVM
from crawler.extractors.python import PythonExtractor
from crawler.extractors.rust import EXTRACTOR as RUST
from crawler.extractors.typescript import TypeScriptExtractor

EXTRACTORS: Mapping[str, Extractor] = {
    "csharp": CSHARP,
    "go": GO,
    "jvm": JVM,
    "python": PythonExtractor(),
    "rust": RUST,
    "typescript": TypeScriptExtractor(),
}

__all__ = ["EXTRACTORS", "Extraction", "Extractor", "Project"]
