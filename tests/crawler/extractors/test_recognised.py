import pytest

from mcp_catalogue.model import Status
from tests.crawler.extractors.corpus import facts


@pytest.mark.parametrize(
    ("path", "code", "language"),
    [
        ("lib/server.rb", b"require 'fast_mcp'\nclass Greet < FastMcp::Tool\nend\n", "ruby"),
        ("src/Server.php", b"<?php use PhpMcp\\Server\\Server;", "php"),
        ("Sources/main.swift", b"import MCP\nlet s = MCPServer()\n", "swift"),
        ("lib/server.ex", b'use Hermes.Server, name: "x"', "elixir"),
        ("bin/server.dart", b"import 'package:mcp_dart/mcp_dart.dart';", "dart"),
        ("src/main.cpp", b'if (method == "tools/list") {}', "cpp"),
    ],
)
def test_server_in_a_language_not_read_yet_is_unreadable_and_not_silent(path: str, code: bytes, language: str) -> None:
    found = facts({path: code})

    assert [(one.language, one.completeness.status) for one in found] == [(language, Status.UNREADABLE)]
    assert found[0].completeness.unreadable[0].file == path


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("lib/client.rb", b"MCP::Client.new # an mcp client"),
        ("install.sh", b"npm install my-mcp-server"),
        ("lib/a.rb", b"puts 1"),
    ],
)
def test_what_only_uses_or_installs_a_server_is_none(path: str, code: bytes) -> None:
    assert facts({path: code}) == []
