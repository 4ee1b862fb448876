"""What handlers in Go are seen to do: every table entry's cases, chain shapes, interfaces, decoys, hostile code."""

import pytest

from crawler.effects.table import Library, table
from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import Effect, Mark, ServerId, Source, SourceKind

LIBRARIES = table("golang").libraries
CASES = [(case, id_) for library in LIBRARIES for case, id_ in library.cases.items()]
MODULE = b"module registry.example/notes\n\ngo 1.24\n\nrequire github.com/mark3labs/mcp-go v0.43.0\n"
MAIN = """package main

import (
{imports}
	"context"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

{rest}

type Args struct {{ Path string }}

func one(ctx context.Context, request mcp.CallToolRequest, in Args) (*mcp.CallToolResult, error) {{
	{body}
	return mcp.NewToolResultText("done"), nil
}}

func main() {{
	s := server.NewMCPServer("notes", "1")
	s.AddTool(mcp.NewTool("one", mcp.WithDescription("d")), one)
	server.ServeStdio(s)
}}
"""


def run(**sources: str) -> dict[str, tuple[Effect, ...]]:
    files = {name.replace("__", "/") + ".go": text.encode() for name, text in sources.items()}
    origin = Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER))
    (found,) = extract(SourceTree(origin=origin, files={"go.mod": MODULE, **files}))
    return {tool.name: tool.effects for tool in found.facts.tools}


def follow(body: str, *imports: str, rest: str = "", **sources: str) -> tuple[Effect, ...]:
    lines = "\n".join(f'\t"{path}"' for path in imports)
    return run(main=MAIN.format(imports=lines, rest=rest, body=body), **sources)["one"]


def names(body: str, *imports: str, rest: str = "", **sources: str) -> list[str]:
    return sorted({e.id for e in follow(body, *imports, rest=rest, **sources)})


@pytest.mark.parametrize(("case", "id_"), CASES)
def test_case(case: str, id_: str) -> None:
    paths, _, statement = case.partition(" | ")
    assert id_ in names(statement, *paths.split(", "))


@pytest.mark.parametrize("library", LIBRARIES, ids=[f"{i}-{x.modules[0]}" for i, x in enumerate(LIBRARIES)])
def test_every_id_has_a_case(library: Library) -> None:
    for id_ in library.calls:
        given = library.cases.values()
        assert id_ in given or any(case.startswith(f"{id_}.") for case in given), f"{library.modules[0]}: {id_}"


@pytest.mark.parametrize(
    ("body", "imports", "expected"),
    [
        ('http.NewRequest("PUT", "https://api.registry.example/v1/x?y=1", nil)', ["net/http"], "api.registry.example"),
        (
            'http.Get(fmt.Sprintf("https://api.registry.example/%s", in.Path))',
            ["net/http", "fmt"],
            "api.registry.example",
        ),
        ('http.Get("https://" + in.Path + "/x")', ["net/http"], "{}/x"),
        ("http.Get(in.Path)", ["net/http"], None),
        ('os.Remove("data/" + in.Path)', ["os"], "data/{}"),
        ('exec.Command("git", "status")', ["os/exec"], "git"),
        ('exec.Command("bash", "-c", "ls " + in.Path)', ["os/exec"], "ls {}"),
    ],
)
def test_targets(body: str, imports: list[str], expected: str | None) -> None:
    assert [e.target for e in follow(body, *imports)] == [expected]


CLIENT = """package client

import "net/http"

type Client struct { base string }

func New() *Client { return &Client{base: "https://api.registry.example"} }

func (c *Client) Drop(id string) (string, error) { return c.send(http.MethodDelete, "/things/" + id) }

func (c *Client) send(method, path string) (string, error) {
	request, err := http.NewRequest(method, c.base + path, nil)
	if err != nil {
		return "", err
	}
	http.DefaultClient.Do(request)
	return "", nil
}
"""


def test_methods_of_other_packages_are_followed_with_what_they_are_given() -> None:
    (seen,) = follow("client.New().Drop(in.Path)", "registry.example/notes/client", client__client=CLIENT)
    assert (seen.id, seen.target) == ("http.delete", "api.registry.example")
    assert (seen.file, seen.line, seen.via) == ("client/client.go", 12, ("Drop", "send"))


