"""Ask a registry for a document only if it changed since it was last read."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx
import msgspec

from crawler.fetch.base import FetchContext
from crawler.fetch.cache import Answer
from crawler.http import Reply

T = TypeVar("T")
# What is kept is what was read from a document, so a change in the reading asks for the document again.
_READING = "1"


def revalidated(
    context: FetchContext, url: str, headers: Mapping[str, str], form: type[T], read: Callable[[Reply], T]
) -> T | Reply:
    """Return what `read` makes of the document at `url`, from the cache where the host says that it is unchanged.

    An answer that is neither 200 nor 304 is returned as it came. Raises `FetchError`.
    """
    key = "\n".join((_READING, form.__qualname__, url, *(f"{k}:{v}" for k, v in sorted(headers.items()))))
    kept = context.cache.answer(key)
    reply = context.http.get(url, headers={**headers, **(kept.conditions if kept else {})})
    if kept is not None and reply.status == httpx.codes.NOT_MODIFIED:
        try:
            return msgspec.json.decode(kept.value, type=form)
        except msgspec.MsgspecError:
            reply = context.http.get(url, headers=headers)
    if reply.status != httpx.codes.OK:
        return reply
    value = read(reply)
    etag, modified = reply.headers.get("etag"), reply.headers.get("last-modified")
    if etag or modified:
        raw = msgspec.Raw(msgspec.json.encode(value))
        context.cache.keep_answer(key, Answer(value=raw, etag=etag, last_modified=modified))
    return value
