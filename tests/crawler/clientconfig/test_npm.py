import base64
from pathlib import Path

from crawler.clientconfig.npm import NpmSettings, read_npm

PUBLIC = "https://public.registry.example/"


def read(tmp_path: Path, *, user: str = "", project: str = "", environ: dict[str, str] | None = None) -> NpmSettings:
    home, cwd = tmp_path / "home", tmp_path / "project"
    for folder, text in ((home, user), (cwd, project)):
        folder.mkdir(exist_ok=True)
        (folder / ".npmrc").write_text(text)
    variables = {"npm_config_globalconfig": str(tmp_path / "none"), **(environ or {})}
    return read_npm(variables, home, cwd, PUBLIC)


def test_without_settings_the_public_registry_is_meant(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.registries.for_package("@scope/x") == PUBLIC
    assert settings.named == ()


def test_scopes_have_registries_of_their_own(tmp_path: Path) -> None:
    user = (
        "registry=https://one.registry.example\n"
        '@scope:registry = "https://two.registry.example/npm/"\n; comment\n[section]\n'
    )
    registries = read(tmp_path, user=user).registries
    assert registries.for_package("x") == "https://one.registry.example/"
    assert registries.for_package("@scope/x") == "https://two.registry.example/npm/"
    assert registries.for_package("@other/x") == "https://one.registry.example/"


def test_the_project_overrides_the_user_and_the_environment_all(tmp_path: Path) -> None:
    user, project = "registry=https://user.registry.example/", "registry=https://project.registry.example/"
    assert read(tmp_path, user=user, project=project).registries.default == "https://project.registry.example/"
    environ = {"NPM_CONFIG_REGISTRY": "https://env.registry.example"}
    assert (
        read(tmp_path, user=user, project=project, environ=environ).registries.default
        == "https://env.registry.example/"
    )


def test_tokens_are_found_expanded_and_never_shown(tmp_path: Path) -> None:
    password = base64.b64encode(b"pass word").decode()
    user = (
        "//registry.example/:_authToken=${TOKEN}\n//other.registry.example/:username=u\n"
        f"//other.registry.example/:_password={password}\n//third.registry.example/:_auth=abc\n//fourth.registry.example/:_authToken=${{MISSING}}\n"
    )
    settings = read(tmp_path, user=user, environ={"TOKEN": "very-secret"})
    values = {prefix: secret.value for prefix, secret in settings.secrets.items()}
    assert values["https://registry.example/"] == "Bearer very-secret"
    assert values["https://other.registry.example/"] == "Basic " + base64.b64encode(b"u:pass word").decode()
    assert values["https://third.registry.example/"] == "Basic abc"
    assert "https://fourth.registry.example/" not in values
    assert "very-secret" not in repr(settings)


def test_a_checkout_cannot_take_the_users_secrets(tmp_path: Path) -> None:
    project = (
        "registry=https://evil.registry.example/\n//evil.registry.example/:_authToken=${TOKEN}\ncafile=/tmp/evil.pem\n"
    )
    settings = read(tmp_path, project=project, environ={"TOKEN": "very-secret"})
    assert settings.registries.default == "https://evil.registry.example/"
    assert settings.secrets == {}
    assert settings.ca_file is None
    expanded = read(tmp_path, project="registry=https://${TOKEN}.registry.example/", environ={"TOKEN": "very-secret"})
    assert expanded.registries.default == PUBLIC


def test_credentials_in_an_address_are_kept_apart(tmp_path: Path) -> None:
    settings = read(tmp_path, user="registry=https://user:word@registry.example/npm")
    assert settings.registries.default == "https://registry.example/npm/"
    assert "word" not in repr(settings)
    assert settings.secrets["https://registry.example/npm/"].value.startswith("Basic ")


def test_a_file_registry_and_what_is_not_followed_are_notes(tmp_path: Path) -> None:
    settings = read(tmp_path, user="registry=file:///srv/npm\nstrict-ssl=false\nproxy=http://x\n")
    assert settings.registries.default == PUBLIC
    assert len(settings.notes) == 3


def test_the_certificate_file_is_taken_over(tmp_path: Path) -> None:
    assert read(tmp_path, user="cafile=/etc/company.pem").ca_file == Path("/etc/company.pem")
