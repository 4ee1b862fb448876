"""pyproject.toml, setup.cfg, setup.py and core metadata."""

import ast
import configparser
import tomllib
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from crawler.metadata.javascript import mapping, text


def pyproject(data: bytes) -> dict[str, Any]:
    """Read PEP 621 or Poetry metadata; empty where the file only configures tools."""
    body = tomllib.loads(data.decode("utf-8", "replace"))
    project = mapping(body.get("project")) or mapping(mapping(body.get("tool")).get("poetry"))
    if not project:
        return {}
    licence = project.get("license")
    urls = {str(k).lower(): v for k, v in mapping(project.get("urls")).items()}
    repository = urls.get("repository") or urls.get("source") or urls.get("homepage") or project.get("repository")
    requirements = project.get("dependencies") or []
    if isinstance(requirements, dict):  # poetry's table
        dependencies = {k: v if isinstance(v, str) else "" for k, v in requirements.items() if k != "python"}
    else:
        dependencies = dict(requirement(line) for line in requirements if isinstance(line, str))
    return {
        "ecosystem": "pypi",
        "name": text(project.get("name")),
        "version": text(project.get("version")),
        "description": text(project.get("description")),
        "licence": text(licence.get("text") if isinstance(licence, dict) else licence),
        "repository": text(repository),
        "dependencies": dependencies,
        "entry_points": tuple(v for v in mapping(project.get("scripts")).values() if isinstance(v, str)),
    }


def requirement(line: str) -> tuple[str, str]:
    """Split a PEP 508 requirement into name and specifier."""
    try:
        parsed = Requirement(line)
    except InvalidRequirement:
        return line, ""
    return parsed.name, str(parsed.specifier)


def setup_cfg(data: bytes) -> dict[str, Any]:
    """Read setuptools' declarative form."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(data.decode("utf-8", "replace"))
    except configparser.Error:
        return {}
    if not parser.has_option("metadata", "name"):
        return {}
    required = parser.get("options", "install_requires", fallback="").splitlines()
    scripts = parser.get("options.entry_points", "console_scripts", fallback="").splitlines()
    return {
        "ecosystem": "pypi",
        "name": text(parser.get("metadata", "name")),
        "version": _plain(parser.get("metadata", "version", fallback="")),
        "description": text(parser.get("metadata", "description", fallback="")),
        "licence": text(parser.get("metadata", "license", fallback="")),
        "repository": text(parser.get("metadata", "url", fallback="")),
        "dependencies": dict(requirement(line.strip()) for line in required if line.strip()),
        "entry_points": tuple(s.partition("=")[2].strip() for s in scripts if "=" in s),
    }


def _plain(value: str) -> str | None:
    return None if value.startswith(("attr:", "file:")) else text(value)


def setup_py(data: bytes) -> dict[str, Any]:
    """Read the constant arguments of `setup(…)`; nothing is run."""
    module = ast.parse(data)
    call = next(
        (n for n in ast.walk(module) if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("setup")), None
    )
    given: dict[str, Any] = {}
    for keyword in call.keywords if call is not None else []:
        try:
            given[keyword.arg or ""] = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            continue
    if "name" not in given:
        return {}
    required = given.get("install_requires")
    scripts = mapping(given.get("entry_points")).get("console_scripts")
    return {
        "ecosystem": "pypi",
        "name": text(given["name"]),
        "version": text(given.get("version")),
        "description": text(given.get("description")),
        "licence": text(given.get("license")),
        "repository": text(given.get("url")),
        "dependencies": dict(requirement(r) for r in required if isinstance(r, str))
        if isinstance(required, list)
        else {},
        "entry_points": tuple(s.partition("=")[2].strip() for s in scripts if isinstance(s, str))
        if isinstance(scripts, list)
        else (),
    }


def core_metadata(data: bytes) -> dict[str, Any]:
    """Read `METADATA` of a wheel or `PKG-INFO` of an sdist (core metadata, PyPA specification)."""
    message = BytesParser(policy=compat32).parsebytes(data, headersonly=True)
    requirements = [str(v) for v in message.get_all("Requires-Dist", [])]
    urls = [str(v).partition(",") for v in message.get_all("Project-URL", [])]
    labelled = {k.strip().lower(): v.strip() for k, _, v in urls}
    repository = next((labelled[k] for k in ("repository", "source", "source code", "homepage") if k in labelled), None)
    return {
        "ecosystem": "pypi",
        "name": text(message.get("Name")),
        "version": text(message.get("Version")),
        "description": text(message.get("Summary")),
        "licence": text(message.get("License-Expression") or message.get("License")),
        "repository": repository or text(message.get("Home-page")),
        "dependencies": dict(requirement(r) for r in requirements if "extra ==" not in r),
    }
