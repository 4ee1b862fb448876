import pytest

from crawler.fetch import dependency_target
from crawler.targets import HostedRepository, Package, Target


@pytest.mark.parametrize(
    ("kind", "name", "requirement", "expected"),
    [
        ("npm", "@scope/core", "^1.2.0", Package(ecosystem="npm", name="@scope/core", requirement="^1.2.0")),
        ("npm", "core", "", Package(ecosystem="npm", name="core")),
        ("npm", "core", "npm:@other/core@^2", Package(ecosystem="npm", name="@other/core", requirement="^2")),
        ("npm", "core", "github:o/r", HostedRepository(host="github", owner="o", name="r")),
        ("npm", "core", "workspace:*", None),
        ("npm", "core", "file:../core", None),
        ("npm", "core", "https://registry.example/core.tgz", None),
        ("sdist", "Some_Core", ">=1,<2", Package(ecosystem="pypi", name="some-core", requirement=">=1,<2")),
        ("wheel", "bad name", "", None),
    ],
)
def test_a_dependency_becomes_a_target(kind: str, name: str, requirement: str, expected: Target | None) -> None:
    assert dependency_target(kind, name, requirement) == expected