def test_what_implements_an_own_interface_is_followed() -> None:
    rest = """
type Store interface { Drop(id string) error }
type disk struct{}
func (d *disk) Drop(id string) error { return os.Remove(id) }
type other struct{}
func (o *other) Drop(id int) error { return os.Rename("a", "b") }
type holder struct { store Store }
func held() *holder { return nil }
"""
    assert names("held().store.Drop(in.Path)", "os", rest=rest) == ["file.delete"]


def test_an_interface_that_outside_clients_implement_stands_for_them() -> None:
    rest = """
type Things interface {
	Delete(ctx context.Context, id string) (*service.Response, error)
	List(ctx context.Context) ([]service.Thing, error)
}
type Deps struct { ThingsClient Things }
func deps(ctx context.Context) Deps { d, _ := ctx.Value("deps").(Deps); return d }
"""
    body = "deps(ctx).ThingsClient.Delete(ctx, in.Path)"
    assert names(body, "registry.example/some/service", rest=rest) == ["api.delete"]


def test_functions_that_make_handlers_are_entered() -> None:
    text = MAIN.format(imports='\t"os"', rest="", body="").replace(
        'mcp.NewTool("one", mcp.WithDescription("d")), one', 'mcp.NewTool("one"), made()'
    )
    maker = """
func made() server.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return with(func(path string) error { return os.RemoveAll(path) })
	}
}
func with(act func(string) error) (*mcp.CallToolResult, error) { return nil, act("x") }
"""
    assert [(e.id, e.target) for e in run(main=text + maker)["one"]] == [("file.delete", "x")]


def test_goroutines_deferred_calls_and_callbacks_run() -> None:
    body = """
	go func() { os.Rename(in.Path, "b") }()
	once.Do(func() { os.WriteFile(in.Path, nil, 0) })
	select { case <-ctx.Done(): os.Mkdir("x", 0) }
"""
    assert names(body, "os", "sync", rest="var once sync.Once") == ["file.move", "file.write"]


@pytest.mark.parametrize(
    "body",
    [
        "if false { os.Remove(in.Path) }",
        "path := make(map[string]string); delete(path, in.Path)",
        "if _, err := os.Stat(in.Path); err != nil { os.Remove(in.Path) }",
        'kind := "a"; switch kind { case "b": os.Remove(in.Path) }',
        "unused := func() { os.Remove(in.Path) }; _ = unused",
        "os.Getenv(in.Path); os.Stat(in.Path)",
    ],
)
def test_decoys(body: str) -> None:
    assert names(body, "os") == []


@pytest.mark.parametrize(
    "check",
    [
        "found := false; for _, p := range all() { if p == in.Path { found = true } }; if !found { return nil, nil }",
        (
            'problems := []string{}; if in.Path == "" { problems = append(problems, "x") }; '
            "if len(problems) > 0 { return nil, nil }"
        ),
        "if err := check(in.Path); err != nil { return nil, err }",
        'var given Args; json.Unmarshal([]byte(in.Path), &given); if given.Path == "" { return nil, nil }',
        "kept := find(in.Path); if kept == nil { return nil, nil }",
    ],
)
def test_a_check_that_may_pass_does_not_end_the_handler(check: str) -> None:
    rest = """
type problem struct { text string }
func (p *problem) Error() string { return p.text }
func check(path string) error { if path == "" { return &problem{"empty"} }; return nil }
func all() []string { return []string{"a", "b"} }
func find(path string) *Args { if path == "a" { return nil }; return nil }
"""
    assert names(f"{check}\n\tos.Remove(in.Path)", "os", "encoding/json", rest=rest) == ["file.delete"]


def test_reading_a_header_is_no_request() -> None:
    body = 'answer, _ := http.Get("https://api.registry.example"); answer.Header.Get("Location")'
    assert [e.target for e in follow(body, "net/http")] == ["api.registry.example"]


def test_files_that_the_call_made_are_marked() -> None:
    (gone, made) = follow('file, _ := os.CreateTemp("", "x"); defer os.Remove(file.Name())', "os")
    assert made.id == "file.write"
    assert (gone.id, gone.via[0]) == ("file.delete", Mark.TEMPORARY)


