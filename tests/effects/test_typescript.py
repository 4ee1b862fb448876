"""What handlers in TypeScript and JavaScript are seen to do: chain shapes, readers, branches, decoys, hostile code."""

import pytest

from crawler.effects.jstable import by_module, modules
from crawler.effects.table import read_table, table
from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import Effect, Handler, Mark, ServerId, Source, SourceKind, Tool

PACKAGE = b'{"name": "notes", "main": "index.js", "type": "module", "dependencies": {"@modelcontextprotocol/sdk": "1"}}'
HEAD = """
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
const server = new McpServer({ name: "notes", version: "1" });
"""


def run(**sources: str) -> dict[str, tuple[Effect, ...]]:
    return {tool.name: tool.effects for tool in tools(**sources)}


def tools(**sources: str) -> tuple[Tool, ...]:
    files = {name.replace("__", "/") + ".js": text.encode() for name, text in sources.items()}
    origin = Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER))
    tree = SourceTree(origin=origin, files={"package.json": PACKAGE, **files})
    (found,) = extract(tree)
    return found.facts.tools


def effects(body: str, imports: str = "", rest: str = "", **sources: str) -> list[tuple[str, str | None]]:
    """The ids and targets of one tool whose handler is `async (args, extra) => { body }`."""
    index = f'{imports}{HEAD}\n{rest}\nserver.tool("one", "d", {{}}, async (args, extra) => {{ {body} }});\n'
    return [(e.id, e.target) for e in run(index=index, **sources)["one"]]


def names(body: str, imports: str = "", rest: str = "", **sources: str) -> list[str]:
    return sorted({id_ for id_, _ in effects(body, imports, rest, **sources)})


