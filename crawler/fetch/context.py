"""The context that a command works with, made from the user's own settings."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from crawler.clientconfig import load_client_config
from crawler.clientconfig.load import tls_context
from crawler.fetch.base import FetchContext, GithubHosts
from crawler.fetch.cache import Cache, default_cache_dir
from crawler.http import Http


@contextmanager
def open_context(
    *,
    sources_dir: Path | None = None,
    cache_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
    transport: Callable[[], httpx.BaseTransport] | None = None,
) -> Iterator[FetchContext]:
    """Give a context with the user's registries, credentials, certificates and cache folder; close it after."""
    environ = os.environ if environ is None else environ
    clients = load_client_config(environ)
    verify = tls_context(clients)
    with Http(
        transport=transport or (lambda: httpx.HTTPTransport(verify=verify)),
        authorize=clients.credentials.header_for,
        contact=environ.get("CATALOGUE_CONTACT"),
    ) as http:
        yield FetchContext(
            http=http,
            cache=Cache(cache_dir or default_cache_dir(environ)),
            clients=clients,
            sources_dir=sources_dir,
            github=GithubHosts(token=environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")),
        )
