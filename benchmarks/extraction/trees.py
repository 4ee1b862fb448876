"""Source trees for measurements: general ones, made here, and packages of our own idioms."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind

FIXTURES = Path(__file__).parents[2] / "tests"
"""Where the project keeps its fixture servers."""

# Quantiles of the size of the text in 58 published packages and repositories of MCP servers, unpacked, in bytes.
SIZES = (
    (0.0, 964),
    (0.1, 20_117),
    (0.25, 61_868),
    (0.5, 185_034),
    (0.75, 467_546),
    (0.9, 3_549_588),
    (1.0, 13_861_754),
)
_WORDS = """
    account address batch buffer cache channel client column config context counter cursor data delay digest
    document entry error event field file filter folder frame group handle header index item key label layer
    length level line list local lock log main map mask member memory message method mode model module name node
    number object offset option order output owner page parent part path pattern place point pool port prefix
    price process queue range record region reply request result root route row rule scale schema scope score
    section server session shape share signal size slot source stack stage start state status step store stream
    string table target task text thread time token total trace tree type unit update user value vector version
    view width window word worker
""".split()  # noqa: SIM905 - a hundred and forty words read better so
_FUNCTIONS = {
    "py": 'def {a}_{b}({c}, {d}=None):\n    """Return the {b} of a {c}, or of its {d}."""\n    if {d} is None:\n'
    '        {d} = [{c}.{b} for {c} in {c}.{e} if {c}.{a} > {n}]\n    return {{"{a}": {d}, "{b}": {n}}}\n\n\n',
    "ts": "export function {a}_{b}({c}: string, {d}?: number): {e} {{\n  // The {b} of a {c}, or of its {d}.\n"
    "  if ({d} === undefined) {{ return this.{a}.{b}({c}, {n}); }}\n  return {{ {a}: {d}, {b}: `${{{c}}}` }};\n}}\n\n",
    "js": "function {a}_{b}({c}, {d}) {{\n  var {e} = {c}.{a} || {n};\n  for (var i = 0; i < {d}.length; i++) {{\n"
    '    {e} += {d}[i].{b};\n  }}\n  return {e};\n}}\nmodule.exports["{a}-{b}"] = {a}_{b};\n\n',
    "go": "// {a}{b} returns the {b} of a {c}.\nfunc {a}{b}({c} *{e}, {d} int) (string, error) {{\n"
    '\tif {c} == nil {{\n\t\treturn "", errors.New("no {c} of {b}")\n\t}}\n\treturn {c}.{a}({d} + {n}), nil\n}}\n\n',
    "rs": "/// The {b} of a {c}.\npub fn {a}_{b}({c}: &{e}, {d}: usize) -> Option<String> {{\n"
    '    let {e} = {c}.{a}({d} + {n})?;\n    Some(format!("{{}}-{b}", {e}))\n}}\n\n',
    "java": "  /** The {b} of a {c}. */\n  public String {a}_{b}({e} {c}, int {d}) {{\n"
    '    if ({c} == null) {{ throw new IllegalStateException("{b}"); }}\n    return {c}.{a}({d} + {n});\n  }}\n\n',
    "md": "## The {a} of the {b}\n\nEach {c} has a {d}, and every {e} of it is at least {n}.\n\n",
    "json": '{{"{a}": "{b}", "{c}": [{n}, "{d}"], "{e}": null}}\n',
}
# One manifest in some fifty files, as in a workspace of packages.
_MANIFESTS = {
    "package.json": '{{"name": "{a}-{b}", "version": "1.{n}.0", "main": "index.js"}}\n',
    "pyproject.toml": '[project]\nname = "{a}-{b}"\nversion = "1.{n}"\n',
    "go.mod": "module registry.example/{a}/{b}\n\ngo 1.24\n",
    "Cargo.toml": '[package]\nname = "{a}-{b}"\nversion = "1.{n}.0"\n',
}
_FOLDERS = 50
_SERVER = b"""from mcp.server.fastmcp import FastMCP

mcp = FastMCP("one")


@mcp.tool()
def read_note(name: str) -> str:
    \"\"\"Read one note.\"\"\"
    return name
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A tree to read, and what it is called in a table."""

    name: str
    tree: SourceTree

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.tree.files.values()))


def general(size: int, *, serving: bool = False) -> Sample:
    """Make a tree of at least `size` bytes of ordinary sources in eight languages.

    Nothing in it names the protocol; with `serving` one module of its first package is a server, so that every file of
    that package must be looked into, by whichever filter.
    """
    chance = random.Random(size)
    files: dict[str, bytes] = {}
    made = 0
    while made < size:
        path, text = _file(chance, len(files))
        files[path] = text
        made += len(text)
    if serving:
        files = {p: d for p, d in files.items() if p.rpartition("/")[2] not in _MANIFESTS}
        files |= {"pyproject.toml": b'[project]\nname = "one"\ndependencies = ["mcp"]\n', "one/server.py": _SERVER}
    return Sample(name=f"{'one server among ' if serving else ''}general sources", tree=_tree(files))


def _file(chance: random.Random, number: int) -> tuple[str, bytes]:
    folder = f"{_WORDS[number // _FOLDERS % len(_WORDS)]}{number // _FOLDERS}"
    if number % _FOLDERS == 0:
        name = chance.choice(sorted(_MANIFESTS))
        return f"{folder}/{name}", _filled(chance, _MANIFESTS[name]).encode()
    ending = chance.choice(sorted(_FUNCTIONS))
    count = int(chance.lognormvariate(3.6, 1.0)) + 1  # some 10 kB at the median, as in real trees
    text = "".join(_filled(chance, _FUNCTIONS[ending]) for _ in range(min(count, 2000)))
    return f"{folder}/{chance.choice(_WORDS)}/{chance.choice(_WORDS)}_{number}.{ending}", text.encode()


def _filled(chance: random.Random, form: str) -> str:
    a, b, c, d, e = chance.choices(_WORDS, k=5)
    return form.format(a=a, b=b, c=c, d=d, e=e, n=chance.randrange(1000))


def fixtures(count: int, largest: int) -> Iterator[Sample]:
    """Yield `count` packages: our fixture servers, each amid ordinary sources up to the size of a real package."""
    folders = sorted(p.parent for p in FIXTURES.glob("crawler/extractors/**/expected.json"))
    for number in range(count):
        folder = folders[number % len(folders)]
        files = {
            p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*"))
            if p.is_file() and p.name != "expected.json"
        }
        chance = random.Random(number)
        missing = min(_size((number + 0.5) / count), largest) - sum(map(len, files.values()))
        ending = _language(files)
        while missing > 0:
            text = "".join(_filled(chance, _FUNCTIONS[ending]) for _ in range(40)).encode()
            files[f"rest/{chance.choice(_WORDS)}_{len(files)}.{ending}"] = text
            missing -= len(text)
        yield Sample(name=f"{folder.parent.name}/{folder.name}", tree=_tree(files))


def _language(files: dict[str, bytes]) -> str:
    endings = [p.rpartition(".")[2] for p in sorted(files)]
    return next((e for e in endings if e in _FUNCTIONS and e not in {"md", "json"}), "js")


def _size(place: float) -> int:
    for (low, small), (high, large) in pairwise(SIZES):
        if place <= high:
            return int(small * (large / small) ** ((place - low) / (high - low)))
    return SIZES[-1][1]


def _tree(files: dict[str, bytes]) -> SourceTree:
    return SourceTree(origin=Origin(id=ServerId("local:bench"), source=Source(kind=SourceKind.FOLDER)), files=files)
