"""What is not code: bundles, registry entries, tool lists, OpenAPI documents that a server turns into tools."""

from dataclasses import dataclass

from crawler.extractors.base import Extraction, Project
from crawler.extractors.files.bundles import bundle, entry
from crawler.extractors.files.listings import listing
from crawler.extractors.files.openapi import openapi
from mcp_catalogue.model import Unreadable


@dataclass(frozen=True, slots=True)
class FilesExtractor:
    """Reads definitions from files; `crawler.joining` lets code win over them."""

    name: str = "files"

    def extract(self, project: Project) -> Extraction | None:
        """Join what all kinds of files say; None where there is none of them."""
        found = [e for reader in (bundle, openapi, listing, entry) if (e := reader(project)) is not None]
        if not found:
            return None
        tools = {t.name: t for e in reversed(found) for t in e.tools}
        known = [e.language for e in found if e.language != "unknown"]
        nothing = (
            ()
            if tools
            else (
                Unreadable(
                    file=project.root or ".", reason="tools-not-listed", detail="a server without a list of tools"
                ),
            )
        )
        return Extraction(
            language=known[0] if known else "unknown",
            tools=tuple(tools.values()),
            unreadable=nothing,
            may_have_more=next((e.may_have_more for e in found if e.may_have_more), None),
            requirements=tuple(dict.fromkeys(r for e in found for r in e.requirements)),
            transports=tuple(sorted({t for e in found for t in e.transports})),
        )


EXTRACTOR = FilesExtractor()