@pytest.mark.parametrize(
    ("imports", "body", "expected"),
    [
        ('import fs from "fs";', "fs.unlinkSync(args.path)", ["file.delete"]),
        ('import * as fs from "node:fs";', "fs.promises.rm(args.path, {recursive: true})", ["file.delete"]),
        ('import { writeFile } from "node:fs/promises";', "await writeFile(args.path, 'x')", ["file.write"]),
        ('import { rename as move } from "fs/promises";', "await move(args.a, args.b)", ["file.move"]),
        ('import fs from "fs";', "fs.existsSync(args.path); fs.statSync(args.path)", []),
        ('import { exec } from "child_process";', "exec(args.command)", ["process.shell"]),
        (
            'import { exec } from "child_process"; import { promisify } from "util"; const run = promisify(exec);',
            "await run(args.command)",
            ["process.shell"],
        ),
        ('import { spawn } from "child_process";', "spawn('git', ['status'])", ["process.run"]),
        ('import { spawn } from "child_process";', "spawn('sh', ['-c', args.command])", ["process.shell"]),
        ('import { spawn } from "child_process";', "spawn(args.bin, [], {shell: true})", ["process.shell"]),
        ('import { execa } from "execa";', "await execa(args.bin)", ["process.run"]),
        ('import vm from "node:vm";', "vm.runInNewContext(args.code)", ["code.eval"]),
        ("", "eval(args.code)", ["code.eval"]),
        ("", "new Function(args.code)()", ["code.eval"]),
        ("", "process.kill(args.pid)", ["process.kill"]),
        ('import axios from "axios";', "await axios.delete(`https://a.example/${args.id}`)", ["http.delete"]),
        (
            'import axios from "axios"; const api = axios.create({baseURL: "https://a.example"});',
            "await api.patch('/x', {})",
            ["http.patch"],
        ),
        ('import axios from "axios";', "await axios({method: 'put', url: args.url})", ["http.put"]),
        ('import got from "got";', "await got.post(args.url)", ["http.post"]),
        (
            'import { Octokit } from "@octokit/rest"; const gh = new Octokit();',
            "await gh.rest.issues.deleteComment({id: 1})",
            ["api.delete"],
        ),
        (
            'import { Octokit } from "@octokit/rest"; const gh = new Octokit();',
            "await gh.rest.issues.listForRepo({}); await gh.rest.repos.get({})",
            ["api.read"],
        ),
        (
            'import { S3Client, DeleteObjectCommand } from "@aws-sdk/client-s3"; const s3 = new S3Client({});',
            "await s3.send(new DeleteObjectCommand({Key: args.key}))",
            ["cloud.delete"],
        ),
        (
            'import { PrismaClient } from "@prisma/client"; const db = new PrismaClient();',
            "await db.user.delete({where: {id: args.id}}); await db.user.findMany()",
            ["orm.delete"],
        ),
        (
            'import { MongoClient } from "mongodb"; const m = new MongoClient(process.env.URL);',
            "await m.db('a').collection('b').deleteMany(args.filter)",
            ["nosql.delete"],
        ),
        (
            'import { createClient } from "@supabase/supabase-js"; const db = createClient("u", "k");',
            "await db.from('notes').delete().eq('id', args.id)",
            ["orm.delete"],
        ),
        (
            'import nodemailer from "nodemailer"; const t = nodemailer.createTransport({});',
            "await t.sendMail({to: args.to})",
            ["mail.send"],
        ),
        (
            'import { WebClient } from "@slack/web-api"; const slack = new WebClient("t");',
            "await slack.chat.postMessage({channel: args.channel}); await slack.conversations.list()",
            ["chat.send"],
        ),
        (
            'import Stripe from "stripe"; const stripe = new Stripe(process.env.KEY);',
            "await stripe.refunds.create({charge: args.charge}); await stripe.charges.list()",
            ["api.read", "payment.move"],
        ),
        (
            'import ccxt from "ccxt"; const x = new ccxt.binance();',
            "await x.cancelOrder(args.id); await x.fetchBalance()",
            ["api.read", "exchange.cancel"],
        ),
        (
            'import { ethers } from "ethers"; const w = new ethers.Wallet("k");',
            "await w.sendTransaction({to: args.to})",
            ["chain.send"],
        ),
        (
            'import { chromium } from "playwright";',
            "const b = await chromium.launch(); const p = await b.newPage(); await p.click(args.s); p.url()",
            ["browser.act"],
        ),
        (
            'import * as k8s from "@kubernetes/client-node"; const kc = new k8s.KubeConfig();',
            "const api = kc.makeApiClient(k8s.CoreV1Api); await api.deleteNamespacedPod({name: args.pod})",
            ["k8s.delete"],
        ),
        (
            'import Docker from "dockerode"; const docker = new Docker();',
            "await docker.getContainer(args.id).remove()",
            ["container.delete"],
        ),
        (
            'import { simpleGit } from "simple-git"; const git = simpleGit();',
            "await git.commit(args.message); await git.log()",
            ["git.write"],
        ),
    ],
)
def test_a_call_of_a_known_library_is_an_effect(imports: str, body: str, expected: list[str]) -> None:
    assert names(body, imports) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("fetch('https://a.example/notes')", ("http.get", "a.example/notes")),
        ("fetch(`https://a.example/notes/${args.id}?x=1`, {method: 'DELETE'})", ("http.delete", "a.example/notes/{}")),
        ("fetch(args.url, {method: 'POST'})", ("http.post", None)),
        ("fetch(args.url, args.options)", ("http.request", None)),
        ("fetch(args.url, {method: args.method})", ("http.request", None)),
        ("fetch(BASE + '/x', {...DEFAULTS, method: 'PATCH'})", ("http.patch", "b.example/x")),
        ("fetch(process.env.API ?? 'https://c.example', {method: 'PUT'})", ("http.put", "c.example")),
    ],
)
def test_method_and_host_are_read_as_far_as_constants_reach(call: str, expected: tuple[str, str | None]) -> None:
    rest = "const BASE = 'https://b.example'; const DEFAULTS = {headers: {}};"
    assert effects(f"return await {call};", rest=rest) == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("'SELECT * FROM notes'", "sql.select"),
        ("`DELETE FROM notes WHERE id = ${args.id}`", "sql.delete"),
        ("'  -- tidy\\n delete from notes'", "sql.delete"),
        ("'/* x */ Drop Table notes'", "sql.drop"),
        ("{text: 'UPDATE notes SET a = 1', values: []}", "sql.update"),
        ("'WITH x AS (SELECT 1) DELETE FROM notes USING x'", "sql.delete"),
        ("'WITH x AS (SELECT 1) SELECT * FROM x'", "sql.select"),
        ("'TRUNCATE notes'", "sql.truncate"),
        ("args.sql", "sql.raw"),
    ],
)
def test_a_statement_is_read_by_its_verb(statement: str, expected: str) -> None:
    assert names(f"await pool.query({statement})", 'import pg from "pg"; const pool = new pg.Pool();') == [expected]


