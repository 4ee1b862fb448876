"""Where a server and its tools stand in the site."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_catalogue.addresses import name_files, server_folders, tool_files
from mcp_catalogue.model import ServerId

PART = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,79}")


@pytest.mark.parametrize(
    ("server", "folder"),
    [
        ("pkg:pypi/mcp-okx", "pypi/mcp-okx"),
        ("pkg:npm/%40stripe/mcp", "npm/@stripe/mcp"),
        ("pkg:github/nnquant/qmt-mcp-server", "github/nnquant/qmt-mcp-server"),
        ("pkg:github/owner/repo#packages/server", "github/owner/repo+packages+server"),
        ("https://mcp.example/api/v1", "remote/mcp.example/api+v1"),
        ("https://mcp.example", "remote/mcp.example"),
        ("local:my-server", "local/my-server"),
        ("manifest:saved", "manifest/saved"),
    ],
)
def test_a_server_is_its_purl_as_a_path(server: str, folder: str) -> None:
    assert server_folders([ServerId(server)]) == {server: folder}


def test_servers_that_differ_in_case_only_are_told_apart() -> None:
    folders = server_folders([ServerId("pkg:github/Foo/a"), ServerId("pkg:github/foo/b"), ServerId("pkg:github/bar/c")])
    assert folders[ServerId("pkg:github/bar/c")] == "github/bar/c"
    first, second = (folders[ServerId(f"pkg:github/{n}")].split("/")[1] for n in ("Foo/a", "foo/b"))
    assert first.startswith("Foo-")
    assert second.startswith("foo-")
    assert first.casefold() != second.casefold()


def test_a_folder_inside_anothers_is_never_named_like_a_page() -> None:
    folders = server_folders([ServerId("pkg:golang/a.example/b"), ServerId("pkg:golang/a.example/b/run.html")])
    assert folders[ServerId("pkg:golang/a.example/b/run.html")].startswith("golang/a.example/b/run.html-")


def test_reserved_long_and_colliding_names_are_hashed() -> None:
    names = ["get", "index", "badge", "page-2", "CON", "nul.txt", ".hidden", "x" * 81, "Del", "del", "取消", "a/b", ""]
    files = tool_files(ServerId("pkg:pypi/a"), [(name, None) for name in names])
    assert files[0] == "get"
    assert all(re.search(r"-[a-z2-7]{8}$", file) for file in files[1:])
    assert all(len(file) <= 80 for file in files)


def test_variants_of_one_name_have_files_of_their_own() -> None:
    assert len(set(tool_files(ServerId("pkg:pypi/a"), [("x", 1), ("x", 2)]))) == 2


def test_a_file_depends_on_its_server_and_siblings_alone() -> None:
    one = tool_files(ServerId("pkg:pypi/a"), [("取消", None), ("b", None)])
    assert one == tool_files(ServerId("pkg:pypi/a"), [("取消", None), ("b", None)])
    assert one[0] != tool_files(ServerId("pkg:pypi/c"), [("取消", None)])[0]


@given(st.lists(st.text(max_size=100), unique=True, max_size=8))
def test_whatever_the_names_files_are_plain_and_distinct(names: list[str]) -> None:
    files = tool_files(ServerId("pkg:pypi/a"), [(name, None) for name in names])
    assert all(PART.fullmatch(file) for file in files)
    assert len({file.casefold() for file in files}) == len(names)
    assert set(name_files(names)) == set(names)


@given(st.text(max_size=60))
def test_no_id_leads_out_of_the_folder(text: str) -> None:
    for prefix in ("pkg:", "https://", "local:", ""):
        folder = server_folders([ServerId(prefix + text)])[ServerId(prefix + text)]
        assert all(PART.fullmatch(part) for part in folder.split("/"))
