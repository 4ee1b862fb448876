"""How Python handlers are followed: the shapes of the way from a tool to what it does."""

from textwrap import dedent

from mcp_catalogue.model import CutReason
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


def test_a_process_that_the_call_started_itself_is_its_own_to_end() -> None:
    code = """
        import subprocess
        running = subprocess.Popen(["server"])
        @mcp.tool
        def act(path: str):
            helper = subprocess.Popen(["tool", path])
            helper.terminate()
            running.terminate()
    """
    found = tools_of({"server.py": HEAD + dedent(code)})["act"].effects
    assert [(e.line, e.via[:1]) for e in found if e.id == "process.kill"] == [(9, ("temporary files",)), (10, ())]


def test_where_a_handler_cannot_be_followed_is_told() -> None:
    code = """
        import math, unheard_of
        table = unheard_of.read()
        @mcp.tool
        def plain(x: str):
            return math.sqrt(len(x.strip()))
        @mcp.tool
        def library(x: str):
            return unheard_of.work(x)
        @mcp.tool
        def computed(x: str, ctx):
            return ctx.lifespan.client.remove_it(x)
        @mcp.tool
        def named(x: str):
            return getattr(math, x)() + missing[x](x)
    """
    tools = tools_of({"server.py": HEAD + dedent(code)})
    assert tools["plain"].cuts == ()
    assert {n: {c.reason for c in tools[n].cuts or ()} for n in ("library", "computed")} == {
        "library": {CutReason.UNKNOWN_LIBRARY},
        "computed": {CutReason.UNKNOWN_RECEIVER},
    }
    assert tools["named"].cuts


def test_a_client_that_another_call_sets_is_followed_by_its_type() -> None:
    code = """
        import httpx
        client: httpx.Client | None = None
        class Store:
            def __init__(self):
                self.http: httpx.Client | None = None
        store = Store()
        def connect():
            global client
            client = httpx.Client()
        @mcp.tool
        def act(path: str):
            if client is None or store.http is None:
                raise RuntimeError("connect first")
            client.delete(path)
            store.http.put(path)
    """
    assert effects({"server.py": HEAD + dedent(code)}) == {("http.delete", None), ("http.put", None)}


def test_what_follows_early_ways_out_is_reached() -> None:
    code = """
        import os
        def check(x):
            if not x:
                return False, "empty"
            return True, ""
        def load(x):
            try:
                return {"a": x}
            except ValueError:
                pass
            os.mkdir(x)
        @mcp.tool
        def act(path: str, items: list):
            ok, why = check(path)
            if not ok:
                return why
            load(path)
            kept = [i for i in items if i != path]
            if len(kept) == len(items) or not kept:
                return "nothing to do"
            os.remove(path)
    """
    assert effects({"server.py": HEAD + dedent(code)}) == {("file.write", None), ("file.delete", None)}


def test_declared_methods_lead_to_what_fills_them_in() -> None:
    code = """
        import os
        from abc import ABC, abstractmethod
        class Base(ABC):
            @abstractmethod
            def drop(self, path): ...
        class Disk(Base):
            def drop(self, path):
                os.remove(path)
        stores: dict[str, Base] = {}
        def find(name) -> Base | None:
            return stores.get(name)
        @mcp.tool
        def act(path: str):
            store = find(path)
            if store:
                store.drop(path)
    """
    assert effects({"server.py": HEAD + dedent(code)}) == {("file.delete", None)}


def test_settings_of_the_server_are_marked_its_own() -> None:
    code = """
        def save_config(data):
            open("settings.json", "w").write(data)
        @mcp.tool
        def act(path: str):
            save_config(path)
            open(path, "w")
    """
    found = tools_of({"server.py": HEAD + dedent(code)})["act"].effects
    assert [e.via[:1] for e in found] == [("own files",), ()]


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
