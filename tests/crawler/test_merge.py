from crawler.merge import identity, merge
from crawler.sources import Listing

NPM = "pkg:npm/%40owner/notes"
REPO = "pkg:github/owner/repo"


def test_one_server_through_four_sources_is_one_record() -> None:
    listed = [
        ("github", Listing(target="https://github.com/Owner/Repo", facts={"stars": 7})),
        ("npm", Listing(target=NPM, aliases=(REPO,), reason="names it", facts={"dependents": 2})),
        (
            "registry",
            Listing(
                target=NPM + "@1.0.0", aliases=("registry:e/notes", "https://notes.example/mcp"), reason="one entry"
            ),
        ),
        ("glama", Listing(target=f"{REPO}@abc")),
    ]
    (found,) = merge(listed)
    assert found.id == NPM
    assert found.aliases == ("https://notes.example/mcp", REPO, "registry:e/notes")
    assert found.sources == ("github", "npm", "registry", "glama")
    assert found.facts == {"github": {"stars": 7}, "npm": {"dependents": 2}}
    assert {j.alias: (j.reason, j.source) for j in found.joined}["registry:e/notes"] == ("one entry", "registry")


def test_the_order_of_sources_does_not_change_what_is_merged() -> None:
    listed = [
        ("a", Listing(target=REPO)),
        ("b", Listing(target=NPM, aliases=(REPO,))),
        ("c", Listing(target="pkg:pypi/other")),
    ]
    forward = {(m.id, m.aliases) for m in merge(listed)}
    assert forward == {(m.id, m.aliases) for m in merge(reversed(listed))}
    assert len(forward) == 2


def test_the_packages_of_a_monorepo_stay_apart() -> None:
    listed = [("npm", Listing(target=f"pkg:npm/{n}", aliases=(REPO,))) for n in ("a", "b", "c")]
    found = list(merge([*listed, ("github", Listing(target=REPO))]))
    assert [m.id for m in found] == ["pkg:npm/a", "pkg:npm/b", "pkg:npm/c", REPO]


def test_folders_of_a_monorepo_are_servers_of_their_own() -> None:
    listed = [
        ("x", Listing(target=f"{REPO}#a")),
        ("y", Listing(target=f"{REPO}#b")),
        ("z", Listing(target=f"{REPO}@v1#a")),
    ]
    assert [(m.id, m.sources) for m in merge(listed)] == [(f"{REPO}#a", ("x", "z")), (f"{REPO}#b", ("y",))]


def test_one_repository_may_publish_in_two_ecosystems() -> None:
    listed = [
        ("npm", Listing(target=NPM, aliases=(REPO,))),
        ("pypi", Listing(target="pkg:pypi/notes", aliases=(REPO,))),
    ]
    (found,) = merge(listed)
    assert (found.id, found.aliases) == (NPM, (REPO, "pkg:pypi/notes"))


def test_an_id_never_changes_once_given() -> None:
    listed = [("npm", Listing(target=NPM, aliases=(REPO,)))]
    (found,) = merge(listed, known={REPO})
    assert (found.id, found.target, found.aliases) == (REPO, REPO, (NPM,))


def test_remotes_and_what_only_has_a_name() -> None:
    listed = [
        ("r", Listing(target="https://notes.example/mcp", aliases=("registry:e/x",))),
        ("r", Listing(target="registry:e/x")),
    ]
    (found,) = merge(listed)
    assert found.id == "https://notes.example/mcp"


def test_what_is_fetched_keeps_the_commit_that_was_listed() -> None:
    (found,) = merge([("docker", Listing(target=f"{REPO}@abc#src", aliases=("pkg:docker/owner/notes",)))])
    assert (found.id, found.target) == (f"{REPO}#src", f"{REPO}@abc#src")


def test_identities_have_one_spelling() -> None:
    spellings = ("pypi:Some_Server", "pkg:pypi/some-server@1", "pkg:pypi/SOME-server")
    assert {identity(s) for s in spellings} == {"pkg:pypi/some-server"}
    assert identity("registry:x") == "registry:x"