def test_a_tagged_template_is_a_statement() -> None:
    body = "await sql`INSERT INTO notes VALUES (${args.text})`"
    assert names(body, 'import { neon } from "@neondatabase/serverless"; const sql = neon("u");') == ["sql.insert"]


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("drop(args.id)", "function drop(id) { fetch('https://a.example/' + id, {method: 'DELETE'}); }"),
        (
            "await api('/n', 'DELETE')",
            "const api = async (p, m = 'GET') => fetch('https://a.example' + p, {method: m});",
        ),
        (
            "await new Client().remove(args.id)",
            (
                "class Base { request(m, p) { return fetch(p, {method: m}); } }"
                " class Client extends Base { remove(id) { return this.request('DELETE', id); } }"
            ),
        ),
        (
            "await Promise.all(args.ids.map(async (id) => drop(id)))",
            "const drop = (id) => fetch(id, {method: 'DELETE'});",
        ),
        ("return ready().then(() => fetch(args.id, {method: 'DELETE'}))", "function ready() { return extra(); }"),
        (
            "try { check(); } finally { fetch(args.id, {method: 'DELETE'}); }",
            "function check() { throw new Error('no'); }",
        ),
        ("for (const id of args.ids) { if (id) await fetch(id, {method: 'DELETE'}); }", ""),
        (
            "check(args.ids); fetch('/x', {method: 'DELETE'})",
            "function check(x) { if (Array.isArray(x)) return; throw 1; }",
        ),
        (
            "try { check(args.at); return fetch(args.id, {method: 'DELETE'}); } catch (e) { return e; }",
            "function check(at) { if (at === undefined) return; if (at.a === 'x') return; throw new Error('a'); }",
        ),
        ("const run = {go: () => fetch(args.id, {method: 'DELETE'})}; run['go']();", ""),
    ],
)
def test_own_functions_classes_callbacks_and_tables_are_followed(body: str, rest: str) -> None:
    assert names(body, rest=rest) == ["http.delete"]


def test_other_modules_are_followed_and_the_chain_is_told() -> None:
    index = (
        'import { tidy } from "./lib/tidy.js";' + HEAD + 'server.tool("one", "d", {}, async (args) => tidy(args.id));'
    )
    tidy = 'import { drop } from "./drop.js";\nexport function tidy(id) { return drop(id); }\n'
    drop = "import fs from 'fs';\n\nexport const drop = (id) => fs.rmSync('/notes/' + id);\n"
    (effect,) = run(index=index, lib__tidy=tidy, lib__drop=drop)["one"]
    assert (effect.id, effect.target, effect.file, effect.line) == ("file.delete", "/notes/{}", "lib/drop.js", 3)
    assert effect.via == ("tidy", "drop")


DISPATCH = """
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { ListToolsRequestSchema, CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import fs from "fs";
const server = new Server({name: "n", version: "1"}, {});
server.setRequestHandler(ListToolsRequestSchema, async () => ({tools: [
  {name: "drop", inputSchema: {type: "object"}}, {name: "look", inputSchema: {type: "object"}},
]}));
"""