def test_what_every_tool_does_is_marked() -> None:
    handlers = "".join(
        f"""
func act{n}(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {{
	note()
	{"os.Remove(request.GetString(`p`, ``))" if n == 3 else ""}
	return nil, nil
}}
"""
        for n in range(6)
    )
    added = "\n".join(f'\ts.AddTool(mcp.NewTool("act{n}"), act{n})' for n in range(6))
    text = MAIN.format(imports='\t"os"', rest='func note() { os.WriteFile("x.log", nil, 0) }', body="")
    text = text.replace("\tserver.ServeStdio", f"{added}\n\tserver.ServeStdio") + handlers
    found = run(main=text)
    assert {e.via for n in range(6) for e in found[f"act{n}"] if e.id == "file.write"} == {(Mark.EVERY_TOOL, "note")}
    assert [e.id for e in found["act3"] if not e.via] == ["file.delete"]


def test_recursion_and_endless_calls_end_within_the_budget() -> None:
    chain = "\n".join(f'func f{n}(p string) {{ f{n + 1}(p + p); f{n + 1}(p + "x"); loop(p) }}' for n in range(60))
    rest = f"{chain}\nfunc f60(p string) {{ f0(p) }}\nfunc loop(p string) {{ for {{ loop(p) }} }}"
    assert names("os.Remove(in.Path); f0(in.Path)", "os", rest=rest) == ["file.delete"]


def test_the_same_helper_counts_for_every_tool_that_calls_it() -> None:
    text = MAIN.format(imports='\t"os"', rest="func drop(p string) { os.Remove(p) }", body="drop(in.Path)")
    text = text.replace("\tserver.ServeStdio", '\ts.AddTool(mcp.NewTool("two"), two)\n\tserver.ServeStdio')
    text += """
func two(ctx context.Context, request mcp.CallToolRequest, in Args) (*mcp.CallToolResult, error) {
	outer(in.Path)
	return nil, nil
}
func outer(p string) { drop(p) }
"""
    found = run(main=text)
    assert [e.via for e in found["one"]] == [("drop",)]
    assert [e.via for e in found["two"]] == [("outer", "drop")]


def cuts(code: str) -> list[list[tuple[str, str]]]:
    origin = Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER))
    (found,) = extract(SourceTree(origin=origin, files={"go.mod": MODULE, "main.go": code.encode()}))
    return [[(cut.reason.value, cut.detail) for cut in tool.cuts or ()] for tool in found.facts.tools]


@pytest.mark.parametrize(
    ("body", "imports", "expected"),
    [
        ("strings.ToUpper(in.Path)", ["strings"], []),
        ("v := uuid.NewString(); _ = max(len(v), 3)", ["github.com/google/uuid"], []),
        ("gadget.Frobnicate(in.Path)", ["registry.example/gadget"], [("unknown-library", "gadget.Frobnicate")]),
        ("gadget.NewThing().String()", ["registry.example/gadget"], []),
        ("var b *box; use(b)", [], [("dynamic-call", "b.Act")]),
    ],
)
def test_what_could_not_be_followed_is_told(body: str, imports: list[str], expected: list[tuple[str, str]]) -> None:
    lines = "\n".join(f'\t"{path}"' for path in imports)
    rest = 'type box struct { Act func(string) }\nfunc use(b *box) { b.Act("a") }'
    assert cuts(MAIN.format(imports=lines, rest=rest, body=body)) == [expected]


def test_a_cut_in_a_function_that_was_run_before_is_told_again() -> None:
    rest = "func work(p string) { gadget.Frobnicate(p) }"
    code = MAIN.format(imports='\t"registry.example/gadget"', rest=rest, body="work(in.Path)")
    another = "func(ctx context.Context, r mcp.CallToolRequest, in Args) { work(in.Path) }"
    code = code.replace("server.ServeStdio", f's.AddTool(mcp.NewTool("two"), {another})\n\tserver.ServeStdio')
    assert cuts(code) == [[("unknown-library", "gadget.Frobnicate")]] * 2


def test_a_tool_without_a_handler_is_told() -> None:
    assert cuts(MAIN.format(imports="", rest="", body="").replace(", one)\n", ", nil)\n")) == [[("no-handler", "")]]


def test_a_handler_over_its_budget_is_told() -> None:
    body = "".join(f"_ = {number} + len(in.Path)\n" for number in range(3000))
    assert cuts(MAIN.format(imports="", rest="", body=body)) == [[("budget", "")]]


def test_methods_of_an_embedded_client_are_its_own() -> None:
    rest = "type adapter struct { *service.Client }\nfunc use(a *adapter) { a.Things.DeleteAll() }"
    assert names("var a *adapter; use(a)", "registry.example/some/service", rest=rest) == ["api.delete"]
