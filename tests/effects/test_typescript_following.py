"""How far handlers in JavaScript are followed: state between tools, callbacks, computed names, and where it ends."""

import pytest

from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import CutReason, Mark, ServerId, Source, SourceKind, Tool

PACKAGE = b'{"name": "notes", "main": "index.js", "type": "module", "dependencies": {"@modelcontextprotocol/sdk": "1"}}'
HEAD = """
import fs from "fs"; import os from "os"; import path from "path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
const server = new McpServer({ name: "notes", version: "1" });
"""
CLICK = "import { chromium } from 'playwright';"


def tools(source: str) -> dict[str, Tool]:
    origin = Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER))
    tree = SourceTree(origin=origin, files={"package.json": PACKAGE, "index.js": (HEAD + source).encode()})
    (found,) = extract(tree)
    return {tool.name: tool for tool in found.facts.tools}


def one(body: str, rest: str = "") -> Tool:
    return tools(f'{rest}\nserver.tool("one", "d", {{}}, async (args) => {{ {body} }});')["one"]


def ids(tool: Tool) -> list[str]:
    return sorted({e.id for e in tool.effects})


def test_what_a_helper_does_counts_for_every_tool_that_calls_it() -> None:
    rest = "const drop = async (m) => fetch('https://registry.example', {method: m});\n"
    calls = "".join(f'server.tool("{n}", "d", {{}}, async () => {n}());\n' for n in ("a", "b"))
    own = "function a() { return drop('DELETE'); }\nfunction b() { drop('DELETE'); return drop('PUT'); }\n"
    found = tools(rest + own + calls)
    assert [(e.id, e.via) for e in found["a"].effects] == [("http.delete", ("a", "drop"))]
    assert [(e.id, e.via) for e in found["b"].effects] == [("http.delete", ("b", "drop")), ("http.put", ("b", "drop"))]


def test_a_lock_that_one_tool_takes_does_not_stop_the_next() -> None:
    rest = (
        "class Lock { locked = false; take() { if (this.locked) throw new Error('busy'); this.locked = true; } }\n"
        "const lock = new Lock();\n"
    )
    calls = "".join(
        f'server.tool("{n}", "d", {{}}, async (args) => {{ lock.take(); fs.rmSync(args.p); }});\n' for n in "ab"
    )
    found = tools(rest + calls)
    assert [ids(found[n]) for n in "ab"] == [["file.delete"]] * 2


@pytest.mark.parametrize("names", [("go", "press"), ("press", "go")])
def test_what_one_tool_opens_the_others_use(names: tuple[str, ...]) -> None:
    bodies = {"go": "await open(); await page.goto(args.url);", "press": "await open(); await page.click(args.s);"}
    rest = (
        CLICK + "let browser; let page;\nasync function open() { if (!browser) { browser = await chromium.launch();"
        " browser.on('disconnected', () => { browser = undefined; page = undefined; });"
        " page = await browser.newPage(); } return page; }\n"
    )
    found = tools(rest + "".join(f'server.tool("{n}", "d", {{}}, async (args) => {{ {bodies[n]} }});\n' for n in names))
    assert ids(found["go"]) == ["browser.navigate"]
    assert ids(found["press"]) == ["browser.act"]


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("const c = await queue.add(() => make()); await c.del(args.id)",
         "import Q from 'p-queue'; import knex from 'knex'; const queue = new Q(); const make = () => knex({});"),
        ("await db.transaction(async (tx) => tx('notes').where({id: args.id}).del())",
         "import knex from 'knex'; const db = knex({});"),
        ("for (const row of await db.select('x')) await row.del()", "import knex from 'knex'; const db = knex({});"),
        ("(await db.select('x')).forEach((row) => row.del())", "import knex from 'knex'; const db = knex({});"),
        ("await kept[args.id].del()",
         "import knex from 'knex'; const kept = {}; function make(id) { kept[id] = knex({}); } make(process.argv[2]);"),
        ("await kept.get(args.id).del()",
         "import knex from 'knex'; const kept = new Map([['a', knex({})]]);"),
        ("return acts[args.op](args)",
         "import knex from 'knex'; const db = knex({}); const acts = {look: () => 1, drop: (a) => db(a.t).del()};"),
        ("const o = typeof args === 'object' ? args : {}; const p = {...o}; if (!p.id) throw 1; await db(p.id).del()",
         "import knex from 'knex'; const db = knex({});"),
        ("const c = await Promise.race([db, late()]); await c.del()",
         "import knex from 'knex'; const db = knex({}); const late = () => new Promise(() => 1);"),
    ],
)  # fmt: skip
def test_clients_are_followed_to_where_they_are_used(body: str, rest: str) -> None:
    assert ids(one(body, rest)) == ["orm.delete"]


def test_arguments_that_are_empty_by_default_are_the_callers() -> None:
    index = (
        "import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\n"
        "server.server.setRequestHandler(ListToolsRequestSchema, async () => ({tools: [{name: 'one'}]}));\n"
        "server.server.setRequestHandler(CallToolRequestSchema, async (request) => {\n"
        "  const { name, arguments: input = {} } = request.params;\n"
        "  if (!input.path) throw new Error('path');\n  fs.rmSync(input.path);\n});\n"
    )
    assert ids(tools(index)["one"]) == ["file.delete"]


