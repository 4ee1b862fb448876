import pytest

from crawler.extractors.golang.index import default_name
from mcp_catalogue.model import Status, Tool
from tests.crawler.extractors.corpus import facts

# ruff: noqa: E501 - servers are easier to read on one line
HEAD = 'package main\n\nimport (\n\t"github.com/mark3labs/mcp-go/mcp"\n\t"github.com/mark3labs/mcp-go/server"\n)\n\n'
MAIN = 'func main() {\n\ts := server.NewMCPServer("x", "1")\n'


def tools(code: str) -> dict[str, Tool]:
    found = facts({"go.mod": b"module registry.example/x\n", "main.go": (HEAD + code).encode()})
    return {t.name: t for one in found for t in one.tools}


def test_function_that_nothing_calls_registers_nothing() -> None:
    code = (
        MAIN
        + '\ts.AddTool(mcp.NewTool("used"), nil)\n}\n\nfunc dead(s *server.MCPServer) { s.AddTool(mcp.NewTool("dead"), nil) }\n'
    )

    assert set(tools(code)) == {"used"}


def test_default_value_of_a_description_survives_an_uncertain_branch() -> None:
    code = (
        MAIN
        + '\ttext := "Plain"\n\tif verbose() {\n\t\ttext = "Long"\n\t}\n\ts.AddTool(mcp.NewTool("t", mcp.WithDescription(text)), nil)\n}\n'
    )

    assert tools(code)["t"].description == "Plain"


def test_hints_on_which_two_branches_differ_stay_unset() -> None:
    code = (
        MAIN
        + "\tvar options []mcp.ToolOption\n\tif verbose() {\n\t\toptions = append(options, mcp.WithReadOnlyHintAnnotation(true))\n"
        '\t} else {\n\t\toptions = append(options, mcp.WithReadOnlyHintAnnotation(false))\n\t}\n\ts.AddTool(mcp.NewTool("t", options...), nil)\n}\n'
    )

    assert tools(code)["t"].annotations.readOnlyHint is None


def test_early_return_under_a_setting_is_a_condition_of_what_follows() -> None:
    code = MAIN + '\tif !config.EnableWrites {\n\t\treturn\n\t}\n\ts.AddTool(mcp.NewTool("t"), nil)\n}\n'
    condition = tools(code)["t"].condition

    assert condition is not None
    assert (condition.kind, condition.expression) == ("mode", "!(!config.EnableWrites)")


def test_error_check_is_no_condition() -> None:
    code = MAIN + '\tif err := open(); err != nil {\n\t\treturn\n\t}\n\ts.AddTool(mcp.NewTool("t"), nil)\n}\n'

    assert tools(code)["t"].condition is None


def test_client_without_a_server_is_none() -> None:
    client = 'package main\n\nimport "github.com/mark3labs/mcp-go/client"\n\nfunc main() { client.NewStdioMCPClient("x", nil) }\n'

    assert facts({"go.mod": b"module registry.example/x\n", "main.go": client.encode()}) == []


def test_server_without_a_known_tool_is_never_complete() -> None:
    found = facts(
        {"go.mod": b"module registry.example/x\n", "main.go": (HEAD + MAIN + "\tserver.ServeStdio(s)\n}\n").encode()}
    )

    assert [one.completeness.status for one in found] == [Status.PARTIAL]
    assert found[0].completeness.unresolved[0].reason == "no-tools-found"


def test_tools_of_another_server_that_are_passed_on_may_be_more() -> None:
    code = (
        MAIN
        + "\tlisted, _ := client.ListTools(ctx, request)\n\tfor _, t := range listed.Tools {\n\t\ts.AddTool(t, nil)\n\t}\n}\n"
    )
    found = facts({"go.mod": b"module registry.example/x\n", "main.go": (HEAD + code).encode()})

    assert found[0].completeness.may_have_more is not None


@pytest.mark.parametrize(
    ("path", "name"),
    [("fmt", "fmt"), ("registry.example/a/v2", "a"), ("gopkg.in/yaml.v3", "yaml"), ("registry.example/go-kit", "kit")],
)
def test_import_without_alias_has_the_package_name(path: str, name: str) -> None:
    assert default_name(path) == name


@pytest.mark.parametrize(
    ("version", "sent"), [("v1.6.1", (True, None)), ("v1.7.0", (True, False)), ("v2.0.0", (True, False))]
)
def test_plain_hints_that_are_false_are_sent_by_later_versions_of_the_sdk(
    version: str, sent: tuple[bool | None, bool | None]
) -> None:
    sdk = "github.com/modelcontextprotocol/go-sdk"
    code = (
        f'package main\n\nimport "{sdk}/mcp"\n\nfunc main() {{\n\ts := mcp.NewServer(nil, nil)\n\ts.AddTool(&mcp.Tool{{Name: "t",'
        " Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}}, nil)\n}\n"
    )
    manifest = f"module registry.example/x\n\nrequire {sdk} {version}\n"
    (found,) = facts({"go.mod": manifest.encode(), "main.go": code.encode()})
    hints = found.tools[0].annotations

    assert (hints.readOnlyHint, hints.idempotentHint) == sent


IMPL = """type Impl struct{}

func (i *Impl) Handle(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return nil, nil
}

func tool() mcp.Tool { return mcp.NewTool("t") }

func typed(ctx context.Context, r mcp.CallToolRequest, in Args) (*mcp.CallToolResult, error) { return nil, nil }

"""


@pytest.mark.parametrize(
    ("registered", "start"),
    [("tool(), (&Impl{}).Handle", 10), ('mcp.NewTool("t"), mcp.NewTypedToolHandler(typed)', 16)],
)
def test_handler_is_the_function_named_where_the_tool_is_registered(registered: str, start: int) -> None:
    handler = tools(IMPL + MAIN + f"\ts.AddTool({registered})\n}}\n")["t"].handler
    assert handler is not None
    assert handler.start == start


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ('schema.Type != "object"', None),
        ("len(found.Names) > 3", None),
        ("s.experimental", "flag"),
        ("cfg.Level == 2", "flag"),
    ],
)
def test_what_a_value_looks_like_is_no_condition(condition: str, kind: str | None) -> None:
    code = MAIN + f'\tif {condition} {{\n\t\ts.AddTool(mcp.NewTool("t"), nil)\n\t}}\n}}\n'
    found = tools(code)["t"].condition
    assert (found.kind if found is not None else None) == kind


def test_schema_made_by_a_builder_of_its_own_package_is_read() -> None:
    code = (
        'package main\n\nimport (\n\t"github.com/strowk/foxy-contexts/pkg/fxctx"\n'
        '\t"github.com/strowk/foxy-contexts/pkg/mcp"\n\t"github.com/strowk/foxy-contexts/pkg/toolinput"\n)\n\n'
        "func made() fxctx.Tool {\n\tschema := toolinput.NewToolInputSchema(\n"
        '\t\ttoolinput.WithRequiredString("space", "Where to look"),\n\t\ttoolinput.WithNumber("limit", "At most"),\n\t)\n'
        '\treturn fxctx.NewTool(&mcp.Tool{Name: "t", InputSchema: schema.GetMcpToolInputSchema()}, nil)\n}\n\n'
        "func main() { made() }\n"
    )
    (found,) = facts({"go.mod": b"module registry.example/x\n", "main.go": code.encode()})
    schema = found.tools[0].input_schema
    assert schema is not None
    assert schema["required"] == ["space"]
    assert schema["properties"]["space"] == {"type": "string", "description": "Where to look"}
    assert schema["properties"]["limit"]["type"] == "number"
