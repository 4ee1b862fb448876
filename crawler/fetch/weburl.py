"""An archive at an address that a user or a listing gives."""

import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from crawler.fetch.base import FetchContext, Fetched, Located
from crawler.fetch.local import UNNAMED, archive_form, archive_stem
from crawler.fetch.transfer import transfer
from crawler.http import redact
from crawler.targets import ArchiveUrl
from crawler.tree import Origin
from mcp_catalogue.model import Source, SourceKind

_SHA256 = re.compile(r"[0-9a-f]{64}")


class ArchiveUrlFetcher:
    """Knows the digest only where the listing gives it."""

    def locate(self, target: ArchiveUrl, context: FetchContext) -> Located:
        """Ask for nothing: an archive has no smaller answer."""
        del context
        name = unquote(urlsplit(target.url).path).rpartition("/")[2]
        sha256 = (target.sha256 or "").lower()
        return Located(
            target=target,
            origin=Origin(
                id=UNNAMED,
                source=Source(kind=SourceKind.ARCHIVE, url=redact(target.url)),
                name=archive_stem(name),
            ),
            form=archive_form(name),
            place=target.url,
            digest=f"sha256:{sha256}" if _SHA256.fullmatch(sha256) else None,
        )

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Download it, or use the cached one of the same digest."""
        return replace(transfer(located, context), strip_always=False)