@pytest.mark.parametrize(
    "handler",
    [
        (
            "const {name, arguments: a} = request.params; switch (name) { case 'drop': fs.rmSync(a.p); break;"
            " case 'look': return fs.readFileSync(a.p); default: throw new Error(name); }"
        ),
        (
            "if (request.params.name === 'drop') { return fs.rmSync(request.params.arguments.p); }"
            " if (request.params.name === 'look') { return fs.readFileSync(request.params.arguments.p); }"
        ),
        "return table[request.params.name](request.params.arguments);",
    ],
)
def test_through_a_dispatcher_only_the_tools_own_branch_counts(handler: str) -> None:
    table_ = "const table = {drop: (a) => fs.rmSync(a.p), look: (a) => fs.readFileSync(a.p)};\n"
    call = f"server.setRequestHandler(CallToolRequestSchema, async (request) => {{ {handler} }});"
    found = run(index=DISPATCH + table_ + call)
    assert [e.id for e in found["drop"]] == ["file.delete"]
    assert [e.id for e in found["look"]] == ["file.read"]


def test_a_dispatcher_leads_to_the_handler() -> None:
    rest = (
        "function drop(a) {\n  fs.rmSync(a.p);\n}\n"
        "server.setRequestHandler(CallToolRequestSchema, async (request) => {\n"
        "  if (request.params.name === 'drop') return drop(request.params.arguments);\n  return {};\n});"
    )
    handlers = {tool.name: tool.handler for tool in tools(index=DISPATCH + rest)}
    assert handlers == {
        "drop": Handler(file="index.js", start=9, end=11),
        "look": Handler(file="index.js", start=12, end=15),
    }


@pytest.mark.parametrize(
    ("script", "expected"), [("args.script", "browser.act"), ("() => document.title", "browser.read")]
)
def test_a_script_of_the_callers_acts_and_one_of_the_servers_reads(script: str, expected: str) -> None:
    body = f"const p = await (await chromium.launch()).newPage(); await p.evaluate({script})"
    assert names(body, 'import { chromium } from "playwright";') == [expected]


def test_a_tool_that_is_an_object_works_on_itself() -> None:
    index = (
        'import { FastMCP } from "fastmcp"; import fs from "fs"; const server = new FastMCP({name: "n", version: "1"});'
        " class Drop { constructor() { this.name = 'drop'; this.description = 'd'; this.root = '/notes/'; }"
        " remove(id) { fs.rmSync(this.root + id); } async execute(args) { this.remove(args.id); } }"
        " server.addTool(new Drop());"
    )
    ((effect,),) = run(index=index).values()
    assert (effect.id, effect.target, effect.via) == ("file.delete", "/notes/{}", ("remove",))


@pytest.mark.parametrize(("config", "expected"), [("{streamTransport: true}", []), ("{host: 'h'}", ["mail.send"])])
def test_composing_a_message_is_not_sending_it(config: str, expected: list[str]) -> None:
    body = f"await nodemailer.createTransport({config}).sendMail({{to: args.to}})"
    assert names(body, 'import nodemailer from "nodemailer";') == expected


def test_a_tool_kept_with_its_function_is_found_by_name() -> None:
    rest = (
        "const tools = [{name: 'drop', execute: (a) => fs.rmSync(a.p)}, {name: 'look', execute: (a) => a}];\n"
        "server.setRequestHandler(CallToolRequestSchema, async (request) => registry(request));"
    )
    found = run(index=DISPATCH + rest)
    assert [e.id for e in found["drop"]] == ["file.delete"]
    assert found["look"] == ()


@pytest.mark.parametrize(
    "decoy",
    [
        "function unused() { fs.rmSync('/'); }",
        "/* fs.rmSync('/') */",
        "const text = \"fs.rmSync('/')\";",
        "const rm = fs.rmSync;",
        "if (false) { fs.rmSync('/'); }",
        "class Trap { remove() { fs.rmSync('/'); } }",
    ],
)
def test_what_is_not_called_is_no_effect(decoy: str) -> None:
    assert names(decoy, 'import fs from "fs";') == []


def test_a_name_that_only_looks_like_a_library_is_none() -> None:
    rest = "const fs = {unlink: () => 1}; const axios = {delete: () => 1}; const eval2 = (x) => x;"
    assert names("fs.unlink('/'); axios.delete('/'); eval2('1'); new Map().delete('a')", rest=rest) == []