def test_what_answers_an_error_of_a_mere_question_is_done() -> None:
    body = (
        "try { fs.lstatSync(args.b); } catch (e) { fs.renameSync(args.a, args.b); return; } throw new Error('there');"
    )
    assert ids(one(body)) == ["file.move"]
    assert ids(one("try { fs.unlinkSync(args.a); } catch (e) { fs.renameSync(args.a, args.b); }")) == ["file.delete"]


@pytest.mark.parametrize(
    "loop",
    [
        "for (let i = 0; i < 400; i++) { const r = await fetch(args.url); if (r.ok) return r; }",
        "let n = 0; for (let i = 0; i < 400; i++) { n = n + i * 2 - 1; } await fetch(args.url);",
    ],
)
def test_loops_that_only_repeat_end(loop: str) -> None:
    found = one(loop)
    assert ids(found) == ["http.get"]
    assert found.cuts == ()


def test_every_tool_of_many_gets_its_steps() -> None:
    work = "".join(f"const v{i} = args.a + {i}; " for i in range(400))
    many = "".join(f'server.tool("t{i}", "d", {{}}, async (args) => run(args, "/n/{i}"));\n' for i in range(300))
    found = tools(f"async function run(args, p) {{ {work} fs.rmSync(p); }}\n{many}")
    assert {tuple(ids(tool)) for tool in found.values()} == {("file.delete",)}


@pytest.mark.parametrize(
    ("target", "mark"),
    [
        ("path.join(os.homedir(), '.notes', 'config.json')", Mark.OWN),
        ("path.join(os.homedir(), '.notes', 'calls.log')", Mark.OWN),
        ("path.join(os.tmpdir(), `n-${Date.now()}.txt`)", Mark.TEMPORARY),
        ("path.join(os.homedir(), args.name)", None),
        ("path.join(os.homedir(), '.notes', args.name)", None),
        ("args.path", None),
    ],
)
def test_files_that_the_server_keeps_for_itself_are_marked(target: str, mark: Mark | None) -> None:
    (effect,) = one(f"fs.writeFileSync({target}, 'x')").effects
    assert effect.id == "file.write"
    assert (effect.via[0] if effect.via else None) == mark


BUNDLE = """
class Node { launch(o) { return start(o); } connect() {} defaultArgs() {} executablePath() {} }
function start(o) { return {}; }
const puppeteer = new Node();
"""


def test_a_bundled_copy_of_a_library_stands_for_the_library() -> None:
    body = "const b = await puppeteer.launch({}); const p = (await b.pages())[0]; await p.click(args.s);"
    assert ids(one(body, BUNDLE)) == ["browser.act"]
    assert ids(one(body, BUNDLE.replace("executablePath() {}", ""))) == []


@pytest.mark.parametrize(
    ("body", "rest", "reasons"),
    [
        ("return args.a.trim().split(',')", "", []),
        ("console.error(args); return new Date().toISOString() + Math.random()", "", []),
        ("return path.basename(fs.realpathSync(args.p))", "", []),
        ("return z.string().parse(args.a)", "import { z } from 'zod';", []),
        ("return new LRUCache({}).get(args.a)", "import { LRUCache } from 'lru-cache';", []),
        ("return thing.go(args)", "import thing from 'no-such-thing';", [CutReason.UNKNOWN_LIBRARY]),
        ("return new Stripe('k').balanceSheets.tally()", "import Stripe from 'stripe';", [CutReason.UNKNOWN_LIBRARY]),
        ("return nowhere.client.go(args)", "", [CutReason.UNKNOWN_RECEIVER]),
        ("return c.callTool({name: args.name})",
         "import { Client } from '@modelcontextprotocol/sdk/client/index.js'; const c = new Client({});",
         [CutReason.REMOTE]),
        ("try { throw new Error('no'); } catch (e) { return String(e); }", "", [CutReason.DYNAMIC_CALL]),
        ("let n = ''; " + "n = n + args.a; " * 9000, "", [CutReason.BUDGET]),
    ],
)  # fmt: skip
def test_where_following_ends_is_told_from_doing_nothing(body: str, rest: str, reasons: list[CutReason]) -> None:
    found = one(body, rest)
    assert ids(found) == []
    assert sorted({cut.reason for cut in found.cuts or ()}) == reasons


def test_a_tool_without_a_function_says_so() -> None:
    index = (
        "import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\n"
        "server.server.setRequestHandler(ListToolsRequestSchema, async () => ({tools: [{name: 'one'}]}));\n"
    )
    assert [cut.reason for cut in tools(index)["one"].cuts or ()] == [CutReason.NO_HANDLER]


def test_a_request_that_is_all_that_every_tool_does_is_theirs() -> None:
    make = "const make = async (kind) => fetch('https://registry.example/charts', {method: 'POST', body: kind});\n"
    charts = "".join(f'server.tool("c{i}", "d", {{}}, async () => make("{i}"));\n' for i in range(6))
    found = tools(make + charts)
    assert {tuple(e.via) for tool in found.values() for e in tool.effects} == {("make",)}
