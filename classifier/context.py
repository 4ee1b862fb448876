"""What a server is about, as far as that changes a label: trading, wallet, payment, browser, SQL and so on."""

import re
from dataclasses import dataclass
from itertools import pairwise

from classifier.names import common_prefix, tokenize
from classifier.words import Lexicon
from mcp_catalogue.model import ServerFacts

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]{2,4}")
SHARE = 0.2
"""How large a part of the tools' names must speak of a subject before the server is about it."""


@dataclass(frozen=True, slots=True)
class Context:
    """The subjects of a server, the words of its own name (no part of an action), and the words that told."""

    subjects: frozenset[str] = frozenset()
    prefix: frozenset[str] = frozenset()
    told_by: tuple[tuple[str, str], ...] = ()
    server: str = ""


def read_context(facts: ServerFacts, lexicon: Lexicon) -> Context:
    """Read a server's subjects from its names and description, then from its tools' names."""
    names = [n for n in (facts.name, facts.server_name, facts.title) if n]
    names.append(str(facts.id).rsplit(":", 1)[-1].rsplit("/", 1)[-1])
    told: dict[str, str] = {}
    for text in (*names, (facts.description or "")[:300]):
        words = _WORD.findall(" ".join(t for s in tokenize(text) for t in s) if text in names else text.lower())
        joined = [a + b for a, b in pairwise(words)] if text in names else []
        for word in (*words, *joined):
            for subject in lexicon.contexts.get(word, ()):
                told.setdefault(subject, word)
    counts: dict[str, int] = {}
    for tool in facts.tools[:500]:
        subjects = {s for segment in tokenize(tool.name) for t in segment for s in lexicon.contexts.get(t, ())}
        for subject in subjects:
            counts[subject] = counts.get(subject, 0) + 1
    for subject, count in counts.items():
        if count >= max(2, SHARE * len(facts.tools)):
            told.setdefault(subject, "its tools")
    own = [n for n in names if len(n) <= 100]
    return Context(
        subjects=frozenset(told),
        prefix=common_prefix((t.name for t in facts.tools), own),
        told_by=tuple(sorted(told.items())),
        server=facts.server_name or facts.title or facts.name,
    )
