"""Packages of the imitation: deterministic, in the idioms of our own fixtures, with the sizes of real ones."""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# Quantiles of the packed sizes of 46 published packages of MCP servers, in bytes.
SIZES = (
    (0.0, 2_440),
    (0.1, 7_193),
    (0.25, 17_372),
    (0.5, 35_340),
    (0.75, 182_296),
    (0.9, 1_401_216),
    (1.0, 13_899_929),
)
MEAN_TOOLS = 10
_VERBS = ("get", "list", "search", "create", "update", "delete", "send", "run", "cancel", "refund")
_NOUNS = ("note", "order", "file", "branch", "message", "invoice", "record", "device", "report", "user")
_FILLER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Package:
    """One server of the imitation. `number` decides everything but the version, which `generation` raises."""

    number: int
    generation: int = 0

    @property
    def ecosystem(self) -> str:
        """Half of the servers are npm packages, four tenths PyPI's, one tenth repositories."""
        digit = self.number % 10
        return "github" if digit == 9 else "npm" if digit < 5 else "pypi"

    @property
    def name(self) -> str:
        """The package's name, or the repository's."""
        return f"bench-server-{self.number:06d}"

    @property
    def version(self) -> str:
        """Changes with the generation alone."""
        return f"1.0.{self.generation}"

    @property
    def tools(self) -> int:
        """Between 1 and 19, ten on the average."""
        return 1 + _hash(self.number, "tools") % (2 * MEAN_TOOLS - 1)

    @property
    def size(self) -> int:
        """The packed size to reach, in bytes, between the quantiles of real packages."""
        place = (_hash(self.number, "size") % 10_000) / 10_000
        for (low, small), (high, large) in pairwise(SIZES):
            if place <= high:
                return int(small * (large / small) ** ((place - low) / (high - low)))
        return SIZES[-1][1]


def build(package: Package, largest: int) -> bytes:
    """Return the archive: own files first, then filler that no extractor reads, packed beforehand."""
    own = _own(package)
    filler = max(0, min(package.size, largest) - len(own))
    return own + _filler(filler // (_FILLER // 4))


@lru_cache(maxsize=512)
def announced(package: Package, largest: int) -> tuple[str, str]:
    """Return the SHA-256 and the SHA-512 of the archive, hexadecimal."""
    data = build(package, largest)
    return hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()


def _hash(number: int, salt: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{salt}{number}".encode(), digest_size=6).digest(), "big")


def _own(package: Package) -> bytes:
    top = {
        "npm": "package",
        "pypi": f"{package.name.replace('-', '_')}-{package.version}",
        "github": f"{package.name}-abc",
    }
    files = _python(package) if package.ecosystem == "pypi" else _typescript(package)
    buffer = io.BytesIO()
    # Not closed: the end marker comes after the filler.
    archive = tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
    for path, text in files.items():
        data = text.encode()
        info = tarfile.TarInfo(f"{top[package.ecosystem]}/{path}")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)


@lru_cache(maxsize=64)
def _filler(parts: int) -> bytes:
    """Return gzip members with `parts` files of incompressible data, four of them to 64 KiB, and the end marker."""
    pieces = [_piece(number % 8) for number in range(parts)]
    return b"".join((*pieces, gzip.compress(bytes(1024), mtime=0)))


@lru_cache(maxsize=8)
def _piece(number: int) -> bytes:
    size = _FILLER // 4 - 600
    noise = b"".join(hashlib.blake2b(f"{number}.{i}".encode()).digest() for i in range(size // 64 + 1))[:size]
    info = tarfile.TarInfo(f"filler/{number}.bin")
    info.size = size
    padded = noise + bytes(-size % 512)
    return gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + padded, compresslevel=0, mtime=0)


def _calls(package: Package) -> list[tuple[str, str]]:
    pairs = []
    for index in range(package.tools):
        pick = _hash(package.number * 31 + index, "tool")
        verb, noun = _VERBS[pick % 10], _NOUNS[pick // 10 % 10]
        pairs.append((f"{verb}_{noun}_{index}", f"{verb.capitalize()} one {noun} of the account, number {index}."))
    return pairs


def _python(package: Package) -> dict[str, str]:
    module = package.name.replace("-", "_")
    lines = ["from mcp.server.fastmcp import FastMCP", "", f'mcp = FastMCP("{package.name}")', ""]
    for name, text in _calls(package):
        lines += [
            "@mcp.tool()",
            f"def {name}(item_id: str, limit: int = 10) -> dict:",
            f'    """{text}"""',
            "    return {}",
            "",
        ]
    info = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\nSummary: A server\nLicense: MIT\n"
    project = f'[project]\nname = "{package.name}"\nversion = "{package.version}"\ndependencies = ["mcp"]\n'
    return {"PKG-INFO": info, "pyproject.toml": project, f"{module}/server.py": "\n".join(lines)}


def _typescript(package: Package) -> dict[str, str]:
    manifest = {"name": package.name, "version": package.version, "license": "MIT", "main": "index.js",
                "dependencies": {"@modelcontextprotocol/sdk": "^1.0.0", "zod": "^3.0.0"}}  # fmt: skip
    lines = [
        'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";',
        'import { z } from "zod";',
        f'const server = new McpServer({{ name: "{package.name}", version: "{package.version}" }});',
    ]
    for name, text in _calls(package):
        schema = "{ itemId: z.string(), limit: z.number().optional() }"
        lines.append(
            f'server.registerTool("{name}", {{ description: "{text}", inputSchema: {schema} }}, async () => ({{}}));'
        )
    return {"package.json": json.dumps(manifest), "index.js": "\n".join(lines)}
