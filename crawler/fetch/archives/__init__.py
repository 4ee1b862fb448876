"""Archives read in memory, within limits, and nothing written to disk."""

from crawler.fetch.archives.limits import ArchiveLimits, Collector
from crawler.fetch.archives.read import read_tar, read_zip

__all__ = ["ArchiveLimits", "Collector", "read_tar", "read_zip"]
