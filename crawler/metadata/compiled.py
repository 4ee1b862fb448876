"""go.mod, Cargo.toml, pom.xml, Gradle builds and .NET projects."""

import re
import tomllib
from typing import Any
from xml.etree import ElementTree as ET

from crawler.metadata.javascript import mapping, text

_GRADLE_VERSION = re.compile(rb"""(?m)^\s*version\s*(?:=|\s)\s*["']([^"'$\n]{1,60})["']""")
_GRADLE_DESCRIPTION = re.compile(rb"""(?m)^\s*description\s*=\s*["']([^"'$\n]{1,500})["']""")
_GRADLE_DEPENDENCY = re.compile(rb"""["']([\w.-]+:[\w.-]+):([\w.-]+)["']""")


def go_mod(data: bytes) -> dict[str, Any]:
    """Read a Go module's path and requirements."""
    name = None
    dependencies = {}
    for line in data.decode("utf-8", "replace").splitlines():
        words = line.split("//")[0].split()
        if words[:1] == ["module"] and len(words) > 1:
            name = words[1].strip('"')
        elif len(words) >= 2 and words[-1].startswith("v") and "." in words[-2]:
            dependencies[words[-2]] = words[-1]
    return {"ecosystem": "golang", "name": name, "dependencies": dependencies}


def cargo(data: bytes) -> dict[str, Any]:
    """Read a crate's manifest; empty for a virtual workspace."""
    body = tomllib.loads(data.decode("utf-8", "replace"))
    package = mapping(body.get("package"))
    if not package:
        return {}
    shared = mapping(mapping(body.get("workspace")).get("package"))

    def value(key: str) -> str | None:
        own = package.get(key)
        return text(shared.get(key)) if isinstance(own, dict) else text(own)

    dependencies = {
        k: v if isinstance(v, str) else str(v.get("version", "")) if isinstance(v, dict) else ""
        for k, v in mapping(body.get("dependencies")).items()
    }
    return {
        "ecosystem": "cargo",
        "name": text(package.get("name")),
        "version": value("version"),
        "description": value("description"),
        "licence": value("license"),
        "repository": value("repository"),
        "dependencies": dependencies,
    }


def _xml(data: bytes) -> ET.Element:
    """Parse XML without a document type; raises ValueError where there is one, or where it is not XML."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("a document type is refused")
    try:
        root = ET.fromstring(data)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise ValueError(str(error)) from error
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _find(root: ET.Element, path: str) -> str | None:
    found = root.find(path)
    value = found.text.strip() if found is not None and found.text else ""
    return value if value and "${" not in value and "$(" not in value else None


def pom(data: bytes) -> dict[str, Any]:
    """Read a Maven project; empty for one that only collects modules."""
    root = _xml(data)
    if root.find("modules") is not None and root.find("dependencies") is None:
        return {}
    dependencies = {
        f"{_find(d, 'groupId')}:{_find(d, 'artifactId')}": _find(d, "version") or ""
        for d in root.findall("dependencies/dependency")
    }
    return {
        "ecosystem": "maven",
        "name": _find(root, "artifactId"),
        "version": _find(root, "version") or _find(root, "parent/version"),
        "description": _find(root, "description"),
        "licence": _find(root, "licenses/license/name"),
        "repository": _find(root, "scm/url") or _find(root, "url"),
        "dependencies": dependencies,
    }


def gradle(data: bytes) -> dict[str, Any]:
    """Read version, description and literal dependencies of a Gradle build; its name is its folder's."""

    def first(pattern: "re.Pattern[bytes]") -> str | None:
        match = pattern.search(data)
        return match.group(1).decode("utf-8", "replace") if match else None

    found = _GRADLE_DEPENDENCY.findall(data)
    dependencies = {n.decode("utf-8", "replace"): v.decode("utf-8", "replace") for n, v in found}
    return {
        "ecosystem": "maven",
        "version": first(_GRADLE_VERSION),
        "description": first(_GRADLE_DESCRIPTION),
        "dependencies": dependencies,
    }


def csproj(data: bytes) -> dict[str, Any]:
    """Read a .NET project."""
    root = _xml(data.removeprefix(b"\xef\xbb\xbf"))
    dependencies = {
        d.get("Include", ""): d.get("Version", "") for d in root.iter("PackageReference") if d.get("Include")
    }
    for reference in root.iter("ProjectReference"):  # projects of the same tree, by the name that they get
        stem = re.split(r"[\\/]", reference.get("Include", ""))[-1].removesuffix(".csproj")
        dependencies[stem] = ""
    return {
        "ecosystem": "nuget",
        "name": _find(root, ".//PackageId") or _find(root, ".//AssemblyName"),
        "version": _find(root, ".//Version") or _find(root, ".//VersionPrefix"),
        "description": _find(root, ".//Description"),
        "licence": _find(root, ".//PackageLicenseExpression"),
        "repository": _find(root, ".//RepositoryUrl"),
        "dependencies": dependencies,
    }
