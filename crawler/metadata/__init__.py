"""Name, version, dependencies and entry points from the manifest files of each ecosystem."""

from collections.abc import Callable, Mapping
from typing import Any

from crawler.metadata.compiled import cargo, csproj, go_mod, gradle, pom
from crawler.metadata.javascript import package_json
from crawler.metadata.others import composer, mix, pubspec, swift
from crawler.metadata.python import core_metadata, pyproject, setup_cfg, setup_py

Reader = Callable[[bytes], dict[str, Any]]

READERS: Mapping[str, Reader] = {
    "package.json": package_json,
    "pyproject.toml": pyproject,
    "setup.cfg": setup_cfg,
    "setup.py": setup_py,
    "go.mod": go_mod,
    "Cargo.toml": cargo,
    "pom.xml": pom,
    "build.gradle": gradle,
    "build.gradle.kts": gradle,
    "composer.json": composer,
    "pubspec.yaml": pubspec,
    "mix.exs": mix,
    "Package.swift": swift,
}
"""Nearest manifest wins; within one folder the first of these gives name and version."""

SUFFIX_READERS: Mapping[str, Reader] = {".csproj": csproj, ".fsproj": csproj}

__all__ = ["READERS", "SUFFIX_READERS", "Reader", "core_metadata"]
