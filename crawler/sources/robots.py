"""robots.txt (RFC 9309), for pages that are made for people."""

from urllib.parse import urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

import httpx

from crawler.http import Http
from mcp_catalogue.errors import FetchError

AGENT = "mcp-catalogue"
_LARGEST = 512 * 1024  # RFC 9309 asks for at least 500 KiB


class Robots:
    """Remembers each host's rules for the length of one enumeration."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._rules: dict[str, RobotFileParser] = {}

    def check(self, url: str) -> None:
        """Raise `FetchError` where the host's rules keep this crawler from `url`, or cannot be had."""
        parts = urlsplit(url)
        place = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
        rules = self._rules.get(place)
        if rules is None:
            rules = self._rules[place] = self._read(place)
        if not rules.can_fetch(AGENT, url):
            raise FetchError(f"{url}: the host's robots.txt asks not to read it")

    def _read(self, place: str) -> RobotFileParser:
        reply = self._http.get(place, limit=_LARGEST)
        rules = RobotFileParser()
        # A missing file allows everything; one that cannot be had (an exception above) allows nothing.
        text = reply.body.decode("utf-8", "replace") if reply.status == httpx.codes.OK else ""
        rules.parse(text.splitlines())
        return rules
