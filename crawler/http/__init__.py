"""One HTTP layer for everything that is fetched or enumerated."""

from crawler.http.client import Http, Limits, Reply, user_agent
from crawler.http.guard import BlockedAddressError, Guard
from crawler.http.politeness import HostLimit, Politeness
from crawler.http.retry import Retry
from crawler.http.transport import make_transport
from crawler.http.urls import origin_of, redact, web_join

__all__ = [
    "BlockedAddressError",
    "Guard",
    "HostLimit",
    "Http",
    "Limits",
    "Politeness",
    "Reply",
    "Retry",
    "make_transport",
    "origin_of",
    "redact",
    "user_agent",
    "web_join",
]
