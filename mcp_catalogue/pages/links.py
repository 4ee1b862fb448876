"""Links out of the catalogue: only to plain web addresses, and to a line only where its commit is known."""

import re
from functools import lru_cache, partial
from urllib.parse import quote, urlsplit

from mcp_catalogue.model import ServerFacts

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")
_LINE_FORMS = {
    "github.com": ("/blob/", "#L"),
    "gitlab.com": ("/-/blob/", "#L"),
    "codeberg.org": ("/src/commit/", "#L"),
    "bitbucket.org": ("/src/", "#lines-"),
}
"""What stands between repository and commit, and between file and line."""
_quoted = lru_cache(maxsize=1024)(partial(quote, safe="/"))


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


class Lines:
    """The addresses of one server's source lines at the commit that was read."""

    def __init__(self, facts: ServerFacts) -> None:
        self._before = self._between = ""
        repository, commit = web_address(facts.repository), facts.commit
        form = _LINE_FORMS.get(urlsplit(repository).netloc) if repository else None
        if repository and form and commit and commit.isalnum():
            self._before = f"{repository.rstrip('/').removesuffix('.git')}{form[0]}{commit}/"
            self._between = form[1]

    def address(self, file: str, line: int) -> str | None:
        """Return the address of a line, None where the commit or the host's form is not known."""
        return f"{self._before}{_quoted(file)}{self._between}{line}" if self._before else None
