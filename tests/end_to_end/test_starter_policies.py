"""Every starter server, from its package to its policies and the dataset."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import frictionless
import pytest
from jsonschema import Draft202012Validator

from mcp_catalogue.model import Action, Status
from mcp_catalogue.policy import FORMATS, Decided, ProfileName, decide
from mcp_catalogue.schemas import schema_text
from mcp_catalogue.store import Store
from tests.conftest import Run
from tests.mcp_catalogue.policy import engines
from tests.mcp_catalogue.policy.forms import checked, names

pytestmark = pytest.mark.network
PROFILES: tuple[ProfileName, ...] = ("strict", "balanced", "permissive")


def decided(database: Path, profile: ProfileName) -> Iterator[tuple[str, bool, list[Decided]]]:
    with Store.open(database) as store:
        for record in store.records():
            pairs = zip(record.facts.tools, record.classifications, strict=True)
            made = [Decided(tool=t, label=c, decision=decide(record.facts, t, c, profile)) for t, c in pairs]
            yield record.facts.id, record.facts.completeness.status is Status.COMPLETE, made


def engines_accept(database: Path, folder: Path) -> None:
    """Hand every server's policy to each engine that can be had here."""
    with suppress(engines.NotAvailableError):
        codex = engines.codex()
        for number, (server, complete, made) in enumerate(decided(database, "balanced")):
            text = FORMATS["codex"].server(made, server_name="shop", complete=complete).text
            home = engines.codex_home(folder / f"codex-{number}", text, ["true"])
            assert engines.codex_reads(codex, home).returncode == 0, server
    with suppress(engines.NotAvailableError):
        claude = engines.claude_code()
        rules: dict[str, list[str]] = {"allow": [], "ask": [], "deny": []}
        for number, (_, complete, made) in enumerate(decided(database, "balanced")):
            text = FORMATS["claude-code"].server(made, server_name=f"s{number}", complete=complete).text
            for kind, listed in json.loads(text)["permissions"].items():
                rules[kind] += listed
        assert engines.claude_code_skips(claude, folder / "claude", json.dumps({"permissions": rules})) == ""
    with suppress(engines.NotAvailableError):
        intercept = engines.intercept()
        for profile in PROFILES:
            for server, complete, made in decided(database, profile):
                path = folder / "policy.yaml"
                path.write_text(
                    FORMATS["intercept"].server(made, server_name="shop", complete=complete).text, encoding="utf-8"
                )
                assert engines.intercept_reads(intercept, path).returncode == 0, server


def test_every_policy_is_well_formed_and_the_dataset_validates(starter: Path, catalogue: Run, tmp_path: Path) -> None:
    servers = tools = 0
    for profile in PROFILES:
        for server, complete, made in decided(starter, profile):
            servers += 1
            for form in FORMATS.values():
                rendered = form.server(made, server_name="shop", complete=complete)
                checked(form.id, rendered.text)
                if form.id in {"policylayer", "intercept", "codex"}:
                    assert names(form.id, rendered.text) == {d.tool.name for d in made}, server
                assert ("Not every tool" in rendered.sentence) is not complete
                for one in made:
                    checked(form.id, form.tool(one, server_name="shop").text)
            tools += len(made)
            if profile == "balanced":
                wrong = [
                    d.tool.name for d in made if d.label.primary == "Destructive" and d.decision.action != Action.HIDE
                ]
                assert not wrong, server
    assert servers >= 20 * len(PROFILES)
    assert tools >= 200 * len(PROFILES)

    engines_accept(starter, tmp_path)
    done = catalogue("export", "--db", starter, "--out", tmp_path / "data", "--format", "all")
    assert done.returncode == 0, done.stderr
    check = Draft202012Validator(json.loads(schema_text("server.schema.json")))
    for line in (tmp_path / "data" / "servers.jsonl").read_text(encoding="utf-8").splitlines():
        check.validate(json.loads(line))
    report = frictionless.validate(str(tmp_path / "data" / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
