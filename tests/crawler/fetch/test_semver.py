import pytest

from crawler.fetch.semver import SemVer, best_match

VERSIONS = [
    "0.1.0",
    "0.2.0",
    "0.2.5",
    "1.0.0",
    "1.2.3",
    "1.2.9",
    "1.10.0",
    "2.0.0-alpha.1",
    "2.0.0-alpha.10",
    "2.0.0",
    "3.0.0-rc.1",
    "odd",
]


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("*", "2.0.0"),
        ("", "2.0.0"),
        ("x", "2.0.0"),
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("=1.2.3", "1.2.3"),
        ("^1.2.3", "1.10.0"),
        ("~1.2.3", "1.2.9"),
        ("~1.2", "1.2.9"),
        ("1.2", "1.2.9"),
        ("1", "1.10.0"),
        ("1.x", "1.10.0"),
        ("1.2.x", "1.2.9"),
        ("^0.2.0", "0.2.5"),
        ("^0.1", "0.1.0"),
        ("^0", "0.2.5"),
        (">=1.0.0 <1.2.9", "1.2.3"),
        (">= 1.0.0 < 1.2.9", "1.2.3"),
        (">1.2.9 <2", "1.10.0"),
        ("<=1.2", "1.2.9"),
        ("<1", "0.2.5"),
        ("1.0.0 - 1.2.5", "1.2.3"),
        ("<0.2.0 || 1.2.x", "1.2.9"),
        ("^2.0.0-alpha.1", "2.0.0"),
        (">=2.0.0-alpha.1 <2.0.0", "2.0.0-alpha.10"),
        (">2", None),
        ("^9.0.0", None),
        ("not a range", None),
        ("3.0.0-rc.1", "3.0.0-rc.1"),
        (">1.2", "2.0.0"),
    ],
)
def test_ranges_pick_the_newest_that_fits(requirement: str, expected: str | None) -> None:
    assert best_match(VERSIONS, requirement) == expected


def test_versions_sort_as_semver_says() -> None:
    order = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ]
    parsed = [SemVer.parse(v) for v in order]
    assert None not in parsed
    assert sorted((v for v in parsed if v), key=lambda v: v) == parsed
