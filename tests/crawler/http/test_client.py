import io
from collections.abc import Callable, Iterator

import httpx
import pytest

from crawler.http import Http, Limits, Politeness, Retry, redact
from mcp_catalogue.errors import FetchError

URL = "https://registry.example/thing"
Handler = Callable[[httpx.Request], httpx.Response]


def make(handler: Handler, sleeps: list[float] | None = None, **options: object) -> Http:
    waited: list[float] = [] if sleeps is None else sleeps
    politeness = Politeness(clock=lambda: 0.0, sleep=waited.append)
    return Http(
        transport=lambda: httpx.MockTransport(handler),
        sleep=waited.append,
        politeness=politeness,
        **options,  # type: ignore[arg-type]
    )


class Answers:
    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._left = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_an_answer_comes_with_status_headers_and_body() -> None:
    with make(lambda _: httpx.Response(200, headers={"ETag": '"a"'}, content=b"body")) as http:
        reply = http.get(URL)
    assert (reply.status, reply.body, reply.headers["etag"], reply.url) == (200, b"body", '"a"', URL)


def test_the_user_agent_says_who_asks_and_how_to_reach_them() -> None:
    seen = Answers(httpx.Response(200))
    with make(seen, contact="crawler@registry.example") as http:
        http.get(URL)
    assert seen.requests[0].headers["user-agent"].startswith("mcp-catalogue/")
    assert "crawler@registry.example" in seen.requests[0].headers["user-agent"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again_with_growing_pauses(status: int) -> None:
    sleeps: list[float] = []
    answers = Answers(httpx.Response(status), httpx.Response(status), httpx.Response(200))
    with make(answers, sleeps, retry=Retry(jitter=lambda: 1.0)) as http:
        assert http.get(URL).status == 200
    assert sleeps == [0.5, 1.0]


def test_retry_after_is_followed() -> None:
    sleeps: list[float] = []
    with make(Answers(httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200)), sleeps) as http:
        assert http.get(URL).status == 200
    assert sleeps == [7.0]


def test_a_host_that_asks_for_too_long_a_pause_ends_the_request() -> None:
    sleeps: list[float] = []
    answers = Answers(httpx.Response(429, headers={"Retry-After": "86400"}))
    with make(answers, sleeps) as http, pytest.raises(FetchError, match="limits requests"):
        http.get(URL)
    assert sleeps == []
    assert len(answers.requests) == 1


def test_githubs_rate_limit_is_a_403_with_a_header() -> None:
    answers = Answers(httpx.Response(403, headers={"Retry-After": "1"}), httpx.Response(200))
    with make(answers) as http:
        assert http.get(URL).status == 200


def test_a_plain_403_is_the_callers_to_judge() -> None:
    answers = Answers(httpx.Response(403))
    with make(answers) as http:
        assert http.get(URL).status == 403
    assert len(answers.requests) == 1


def test_a_network_that_is_down_is_one_clear_line() -> None:
    answers = Answers(httpx.ConnectError("Name or service not known"))
    with make(answers) as http, pytest.raises(FetchError, match="cannot connect") as caught:
        http.get("https://user:word@registry.example/thing?token=x")
    assert "word" not in str(caught.value)
    assert "token" not in str(caught.value)
    assert len(answers.requests) == 4


def test_an_answer_that_does_not_come_in_time_is_named() -> None:
    with make(Answers(httpx.ReadTimeout("x"))) as http, pytest.raises(FetchError, match="in time"):
        http.get(URL)


def test_a_document_over_the_limit_is_refused_while_it_streams() -> None:
    sent = []

    def body() -> Iterator[bytes]:
        for _ in range(1000):
            sent.append(1)
            yield b"x" * 100

    with make(lambda _: httpx.Response(200, content=body())) as http, pytest.raises(FetchError, match="larger than"):
        http.get(URL, limit=1000)
    assert len(sent) < 20


def test_mislabelled_gzip_is_a_fault_of_the_answer() -> None:
    bad = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip at all"))
    with make(lambda _: bad, retry=Retry(attempts=1)) as http, pytest.raises(FetchError, match="content encoding"):
        http.get(URL)


def test_redirects_are_followed_and_counted() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        step = int(request.url.params.get("n", "0"))
        return httpx.Response(302, headers={"Location": f"/thing?n={step + 1}"}) if step < 3 else httpx.Response(200)

    with make(handler) as http:
        assert http.get(URL).url.endswith("n=3")
    loop = Answers(httpx.Response(302, headers={"Location": URL}))
    with make(loop, limits=Limits(redirects=4)) as http, pytest.raises(FetchError, match="more than 4 redirects"):
        http.get(URL)


@pytest.mark.parametrize(
    "location", ["http://registry.example/x", "file:///etc/passwd", "gopher://registry.example/", "https://[bad", "//"]
)
def test_a_redirect_away_from_https_is_refused(location: str) -> None:
    with make(lambda _: httpx.Response(302, headers={"Location": location})) as http, pytest.raises(FetchError):
        http.get(URL)


def test_credentials_go_only_where_they_belong() -> None:
    seen: list[tuple[str, str | None]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "registry.example":
            return httpx.Response(302, headers={"Location": "https://files.registry.example/x"})
        return httpx.Response(200)

    with make(handler, authorize=lambda u: "Basic x" if u.startswith("https://registry.example/") else None) as http:
        http.get(URL)
        http.get(URL, headers={"Authorization": "Bearer given"})
    assert seen == [
        ("registry.example", "Basic x"),
        ("files.registry.example", None),
        ("registry.example", "Bearer given"),
        ("files.registry.example", None),
    ]


def test_a_download_is_written_as_sent_and_begins_anew_after_a_break() -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise httpx.ReadError("reset")

    sink = io.BytesIO()
    answers = Answers(httpx.Response(200, content=broken()), httpx.Response(200, stream=httpx.ByteStream(b"whole")))
    with make(answers) as http:
        assert http.download(URL, sink).status == 200
    assert sink.getvalue() == b"whole"
    assert answers.requests[0].headers["accept-encoding"] == "identity"


def test_an_error_page_is_not_taken_for_an_archive() -> None:
    sink = io.BytesIO()
    with make(lambda _: httpx.Response(404, content=b"<html>")) as http:
        assert http.download(URL, sink).status == 404
    assert sink.getvalue() == b""


def test_redaction_leaves_the_address() -> None:
    assert redact("https://user:word@registry.example:8443/a/b?token=1#x") == "https://registry.example:8443/a/b"


def test_a_host_that_drips_is_given_up_on() -> None:
    now = [0.0]

    def drip() -> Iterator[bytes]:
        while True:
            now[0] += 5
            yield b"x"

    http = make(lambda _: httpx.Response(200, content=drip()), clock=lambda: now[0])
    with http, pytest.raises(FetchError, match="comes too slowly"):
        http.get(URL)
    assert now[0] < 60


def test_a_certificate_that_cannot_be_verified_is_not_tried_again() -> None:
    answers = Answers(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"))
    with make(answers) as http, pytest.raises(FetchError, match="SSL_CERT_FILE"):
        http.get(URL)
    assert len(answers.requests) == 1
