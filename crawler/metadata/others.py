"""Manifests of languages whose code is recognised but not read."""

import json
import re
from typing import Any

import yaml

from crawler.metadata.javascript import mapping, text


def composer(data: bytes) -> dict[str, Any]:
    """Read PHP's composer.json."""
    body = mapping(json.loads(data))
    licence = body.get("license")
    return {
        "name": text(body.get("name")),
        "version": text(body.get("version")),
        "description": text(body.get("description")),
        "licence": text(licence[0] if isinstance(licence, list) and licence else licence),
        "dependencies": {k: v for k, v in mapping(body.get("require")).items() if isinstance(v, str)},
    }


def pubspec(data: bytes) -> dict[str, Any]:
    """Read Dart's pubspec.yaml."""
    if b"&" in data or len(data) > 200_000:  # anchors can multiply
        return {}
    body = mapping(yaml.safe_load(data))
    return {
        "name": text(body.get("name")),
        "version": text(body.get("version")),
        "description": text(body.get("description")),
        "repository": text(body.get("repository")),
        "dependencies": {k: v if isinstance(v, str) else "" for k, v in mapping(body.get("dependencies")).items()},
    }


def mix(data: bytes) -> dict[str, Any]:
    """Read the application name and version of Elixir's mix.exs."""
    name, version = re.search(rb"app:\s*:(\w+)", data), re.search(rb'version:\s*"([^"]{1,40})"', data)
    return {
        "name": name.group(1).decode() if name else None,
        "version": version.group(1).decode("utf-8", "replace") if version else None,
    }


def swift(data: bytes) -> dict[str, Any]:
    """Read the package name of Swift's Package.swift."""
    name = re.search(rb'Package\(\s*name:\s*"([^"]{1,100})"', data)
    return {"name": name.group(1).decode("utf-8", "replace") if name else None}
