"""One HTTP layer for everything that is fetched or enumerated."""

from crawler.http.client import Http, Limits, Reply, origin_of, redact, user_agent
from crawler.http.retry import Retry

__all__ = ["Http", "Limits", "Reply", "Retry", "origin_of", "redact", "user_agent"]
