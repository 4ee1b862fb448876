"""How many requests per second the HTTP layer itself can make, over loopback, for each number of threads."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from crawler.http import Guard, HostLimit, Http, Politeness, make_transport

_REQUESTS = 6000
_THREADS = (1, 4, 8, 16)


def client_rate(base: str) -> float:
    """Return the best rate of several thread counts, printing each."""
    rates = []
    for threads in _THREADS:
        transport = make_transport(httpx.create_ssl_context(), Guard(allow_private=True))
        limit = Politeness(default=HostLimit(concurrent=64))
        with Http(transport=transport, politeness=limit) as http, ThreadPoolExecutor(threads) as pool:
            started = time.monotonic()
            list(pool.map(lambda n: http.get(f"{base}/npm/bench-server-{n % 900:06d}/latest"), range(_REQUESTS)))
            rates.append(_REQUESTS / (time.monotonic() - started))
        print(f"{threads} threads: {rates[-1]:,.0f} requests/s", flush=True)
    return max(rates)
