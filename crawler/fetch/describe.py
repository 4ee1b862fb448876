"""What a package says of itself in its own metadata file: version, description, licence, repository."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from packaging.metadata import parse_email

from crawler.fetch.local import UNNAMED
from crawler.projects import find_projects
from crawler.targets import HostedRepository, parse_reference, target_id
from crawler.tree import Origin, SourceTree
from mcp_catalogue.errors import TargetError
from mcp_catalogue.model import ServerId, SourceKind

# Labels under which a repository stands in Python metadata, best first; then any other.
_LABELS = ("repository", "source", "source code", "sourcecode", "code", "github", "gitlab", "git", "homepage", "home")
_LONGEST_LICENCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """What one metadata file says; `addresses` are possible repositories, best first."""

    name: str | None = None
    version: str | None = None
    description: str | None = None
    licence: str | None = None
    addresses: tuple[str, ...] = ()
    directory: str | None = None


def described(tree: SourceTree) -> Origin:
    """Return the tree's origin, completed: what the registry or git said stays as it is."""
    origin = tree.origin
    if origin.source.kind in {SourceKind.GIT, SourceKind.FOLDER}:
        return _named(tree, origin)
    told = next(_tellings(tree), _Described())
    repository = next(_repositories(told.addresses), None)
    whole = replace(
        origin,
        name=(told.name if origin.id == UNNAMED else None) or origin.name or told.name,
        version=origin.version or told.version,
        description=origin.description or told.description,
        licence=origin.licence or told.licence,
        repository=origin.repository or (_web(repository) if repository else None),
        aliases=tuple(sorted({*origin.aliases, *_aliases(repository, told.directory)})),
    )
    return _named(tree, whole)


def repository_of(text: str) -> HostedRepository | None:
    """Read an address from a package's metadata as a repository on a known host, or answer None."""
    plain = text.strip().removeprefix("scm:").removeprefix("git:") if text.startswith("scm:") else text.strip()
    host, colon, rest = plain.partition(":")
    if colon and host in {"github", "gitlab", "bitbucket"} and not rest.startswith("/"):
        plain = f"pkg:{host}/{rest.removesuffix('.git')}"
    try:
        target = parse_reference(plain.replace("git+ssh://", "ssh://").replace("git://", "https://"))
    except TargetError:
        return None
    return target if isinstance(target, HostedRepository) else None


def _named(tree: SourceTree, origin: Origin) -> Origin:
    if origin.id != UNNAMED:
        return origin
    project = next(find_projects(tree), None)
    name = (project.name if project else None) or origin.name or "unnamed"
    return replace(origin, id=ServerId(f"{UNNAMED}{name}"), name=name)


def _tellings(tree: SourceTree) -> Iterator[_Described]:
    for path, read in (("package.json", _package_json), ("PKG-INFO", _core_metadata), ("manifest.json", _bundle)):
        data = tree.read(path)
        if data is not None and (told := _attempt(read, data)) is not None:
            yield told
    for path in tree.paths:
        if path.count("/") == 1 and path.endswith(".dist-info/METADATA"):
            told = _attempt(_core_metadata, tree.files[path])
            if told is not None:
                yield told


def _attempt(read: Callable[[bytes], _Described], data: bytes) -> _Described | None:
    try:
        told = read(data)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return told if told.name else None


def _core_metadata(data: bytes) -> _Described:
    raw, _ = parse_email(data)
    labels = {label.strip().lower(): url for label, url in (raw.get("project_urls") or {}).items()}
    ordered = [labels[label] for label in _LABELS if label in labels]
    ordered += [url for label, url in sorted(labels.items()) if label not in _LABELS]
    licence = raw.get("license_expression") or raw.get("license")
    if not licence or len(licence) > _LONGEST_LICENCE or "\n" in licence:
        named = [c.rpartition(" :: ")[2] for c in raw.get("classifiers") or [] if c.startswith("License ::")]
        licence = named[0] if named else None
    return _Described(
        name=raw.get("name"),
        version=raw.get("version"),
        description=raw.get("summary"),
        licence=licence,
        addresses=(*ordered, *([raw["home_page"]] if raw.get("home_page") else [])),
    )


def _package_json(data: bytes) -> _Described:
    body = json.loads(data)
    repository = body.get("repository")
    directory = repository.get("directory") if isinstance(repository, dict) else None
    url = repository.get("url") if isinstance(repository, dict) else repository
    licence = body.get("license")
    return _Described(
        name=_text(body.get("name")),
        version=_text(body.get("version")),
        description=_text(body.get("description")),
        licence=_text(licence.get("type") if isinstance(licence, dict) else licence),
        addresses=tuple(a for a in (_text(url), _text(body.get("homepage"))) if a),
        directory=_text(directory),
    )


def _bundle(data: bytes) -> _Described:
    """Read an MCP bundle's `manifest.json` (MCPB manifest specification)."""
    body = json.loads(data)
    if not ({"manifest_version", "dxt_version"} & set(body)):
        return _Described()
    repository = body.get("repository")
    url = repository.get("url") if isinstance(repository, dict) else repository
    return _Described(
        name=_text(body.get("name")),
        version=_text(body.get("version")),
        description=_text(body.get("description")),
        licence=_text(body.get("license")),
        addresses=tuple(a for a in (_text(url), _text(body.get("homepage"))) if a),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _repositories(addresses: Iterable[str]) -> Iterator[HostedRepository]:
    for address in addresses:
        repository = repository_of(address)
        if repository is not None:
            yield repository


def _web(repository: HostedRepository) -> str:
    host = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}[repository.host]
    return f"https://{host}/{repository.owner}/{repository.name}"


def _aliases(repository: HostedRepository | None, directory: str | None) -> Iterator[str]:
    if repository is None:
        return
    parts = [p for p in (directory or "").split("/") if p not in {"", "."}]
    subpath = "/".join(parts) if ".." not in parts else ""
    subpath = subpath or repository.subpath or ""
    alias = target_id(replace(repository, ref=None, subpath=subpath or None))
    if alias:
        yield alias