def test_both_sides_of_what_is_not_known_count() -> None:
    body = "if (args.force) { fs.rmSync(args.p); } else { fs.renameSync(args.p, args.p + '.old'); }"
    assert names(body, 'import fs from "fs";') == ["file.delete", "file.move"]


def test_what_every_tool_does_is_marked() -> None:
    tools = "".join(f'server.tool("t{i}", "d", {{}}, async (a) => {{ note("{i}"); {extra} }});\n' for i, extra in (
        (0, "fs.rmSync(a.p);"), (1, ""), (2, ""), (3, ""), (4, ""),
    ))  # fmt: skip
    rest = 'import fs from "fs";' + HEAD + "function note(x) { fs.appendFileSync('/var/usage', 'x'); }\n" + tools
    found = run(index=rest)
    assert [(e.id, e.via[:1] == (Mark.EVERY_TOOL,)) for e in found["t0"]] == [
        ("file.write", True),
        ("file.delete", False),
    ]


HOSTILE = {
    "recursion": "function f(x) { return f(x + 1) + f(x - 1); } f(1);",
    "cycle": "const a = () => b(); const b = () => a(); a();",
    "loop": "while (true) { for (;;) {} }",
    "fan-out": "".join(f"function g{i}() {{ g{i + 1}(); g{i + 1}(); }} " for i in range(40))
    + "function g40() {} g0();",
    "choices": "let u = args.a; " + "".join(f"if (args.b{i}) u = u + '{i}'; " for i in range(60)) + "fetch(u);",
    "deep": "(" * 3000 + "1" + ")" * 3000 + ";",
    "proxy": "const p = new Proxy({}, {get: () => p}); p.a.b.c();",
    "throw": "throw new Error('x');",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_ends_and_the_next_tool_is_still_read(name: str) -> None:
    index = 'import fs from "fs";' + HEAD + f'server.tool("one", "d", {{}}, async (args) => {{ {HOSTILE[name]} }});\n'
    found = run(index=index + 'server.tool("two", "d", {}, async (args) => fs.rmSync(args.p));\n')
    assert [e.id for e in found["two"]] == ["file.delete"]


CASES = [
    (library.modules[0], case, id_) for library in table("typescript").libraries for case, id_ in library.cases.items()
]


@pytest.mark.parametrize(("module", "case", "expected"), CASES)
def test_a_case_of_the_table_gives_its_effect(module: str, case: str, expected: str) -> None:
    imports, bar, body = case.rpartition(" | ")
    assert not bar or "import" in imports, module
    assert expected in names(body + ";", imports + ";")


def test_every_effect_of_every_library_has_a_case() -> None:
    for library in table("typescript").libraries:
        given = {id_.partition(".")[0] if library.reads in ("http", "sql") else id_ for id_ in library.cases.values()}
        asked = {id_.partition(".")[0] if library.reads in ("http", "sql") else id_ for id_ in library.calls}
        assert asked <= given, library.modules[0]


def test_every_name_of_the_table_is_found_and_nothing_shadows_it() -> None:
    book = modules()
    homes = {**book.exact, **{f"{beginning}x": held for beginning, held in book.beginnings.items()}}
    for module, held in homes.items():
        for entry in (entry for entries in held.values() for entry in entries):
            path = tuple(p if isinstance(p, str) else p.pattern.replace("[^.]*", "Thing") for p in entry.parts)
            path = tuple(part.replace("\\", "") for part in path)
            found = book.find(module, path)
            assert found is not None, (module, path)
            assert found.weight >= entry.weight


def test_the_longest_name_decides() -> None:
    made = by_module(
        read_table(
            '[[library]]\nmodules = ["a", "b/*"]\ncases = {}\n'
            '[library.calls]\n"x.one" = ["send"]\n"x.two" = ["mail.send"]\n"x.three" = ["se*"]\n'
        )
    )
    for module in ("a", "node:a", "a/sub", "b/c"):
        assert getattr(made.find(module, ("new A", "send")), "id", None) == "x.one"
        assert getattr(made.find(module, ("new A", "mail", "send")), "id", None) == "x.two"
        assert getattr(made.find(module, ("set",)), "id", None) == "x.three"
    assert made.find("c", ("send",)) is None
