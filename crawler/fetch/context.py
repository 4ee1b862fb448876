"""The context that a command works with, made from the user's own settings."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from crawler.clientconfig import load_client_config
from crawler.clientconfig.load import tls_context
from crawler.fetch.base import FetchContext, GithubHosts
from crawler.fetch.cache import Cache, default_cache_dir
from crawler.fetch.prune import cache_limit
from crawler.http import Guard, HostLimit, Http, Politeness, make_transport, origin_of


@contextmanager
def open_context(  # noqa: PLR0913 - each is a seam that a command or a test sets by name
    *,
    sources_dir: Path | None = None,
    cache_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
    transport: Callable[[], httpx.BaseTransport] | None = None,
    allow_private: bool = False,
    trusted: Iterable[str] = (),
    hosts: Mapping[str, HostLimit] | None = None,
) -> Iterator[FetchContext]:
    """Give a context with the user's registries, credentials, certificates and cache folder; close it after.

    Addresses on private networks are refused unless `allow_private`, but for the registries of the user's own
    clients, the GitHub of `GITHUB_API_URL`, and the hosts of the `trusted` addresses. `hosts` bounds how fast
    single hosts are asked.
    """
    environ = os.environ if environ is None else environ
    clients = load_client_config(environ)
    github = github_hosts(environ)
    registries = (clients.npm.default, *clients.npm.scopes.values(), *(i.url for i in clients.pypi if i.url))
    named = map(origin_of, (*registries, github.api, github.archives, *trusted))
    guard = Guard(trusted=frozenset((host, port) for _, host, port in named if port), allow_private=allow_private)
    with Http(
        transport=transport or make_transport(tls_context(clients), guard),
        politeness=Politeness(hosts=hosts),
        authorize=clients.credentials.header_for,
        contact=environ.get("CATALOGUE_CONTACT"),
    ) as http:
        yield FetchContext(
            http=http,
            cache=Cache(cache_dir or default_cache_dir(environ), cache_limit(environ)),
            clients=clients,
            sources_dir=sources_dir,
            github=github,
            guard=guard,
        )


def github_hosts(environ: Mapping[str, str]) -> GithubHosts:
    """Return GitHub, or the GitHub Enterprise Server that `GITHUB_API_URL` names."""
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
    public = GithubHosts(token=token)
    api = (environ.get("GITHUB_API_URL") or public.api).rstrip("/")
    if api == public.api:
        return public
    return GithubHosts(archives="", api=api, token=token)
