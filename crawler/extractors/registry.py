"""Every extractor by name. Apart from the package itself, so that extractors may use what uses `base`."""

from collections.abc import Mapping

from crawler.extractors.base import Extractor
from crawler.extractors.csharp import EXTRACTOR as CSHARP
from crawler.extractors.files import EXTRACTOR as FILES
from crawler.extractors.golang import EXTRACTOR as GO
from crawler.extractors.jvm import EXTRACTOR as JVM
from crawler.extractors.python import PythonExtractor
from crawler.extractors.rust import EXTRACTOR as RUST
from crawler.extractors.typescript import TypeScriptExtractor

EXTRACTORS: Mapping[str, Extractor] = {
    "csharp": CSHARP,
    "files": FILES,
    "go": GO,
    "jvm": JVM,
    "python": PythonExtractor(),
    "rust": RUST,
    "typescript": TypeScriptExtractor(),
}
