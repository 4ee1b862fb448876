"""The public registries, where the user's clients are configured for no other: packageurl-python knows them."""

from urllib.parse import urlsplit

from packageurl.contrib import purl2url


def public_pypi_index() -> str:
    """Return the base address of the public Simple index (the path `/simple/` is PEP 503's)."""
    page = urlsplit(str(purl2url.get_repo_url("pkg:pypi/x")))  # type: ignore[no-untyped-call]
    return f"{page.scheme}://{page.netloc}/simple/"


def public_npm_registry() -> str:
    """Return the base address of the public npm registry."""
    tarball = urlsplit(str(purl2url.get_download_url("pkg:npm/x@0")))  # type: ignore[no-untyped-call]
    return f"{tarball.scheme}://{tarball.netloc}/"
