"""Addresses from strangers, taken apart without surprises."""

from urllib.parse import urljoin, urlsplit, urlunsplit


def redact(url: str) -> str:
    """Return `url` without user, password, query and fragment, for messages and records."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of `url`; empty for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", "", None


def web_join(base: str, url: str) -> str | None:
    """Return `url` as meant at `base`, or None where that is no http or https address."""
    try:
        joined = urljoin(base, url)
    except ValueError:
        return None
    scheme, host, _ = origin_of(joined)
    return joined if scheme in {"http", "https"} and host else None
