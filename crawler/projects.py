"""Find the packages inside a tree: each folder with a manifest of its own is one project."""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from email.policy import compat32
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from crawler.extractors.base import Project
from crawler.noise import is_noise
from crawler.tree import SourceTree

# Nearest manifest wins; within one folder the first of these gives name and version.
_MANIFESTS = (
    "package.json",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
)
_MANIFEST_SUFFIXES = (".csproj",)


def find_projects(tree: SourceTree) -> Iterator[Project]:
    """Yield the projects of `tree`, nearest the root first, then by path; always at least one."""
    manifests: dict[str, list[str]] = defaultdict(list)
    for path in tree.paths:
        name = path.rpartition("/")[2]
        if name in _MANIFESTS or name.endswith(_MANIFEST_SUFFIXES):
            folder = path.rpartition("/")[0]
            if not is_noise(path) or not folder:
                manifests[folder].append(name)
    manifests.setdefault("", [])
    own: dict[str, list[str]] = {root: [] for root in manifests}
    for path in tree.paths:
        root = _nearest(path, manifests)
        if not is_noise(path, root):
            own[root].append(path)
    for root in sorted(manifests, key=lambda r: (r.count("/") + bool(r), r)):
        yield Project(tree=tree, root=root, own=tuple(own[root]), **_metadata(tree, root, manifests[root]))


def _nearest(path: str, roots: Mapping[str, object]) -> str:
    folder = path.rpartition("/")[0]
    while folder and folder not in roots:
        folder = folder.rpartition("/")[0]
    return folder


def _metadata(tree: SourceTree, root: str, names: list[str]) -> dict[str, Any]:
    prefix = f"{root}/" if root else ""
    for name in _MANIFESTS:
        data = tree.read(prefix + name) if name in names else None
        reader = _READERS.get(name)
        if data is None or reader is None:
            continue
        try:
            found = reader(data)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            continue
        if found:
            return found
    return _wheel_metadata(tree) if not root else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _package_json(data: bytes) -> dict[str, Any]:
    body = json.loads(data)
    repository = body.get("repository")
    url = repository.get("url") if isinstance(repository, dict) else repository
    entries = body.get("bin")
    starts = list(entries.values()) if isinstance(entries, dict) else [entries]
    starts += [body.get("main"), body.get("module")]
    dependencies = {**(body.get("peerDependencies") or {}), **(body.get("dependencies") or {})}
    return {
        "ecosystem": "npm",
        "name": _text(body.get("name")),
        "version": _text(body.get("version")),
        "description": _text(body.get("description")),
        "licence": _text(body.get("license")),
        "repository": _text(url),
        "dependencies": {k: v for k, v in dependencies.items() if isinstance(v, str)},
        "entry_points": tuple(s for s in starts if isinstance(s, str)),
    }


def _pyproject(data: bytes) -> dict[str, Any]:
    body = tomllib.loads(data.decode("utf-8", "replace"))
    project = body.get("project") or body.get("tool", {}).get("poetry") or {}
    licence = project.get("license")
    urls = {str(k).lower(): v for k, v in (project.get("urls") or {}).items()}
    repository = urls.get("repository") or urls.get("source") or urls.get("homepage") or project.get("repository")
    requirements = project.get("dependencies") or []
    if isinstance(requirements, dict):  # poetry's table
        dependencies = {k: v if isinstance(v, str) else "" for k, v in requirements.items() if k != "python"}
    else:
        dependencies = dict(_requirement(line) for line in requirements if isinstance(line, str))
    return {
        "ecosystem": "pypi",
        "name": _text(project.get("name")),
        "version": _text(project.get("version")),
        "description": _text(project.get("description")),
        "licence": _text(licence.get("text") if isinstance(licence, dict) else licence),
        "repository": _text(repository),
        "dependencies": dependencies,
        "entry_points": tuple(v for v in (project.get("scripts") or {}).values() if isinstance(v, str)),
    }


def _requirement(line: str) -> tuple[str, str]:
    try:
        parsed = Requirement(line)
    except InvalidRequirement:
        return line, ""
    return parsed.name, str(parsed.specifier)


def _go_mod(data: bytes) -> dict[str, Any]:
    name = None
    dependencies = {}
    for line in data.decode("utf-8", "replace").splitlines():
        words = line.split("//")[0].split()
        if words[:1] == ["module"] and len(words) > 1:
            name = words[1]
        elif len(words) >= 2 and words[-1].startswith("v") and "." in words[-2]:
            dependencies[words[-2]] = words[-1]
    return {"ecosystem": "golang", "name": name, "dependencies": dependencies}


def _cargo(data: bytes) -> dict[str, Any]:
    body = tomllib.loads(data.decode("utf-8", "replace"))
    package = body.get("package") or {}
    dependencies = {
        k: v if isinstance(v, str) else str(v.get("version", "")) if isinstance(v, dict) else ""
        for k, v in (body.get("dependencies") or {}).items()
    }
    return {
        "ecosystem": "cargo",
        "name": _text(package.get("name")),
        "version": _text(package.get("version")),
        "description": _text(package.get("description")),
        "licence": _text(package.get("license")),
        "repository": _text(package.get("repository")),
        "dependencies": dependencies,
    }


_READERS = {
    "package.json": _package_json,
    "pyproject.toml": _pyproject,
    "go.mod": _go_mod,
    "Cargo.toml": _cargo,
}


def _wheel_metadata(tree: SourceTree) -> dict[str, Any]:
    """Read `METADATA` of a wheel or `PKG-INFO` of an sdist (core metadata, PyPA specification)."""
    for path in tree.paths:
        parts = PurePosixPath(path).parts
        if (len(parts) == 2 and parts[0].endswith(".dist-info") and parts[1] == "METADATA") or path == "PKG-INFO":
            message = BytesParser(policy=compat32).parsebytes(tree.files[path], headersonly=True)
            requirements = [str(v) for v in message.get_all("Requires-Dist", [])]
            return {
                "ecosystem": "pypi",
                "name": _text(message.get("Name")),
                "version": _text(message.get("Version")),
                "description": _text(message.get("Summary")),
                "licence": _text(message.get("License-Expression") or message.get("License")),
                "dependencies": dict(_requirement(r) for r in requirements if "extra ==" not in r),
            }
    return {}
