import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from crawler.sources import Listing, Skipped
from mcp_catalogue.errors import DataError, FetchError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DOCKER = {
    "servers/notes/server.yaml": f"""
name: notes
image: mcp/notes
type: server
meta: {{category: productivity, tags: [a]}}
about: {{title: Notes, description: Keeps notes}}
source: {{project: "https://github.com/Owner/Repo/", commit: {COMMIT}, directory: src/notes, branch: main}}
config: {{secrets: [{{name: notes.key, env: NOTES_KEY}}]}}
""",
    "servers/far/server.yaml": "name: far\ntype: remote\nremote: {transport_type: sse, url: 'https://far.example/sse'}\n",
    "servers/none/server.yaml": "name: none\nimage: ghcr.io/owner/none:1\n",
    "servers/broken/server.yaml": "name: [unclosed\n",
    "servers/list/server.yaml": "- a\n- b\n",
    "servers/odd/server.yaml": "source: 5\nremote: []\nimage: {a: b}\n",
    "servers/notes/readme.md": "x",
    "servers/notes/tools.json": '[{"name": "add_note", "description": "x", "arguments": []}]',
    "servers/far/tools.json": "[]",
    "servers/told/server.yaml": "name: told\nremote: {url: 'https://told.example/mcp'}\n",
    "servers/told/tools.json": '[{"name": "add_note", "description": "x", "arguments": []}]',
    "servers/odd/tools.json": "{",
}
TOOLHIVE = {
    "registry/notes/spec.yaml": """
name: notes
image: ghcr.io/owner/notes:1.0.0
tier: Community
repository_url: https://github.com/owner/repo
metadata: {stars: 12, pulls: 5, last_updated: "2026-01-01T00:00:00Z"}
""",
    "registry/far/spec.yaml": "name: far\nurl: https://far.example/mcp\ntransport: streamable-http\n",
}


def tarball(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"registry-abc/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def test_dockers_registry_is_read_at_the_commit_of_each_image(web: Any, run: Any) -> None:
    web.put("/codeload/docker/mcp-registry/tar.gz/HEAD", tarball(DOCKER))
    found = run("docker")
    listings = {x.facts.get("docker_name"): x for x in found if isinstance(x, Listing)}
    assert listings["notes"].target == f"pkg:github/owner/repo@{COMMIT}#src/notes"
    assert listings["notes"].aliases == ("pkg:docker/mcp/notes",)
    assert listings["notes"].facts["category"] == "productivity"
    assert listings["far"].target == "https://far.example/sse"
    assert listings["told"].target == "pkg:github/docker/mcp-registry#servers/told"
    assert listings["told"].aliases == ("https://told.example/mcp",)
    skipped = {x.what: x.reason for x in found if isinstance(x, Skipped)}
    assert set(skipped) == {f"servers/{n}/server.yaml" for n in ("none", "broken", "list", "odd")}
    assert "not YAML" in skipped["servers/broken/server.yaml"]


def test_toolhives_registry_is_read(web: Any, run: Any) -> None:
    web.put("/codeload/stacklok/toolhive-registry/tar.gz/HEAD", tarball(TOOLHIVE))
    found = run("toolhive")
    assert [x.target for x in found] == ["https://far.example/mcp", "pkg:github/owner/repo"]
    assert found[1].facts == {"toolhive_name": "notes", "tier": "Community", "stars": 12, "pulls": 5}
    assert found[1].aliases == ("pkg:docker/owner/notes?repository_url=ghcr.io",)


@pytest.mark.parametrize("kind", ["docker", "toolhive"])
def test_a_registry_repository_that_is_gone_is_a_clear_error(run: Any, kind: str) -> None:
    with pytest.raises(FetchError, match="no public repository"):
        run(kind)


GLAMA = "/api/mcp/v1/servers?first=100"


def test_glama_is_followed_to_its_end_with_the_key(web: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLAMA_API_KEY", "very-secret")
    entry = {
        "id": "a1",
        "name": "Notes",
        "repository": {"url": "https://github.com/owner/repo"},
        "attributes": ["author:official"],
    }
    web.put(
        GLAMA,
        {"servers": [entry, {"id": "a2", "repository": None}, 5], "pageInfo": {"endCursor": "c1", "hasNextPage": True}},
    )
    web.put(GLAMA + "&after=c1", {"servers": [], "pageInfo": {"endCursor": "c1", "hasNextPage": False}})
    found = run("glama", {"url": "https://registry.example/api/mcp"})
    assert [type(x) for x in found] == [Listing, Skipped, Skipped]
    assert found[0].target == "pkg:github/owner/repo"
    assert found[0].facts == {"glama_id": "a1", "attributes": ("author:official",)}
    assert {r.headers["authorization"] for r in web.requests} == {"Bearer very-secret"}


def test_glama_without_a_key_says_what_it_wants(web: Any, run: Any) -> None:
    web.put(GLAMA, {"error": {"message": "API key required"}}, status=401)
    with pytest.raises(FetchError, match="wants a token"):
        run("glama", {"url": "https://registry.example/api/mcp"})


def test_a_folder_of_repositories_is_a_list(tmp_path: Path, run: Any) -> None:
    for name in ("owner+repo", "other+thing.git", "plain", ".hidden"):
        (tmp_path / "sources" / name).mkdir(parents=True)
    found = run("folder", {"folder": "sources"})
    assert found == [
        Listing(target="pkg:github/other/thing"),
        Listing(target="pkg:github/owner/repo"),
        Skipped(what="plain", reason="not named owner+name"),
    ]
    with pytest.raises(DataError):
        run("folder", {"folder": "missing"})
