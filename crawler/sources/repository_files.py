"""Registries that are a repository with one YAML file per server: Docker's and ToolHive's."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import yaml

from crawler.fetch import download, load_tree, locate
from crawler.sources.api import Identities, image_name, remote_target, repository_target
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import option
from crawler.targets import parse_reference
from crawler.tree import SourceTree

_LARGEST = 256 * 1024


class DockerSource:
    """Options: `repository` (default `docker/mcp-registry`), `folder` (default `servers`)."""

    kind = "docker"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield each `server.yaml`: its repository at the commit that the image was built from.

        Where it names none, the folder itself is what can be read, if it has a `tools.json` that lists tools.
        """
        repository = option(options, "repository", str, "docker/mcp-registry")
        tree = _tree(self._context, repository)
        folder = option(options, "folder", str, "servers")
        for path, body in _documents(tree, folder, "server.yaml"):
            place = path.rpartition("/")[0]
            listed = repository_target(repository, place) if _lists_tools(tree, f"{place}/tools.json") else None
            yield body if isinstance(body, Skipped) else _docker(path, body, listed)


class ToolhiveSource:
    """Options: `repository` (default `stacklok/toolhive-registry`), `folder` (default `registry`)."""

    kind = "toolhive"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield each `spec.yaml`: its repository, else its remote."""
        tree = _tree(self._context, option(options, "repository", str, "stacklok/toolhive-registry"))
        folder = option(options, "folder", str, "registry")
        for path, body in _documents(tree, folder, "spec.yaml"):
            yield body if isinstance(body, Skipped) else _toolhive(path, body)


def _tree(context: SourceContext, repository: str) -> SourceTree:
    fetching = context.fetching
    return load_tree(download(locate(parse_reference(repository), fetching), fetching))


def _documents(tree: SourceTree, folder: str, name: str) -> Iterator[tuple[str, dict[str, Any] | Skipped]]:
    for path in tree.under(folder):
        if not path.endswith(f"/{name}"):
            continue
        data = tree.files[path]
        if len(data) > _LARGEST:
            yield path, Skipped(what=path, reason="larger than 256 KiB")
            continue
        try:
            body = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            yield path, Skipped(what=path, reason=f"not YAML ({str(error).splitlines()[0][:120]})")
            continue
        yield path, body if isinstance(body, dict) else Skipped(what=path, reason="not a table")


def _lists_tools(tree: SourceTree, path: str) -> bool:
    try:
        return bool(msgspec.json.decode(tree.read(path) or b"", type=list[msgspec.Raw]))
    except (msgspec.MsgspecError, RecursionError):
        return False


def _docker(path: str, body: dict[str, Any], listed: str | None) -> Listing | Skipped:
    source, remote, about = (_dict(body.get(key)) for key in ("source", "remote", "about"))
    project, commit, directory = (_text(source.get(key)) for key in ("project", "commit", "directory"))
    repository = repository_target(project or "", directory, commit)
    address = remote_target(_text(remote.get("url")) or "")
    image = image_name(_text(body.get("image")) or "")
    category = _text(_dict(body.get("meta")).get("category"))
    facts = {"docker_name": _text(body.get("name")), "title": _text(about.get("title")), "category": category}
    return _listing(path, "one entry of Docker's registry", facts, (repository or listed, address), image)


def _toolhive(path: str, body: dict[str, Any]) -> Listing | Skipped:
    repository = repository_target(_text(body.get("repository_url")) or "")
    address = remote_target(_text(body.get("url")) or "")
    image = image_name(_text(body.get("image")) or "")
    metadata = _dict(body.get("metadata"))
    facts = {key: metadata.get(key) for key in ("stars", "pulls") if isinstance(metadata.get(key), int)}
    named = {"toolhive_name": _text(body.get("name")), "tier": _text(body.get("tier")), **facts}
    return _listing(path, "one entry of ToolHive's registry", named, (repository, address), image)


def _listing(
    path: str, reason: str, facts: Mapping[str, object], targets: tuple[str | None, ...], image: str | None
) -> Listing | Skipped:
    found = Identities(targets=tuple(t for t in targets if t), names=(image,) if image else ())
    listing = found.listing(reason, {k: v for k, v in facts.items() if v})
    return listing or Skipped(what=path, reason="names no repository and no remote that can be read")


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
