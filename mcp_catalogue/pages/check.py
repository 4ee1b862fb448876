"""Looking over a built site: does every link lead somewhere, is every page well formed, are sizes kept."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

MEDIAN = 25_000
MOST = 80_000
SCRIPT = 20_000
"""Bytes before compression: the median and the 99th percentile of tool pages, and all script."""
_LIST = re.compile(r"(index|page-\d+)\.html")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_LOADED = frozenset({"script", "img", "iframe", "link", "source", "video", "audio", "embed", "object"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with which file."""

    path: str
    what: str


@dataclass(slots=True)
class _Seen:
    ids: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects ids and links; notes what a strict reader would object to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = _Seen()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.seen.wrong.append(f"<{tag}> has an attribute twice")
        for name, value in attrs:
            if name == "id" and value is not None:
                if value in self.seen.ids:
                    self.seen.wrong.append(f"the id {value!r} occurs twice")
                self.seen.ids.add(value)
            elif name in {"href", "src", "action"} and value is not None:
                self.seen.links.append((tag, value))
            elif name.startswith("on") or name == "style":
                self.seen.wrong.append(f"<{tag}> has an attribute {name}, which the content policy forbids")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.seen.wrong.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
        else:
            self.open.pop()


class _Site:
    """The files of a site by path, with the ids of the pages that were asked for."""

    def __init__(self, root: Path, base_url: str | None) -> None:
        self.root = root
        self.base_url = base_url
        self.files = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
        self.ids = lru_cache(maxsize=512)(self._ids)

    def _ids(self, path: str) -> frozenset[str]:
        return frozenset(_read((self.root / path).read_text(encoding="utf-8")).ids)

    def link(self, path: str, tag: str, link: str) -> str | None:
        """Say what is wrong with a link on the page `path`, None where nothing is."""
        if self.base_url and link.startswith(self.base_url):
            path, link, tag = "index.html", link.removeprefix(self.base_url) or "index.html", "a"
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            if tag in _LOADED:
                return f"loads {link}"
            return None if parts.scheme in {"http", "https"} else f"links to {link}"
        target = path
        if parts.path:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
            if parts.path.endswith("/"):
                target = posixpath.normpath(f"{target}/index.html")
        if target.startswith(("../", "/")):
            return f"leads out of the site: {link}"
        if target not in self.files:
            return f"leads nowhere: {link}"
        if parts.fragment and target.endswith(".html") and parts.fragment not in self.ids(target):
            return f"leads to no such place: {link}"
        return None


def check_site(root: Path, base_url: str | None = None) -> Iterator[Problem]:
    """Yield every problem of the site in `root`, file by file in order; `base_url` as it was built with."""
    site = _Site(root, base_url)
    sizes: list[int] = []
    for name in sorted(name for name in site.files if name.endswith(".html")):
        text = (root / name).read_text(encoding="utf-8")
        if name.startswith("servers/") and name.count("/") > 1 and not _LIST.fullmatch(name.rsplit("/", 1)[-1]):
            sizes.append(len(text.encode()))
        yield from (Problem(name, what) for what in _page(site, name, text))
    yield from _sizes(root, sorted(sizes))


def _page(site: _Site, path: str, text: str) -> Iterator[str]:
    seen = _read(text)
    if not text.startswith("<!doctype html>"):
        yield "does not begin with a doctype"
    yield from seen.wrong
    for tag, link in dict.fromkeys(seen.links):
        if problem := site.link(path, tag, link):
            yield problem


def _read(text: str) -> _Seen:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.seen.wrong.extend(f"<{tag}> is never closed" for tag in reader.open)
    return reader.seen


def _sizes(root: Path, sizes: list[int]) -> Iterator[Problem]:
    if sizes:
        median, most = sizes[len(sizes) // 2], sizes[int(len(sizes) * 0.99)]
        if median > MEDIAN:
            yield Problem("servers", f"tool pages have a median of {median:,} bytes, more than {MEDIAN:,}")
        if most > MOST:
            yield Problem("servers", f"one tool page in a hundred has more than {most:,} bytes, the limit is {MOST:,}")
    script = sum(path.stat().st_size for path in root.glob("static/*.js"))
    if script > SCRIPT:
        yield Problem("static", f"{script:,} bytes of script, more than {SCRIPT:,}")
