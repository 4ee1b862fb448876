"""Python: a partial evaluator over `ast` and, on top of it, what the SDKs' registrations mean."""

from crawler.extractors.python.extractor import PythonExtractor

__all__ = ["PythonExtractor"]
