import json
from typing import Any

import pytest
from typer.testing import CliRunner

from crawler.extract import finish_tools
from mcp_catalogue.cli import probe as command
from mcp_catalogue.cli.app import app
from mcp_catalogue.errors import FetchError
from mcp_catalogue.model import Completeness, Origin, ServerFacts, ServerId, Source, SourceKind, Status, Tool

URL = "https://notes.example/mcp"


def answer(url: str, **_: Any) -> ServerFacts:
    if url != URL:
        raise FetchError(f"{url}: streamable-http: ConnectError")
    tool = Tool(name="delete_note", description="Delete a note for ever.", origin=Origin.PROTOCOL)
    return ServerFacts(
        id=ServerId(url),
        name="notes",
        source=Source(kind=SourceKind.PROBE, url=url),
        completeness=Completeness(status=Status.COMPLETE, enumerated=1),
        tools=finish_tools([tool]),
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []

    def record(url: str, **options: Any) -> ServerFacts:
        seen.append({"url": url, **options})
        return answer(url)

    monkeypatch.setattr(command, "probe", record)
    return seen


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["probe", *words])


def test_an_answer_is_classified_and_printed(asked: list[dict[str, Any]]) -> None:
    done = run(URL, "--format", "json", "--header", "Authorization: Bearer x")
    assert done.exit_code == 0
    (server,) = json.loads(done.stdout)["servers"]
    assert (server["id"], server["source"]["kind"]) == (URL, "probe")
    assert server["tools"][0]["primary"] == "Destructive"
    assert asked[0]["headers"] == {"Authorization": "Bearer x"}
    assert asked[0]["guard"].allow_private is False
    assert "delete_note" in run(URL).stdout
    assert json.loads(run(URL, "-f", "jsonl").stdout)["id"] == URL


@pytest.mark.usefixtures("asked")
def test_one_server_that_fails_does_not_hide_the_others() -> None:
    done = run("https://gone.example/mcp", URL, "--format", "json")
    assert done.exit_code == 3
    assert len(json.loads(done.stdout)["servers"]) == 1
    assert "gone.example" in done.stderr


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("header", ["no colon", ": x", "A: b\r\nC: d"])
def test_a_header_of_another_form_is_refused(header: str) -> None:
    assert run(URL, "--header", header).exit_code == 2
