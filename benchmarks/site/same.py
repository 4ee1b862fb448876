"""Whether two pages say the same: their elements with all attributes, and their text, in order.

Only what no reader sees is levelled: how a character reference is spelled, the order of attributes, the spelling of
JSON, and white space that holds a line break and stands beside a tag, outside `pre`.
"""

import json
import re
from html.parser import HTMLParser
from itertools import zip_longest

_EDGE = re.compile(r"\A\s*\n\s*|\s*\n\s*\Z")


class _Reader(HTMLParser):
    """Lists what a page is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = "".join(f' {name}="{value or ""}"' for name, value in sorted(attrs))
        self.found.append(f"<{tag}{said}>")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}>")
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            data = json.dumps(json.loads(data), sort_keys=True)
        elif "pre" not in self.open:
            data = _EDGE.sub("", data)
        if data:
            self.found.append(data)

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl.lower()}>")


def parts(page: str) -> list[str]:
    """Return tags and texts of a page in their order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def difference(ours: str, theirs: str) -> str | None:
    """Say where the second page first departs from the first, None where it does not."""
    before = ""
    for one, other in zip_longest(parts(ours), parts(theirs), fillvalue="(the end)"):
        if one != other:
            return f"after {before!r}: ours {one!r}, theirs {other!r}"
        before = one
    return None
