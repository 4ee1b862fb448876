"""Links out of the catalogue: only to plain web addresses, and to a line only where its commit is known."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from mcp_catalogue.model import ServerFacts

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")
_LINE_FORMS = {
    "github.com": "{repository}/blob/{commit}/{file}#L{line}",
    "gitlab.com": "{repository}/-/blob/{commit}/{file}#L{line}",
    "codeberg.org": "{repository}/src/commit/{commit}/{file}#L{line}",
    "bitbucket.org": "{repository}/src/{commit}/{file}#lines-{line}",
}


@lru_cache(maxsize=1024)
def web_address(url: str | None) -> str | None:
    """Return `url` where it is an `http(s)` address without credentials or odd characters, else None."""
    if not url or not url.isascii() or any(c.isspace() or c in "\"'<>\\`{}|^" or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        return None
    return url


def line_address(facts: ServerFacts, file: str, line: int) -> str | None:
    """Return the address of a source line at the commit that was read, None where that is not known."""
    repository = web_address(facts.repository)
    if repository is None or facts.commit is None or not facts.commit.isalnum():
        return None
    form = _LINE_FORMS.get(urlsplit(repository).netloc)
    if form is None:
        return None
    base = repository.rstrip("/").removesuffix(".git")
    return form.format(repository=base, commit=facts.commit, file=quote(file, safe="/"), line=line)
