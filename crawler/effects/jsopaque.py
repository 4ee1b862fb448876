"""Which calls of unknown things end the trail: what could do anything, against what only works on data."""

import re

from crawler.effects.jstable import Modules, modules
from crawler.extractors.typescript.evaluate import CallSite
from crawler.extractors.typescript.values import Unknown
from mcp_catalogue.model import Cut, CutReason

CALLER = "argument:"
"""The specifier under which what a caller gives goes: data, and the protocol's own context."""
_CLIENT = "@modelcontextprotocol/sdk/client"
_DETAIL = 120
_ROOT = re.compile(r"(?:new |await |\(|!|\.\.\.)*([A-Za-z_$][\w$]*)")


def _words(text: str) -> list[str]:
    return text.split()


_DATA = frozenset(
    _words("""
map filter forEach reduce reduceRight find findIndex findLast findLastIndex some every flat flatMap slice splice
concat join push pop shift unshift sort toSorted reverse toReversed includes indexOf lastIndexOf keys values entries
at fill toString toLocaleString valueOf trim trimStart trimEnd split replace replaceAll match matchAll test search
startsWith endsWith padStart padEnd toLowerCase toUpperCase charAt charCodeAt codePointAt substring substr repeat
normalize localeCompare then catch finally json text arrayBuffer blob bytes clone toISOString getTime getFullYear
getMonth getDate getHours getMinutes getSeconds getDay setDate setHours setMonth toFixed toPrecision
toLocaleDateString toLocaleTimeString toUTCString toJSON parse safeParse parseAsync safeParseAsync encode decode
digest hex on once off emit addListener removeListener removeAllListeners addEventListener removeEventListener pipe
unref ref abort log info warn error debug trace child apply bind call next return throw describe optional default
hasOwnProperty isDirectory isFile setEncoding setTimeout flags
""")
)
"""Methods of strings, arrays, promises, dates, responses, streams and loggers, whatever they are called on."""
_GLOBALS = frozenset(
    _words("""
Date Math JSON Object Array String Number Boolean Symbol Promise RegExp Error TypeError RangeError AggregateError
console Buffer URL URLSearchParams TextEncoder TextDecoder Uint8Array Uint16Array Uint32Array Int8Array Float32Array
Float64Array ArrayBuffer DataView performance crypto setTimeout setInterval clearTimeout clearInterval setImmediate
clearImmediate queueMicrotask structuredClone AbortController AbortSignal Headers FormData Blob File Response
Request Intl Map Set WeakMap WeakSet WeakRef BigInt parseInt parseFloat isNaN isFinite encodeURIComponent
decodeURIComponent encodeURI decodeURI escape unescape atob btoa process Reflect Proxy globalThis ReadableStream
WritableStream TransformStream Event EventTarget CustomEvent DOMException SyntaxError path searchParams headers
Iterator Function
""")
)
"""Objects of the language, of Node and of the web that reach nothing outside by themselves."""

_NODE = frozenset(
    _words("""
assert async_hooks buffer child_process cluster console constants crypto diagnostics_channel dns domain events fs
http http2 https module net os path perf_hooks process punycode querystring readline stream string_decoder sys
timers tls tty url util v8 vm wasi worker_threads zlib
""")
)


def opaque(callee: Unknown, site: CallSite) -> Cut | None:
    """Return where following ends at a call that no table knows; None where it works on data alone."""
    path = callee.path if callee.spec is not None else callee.text
    if site.name in _DATA or site.name == "new" or callee.kind is not None or callee.reason in ("registered", "throws"):
        return None
    place = (site.module.path, site.line)
    if callee.reason in ("too-much-work", "nested-too-deep"):
        return _cut(CutReason.BUDGET, callee.text, place)
    if callee.spec is None:
        root = _ROOT.match(path)
        if root is not None and root[1] in _GLOBALS and path.rpartition(".")[0] != "process":
            return None
        computed = callee.reason in ("computed-key", "dynamic-import") or path.startswith("element")
        return _cut(CutReason.DYNAMIC_CALL if computed else CutReason.UNKNOWN_RECEIVER, path or site.name, place)
    if callee.spec.startswith(_CLIENT) and site.name == "callTool":
        return _cut(CutReason.REMOTE, path, place)
    if callee.spec == CALLER or _known(modules(), callee.spec):
        return None
    return _cut(CutReason.UNKNOWN_LIBRARY, f"{callee.spec}: {path}", place)


def _known(table: Modules, spec: str) -> bool:
    """Whether what the table does not name in a module has no effect: Node's own, and libraries named as such."""
    name = spec.removeprefix("node:")
    return name.partition("/")[0] in _NODE or table.silent(name)


def _cut(reason: CutReason, detail: str, place: tuple[str, int]) -> Cut:
    return Cut(reason=reason, detail=" ".join(detail.split())[:_DETAIL], file=place[0], line=place[1])
