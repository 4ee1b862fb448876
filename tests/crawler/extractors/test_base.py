import pytest

from crawler.extractors.base import mentions_mcp


@pytest.mark.parametrize(
    "text",
    [
        b"from mcp.server import Server", b"import { McpServer }", b"MCPServer()", b'method == "tools/list"',
        b"Model Context Protocol", b'"@modelcontextprotocol/sdk"', b"a memcpy, then fastmcp", b"MODEL_CONTEXT_PROTOCOL",
    ],
)  # fmt: skip
def test_every_spelling_is_a_mention(text: bytes) -> None:
    assert mentions_mcp(text)


@pytest.mark.parametrize("text", [b"", b"memcpy(a, b, 2); wmemcpy()", b"the context of a call", b"list of tools"])
def test_what_copies_memory_is_no_mention(text: bytes) -> None:
    assert not mentions_mcp(text)
