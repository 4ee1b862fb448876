"""TypeScript and JavaScript: sources, compiler output and bundles."""

from crawler.extractors.typescript.extractor import TypeScriptExtractor

__all__ = ["TypeScriptExtractor"]
