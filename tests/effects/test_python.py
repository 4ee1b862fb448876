"""How Python handlers are followed: the shapes of the way from a tool to what it does."""

from textwrap import dedent

from tests.effects.test_python_table import tools_of

HEAD = "from fastmcp import FastMCP\nmcp = FastMCP('x')\n"


def effects(files: dict[str, str], tool: str = "act") -> set[tuple[str, str | None]]:
    return {(e.id, e.target) for e in tools_of({p: dedent(t) for p, t in files.items()})[tool].effects}


def test_functions_methods_and_modules_are_followed() -> None:
    files = {
        "server.py": HEAD + "from api import Client\nclient = Client('https://api.registry.example')\n"
        "@mcp.tool\nasync def act(id: str):\n    return await helper(id)\n"
        "async def helper(id):\n    return await client.remove(id)\n",
        "api.py": """
            import httpx

            class Client:
                def __init__(self, base):
                    self.base = base
                    self.http = httpx.AsyncClient()

                async def remove(self, id):
                    return await self._send("DELETE", f"/things/{id}")

                async def _send(self, method, path):
                    return await self.http.request(method, f"{self.base}{path}")
        """,
    }
    (effect,) = tools_of({p: dedent(t) for p, t in files.items()})["act"].effects
    assert (effect.id, effect.target, effect.file) == ("http.delete", "api.registry.example", "api.py")
    assert effect.via == ("helper", "remove", "_send")


def test_dispatcher_runs_only_the_branch_of_the_tool() -> None:
    code = """
        import os
        from mcp.server import Server
        from mcp.types import Tool
        server = Server("x")

        @server.list_tools()
        async def listing():
            return [Tool(name=n, description=n, inputSchema={}) for n in ("look", "wipe", "move")]

        def _move(arguments):
            os.rename(arguments["a"], arguments["b"])

        MORE = {"move": _move}

        @server.call_tool()
        async def call(name, arguments):
            if name == "look":
                return os.listdir(arguments["path"])
            if name == "wipe":
                os.remove(arguments["path"])
                return []
            return MORE[name](arguments)
    """
    tools = tools_of({"server.py": dedent(code)})
    assert {n: {e.id for e in t.effects} for n, t in tools.items()} == {
        "look": {"file.read"},
        "wipe": {"file.delete"},
        "move": {"file.move"},
    }
    assert {n: (t.handler.start, t.handler.end) for n, t in tools.items() if t.handler} == {
        "look": (19, 19),
        "wipe": (21, 22),
        "move": (11, 12),
    }


def test_both_sides_of_an_unknown_test_and_neither_of_a_known_one() -> None:
    code = """
        import os
        @mcp.tool
        def act(path: str, mode: str = "read"):
            if mode == "delete":
                os.remove(path)
            else:
                open(path).read()
            if False:
                os.system("never")
    """
    assert {id_ for id_, _ in effects({"server.py": HEAD + dedent(code)})} == {"file.delete", "file.read"}


def test_files_that_the_call_made_itself_are_marked() -> None:
    code = """
        import os, tempfile
        @mcp.tool
        def act(data: str, path: str):
            scratch = tempfile.mktemp()
            with open(scratch, "w") as file:
                file.write(data)
            os.remove(scratch)
            os.remove(path)
    """
    found = tools_of({"server.py": HEAD + dedent(code)})["act"].effects
    assert [(e.id, e.line, e.via[:1]) for e in found] == [
        ("file.write", 8, ("temporary files",)),
        ("file.delete", 10, ("temporary files",)),
        ("file.delete", 11, ()),
    ]


def test_a_path_below_a_temporary_folder_is_marked() -> None:
    code = """
        import os, tempfile
        @mcp.tool
        def act(name: str):
            os.remove(os.path.join(tempfile.gettempdir(), name))
    """
    (effect,) = tools_of({"server.py": HEAD + dedent(code)})["act"].effects
    assert effect.via == ("temporary files",)


def test_what_nearly_every_tool_does_is_marked() -> None:
    tools = "".join(f"@mcp.tool\ndef t{i}(x):\n    audit()\n    open(x).read()\n" for i in range(6))
    code = HEAD + "import requests\ndef audit():\n    requests.post('https://log.registry.example')\n" + tools
    found = tools_of({"server.py": code})["t3"].effects
    assert {(e.id, e.via[:1]) for e in found} == {("http.post", ("every tool",)), ("file.read", ())}


def test_start_up_is_not_the_tools_doing() -> None:
    code = """
        import sqlite3
        class Store:
            def __init__(self):
                self.db = sqlite3.connect("x")
                self.db.execute("DROP TABLE old")
        store = Store()
        @mcp.tool
        def act(query: str):
            return store.db.execute(query)
    """
    assert effects({"server.py": HEAD + dedent(code)}) == {("sql.raw", None)}


def test_callbacks_and_threads_are_followed() -> None:
    code = """
        import asyncio, os
        def work(path):
            os.unlink(path)
        @mcp.tool
        async def act(path: str):
            await asyncio.to_thread(work, path)
    """
    assert effects({"server.py": HEAD + dedent(code)}) == {("file.delete", None)}


def test_an_outside_function_handed_to_a_runner_is_called() -> None:
    code = """
        import asyncio, os
        import requests
        from fastmcp import FastMCP
        mcp = FastMCP("x")
        session = requests.Session()

        @mcp.tool
        async def act(url, path):
            await asyncio.to_thread(session.put, url)
            await asyncio.get_running_loop().run_in_executor(None, os.remove, path)
            print(requests.get)
    """
    assert effects({"server.py": code}) == {("http.put", None), ("file.delete", None)}


def test_files_of_git_itself_and_unpacked_temporary_files_are_marked() -> None:
    code = """
        import git, os, pathlib, tempfile
        from fastmcp import FastMCP
        mcp = FastMCP("x")

        @mcp.tool
        def act(repo):
            (pathlib.Path(git.Repo(repo).git_dir) / "MERGE_HEAD").unlink()
            handle, path = tempfile.mkstemp()
            os.remove(path)
    """
    found = tools_of({"server.py": dedent(code)})["act"].effects
    assert [e.via[:1] for e in found if e.id == "file.delete"] == [("temporary files",)] * 2


def test_hostile_handlers_end() -> None:
    code = """
        import os
        def a(x): return b(x) + b(x)
        def b(x): return a(x) + a(x)
        def wide(x):
            for i in range(10 ** 6):
                for j in range(10 ** 6):
                    a(j)
        @mcp.tool
        def act(x: str):
            os.remove(x)
            wide(x)
            a(x)
    """
    assert effects({"server.py": HEAD + dedent(code)}) == {("file.delete", None)}
