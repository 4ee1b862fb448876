import os
import ssl
from pathlib import Path

import pytest

from crawler.clientconfig import ClientConfig, Credentials, load_client_config
from crawler.clientconfig.base import Secret
from crawler.clientconfig.load import tls_context


def load(tmp_path: Path, **environ: str) -> ClientConfig:
    plain = {"PIP_CONFIG_FILE": os.devnull, "npm_config_globalconfig": str(tmp_path / "none")}
    return load_client_config(plain | environ, home=tmp_path, cwd=tmp_path)


def test_the_public_registries_are_https_and_known_to_the_purl_library(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert config.pypi[0].url is not None
    assert config.pypi[0].url.startswith("https://")
    assert config.pypi[0].url.endswith("/simple/")
    assert config.npm.default.startswith("https://")
    assert config.configured == ()


def test_netrc_counts_for_configured_hosts_only(tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(
        "machine registry.example login u password word\nmachine elsewhere.example login u password other\n"
    )
    netrc.chmod(0o600)
    config = load(tmp_path, NETRC=str(netrc), PIP_INDEX_URL="https://registry.example/simple")
    assert config.credentials.header_for("https://registry.example/simple/x/") is not None
    assert config.credentials.header_for("https://elsewhere.example/") is None
    assert "word" not in repr(config)


def test_a_broken_netrc_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("nonsense here")
    config = load(tmp_path, NETRC=str(tmp_path / "netrc"))
    assert any("netrc" in note for note in config.notes)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://registry.example/a/x", "inner"),
        ("https://registry.example/b", "outer"),
        ("http://registry.example/a/x", None),
        ("https://registry.example.evil/a/x", None),
        ("https://registry.example@evil.example/a/x", None),
        ("https://registry.example:444/a/x", None),
    ],
)
def test_the_longest_fitting_prefix_wins_and_no_other_host_fits(url: str, expected: str | None) -> None:
    credentials = Credentials(
        {"https://registry.example/": Secret("outer"), "https://registry.example/a/": Secret("inner")}
    )
    assert credentials.header_for(url) == expected


def test_certificates_are_always_checked(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    context = tls_context(
        load(tmp_path, PIP_CERT=str(tmp_path / "empty.pem"), NODE_EXTRA_CA_CERTS=str(tmp_path / "missing.pem"))
    )
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
