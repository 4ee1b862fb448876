"""Which calls in Go end the following of a handler: what is called is not known, or nothing is known of it."""

import re

from crawler.extractors.golang.sdk import is_sdk
from crawler.extractors.golang.values import Foreign, Unknown, Value
from mcp_catalogue.model import CutReason

_PLAIN = re.compile(
    r"(?:/|^)(?:zap|zerolog|logrus|logr|klog|slog|glog|log|charmbracelet/log|uuid|ulid|xid|ksuid|nanoid|yaml(?:\.v\d)?|"
    r"toml|jsoniter|go-json|sonic|gjson|sjson|json|jsonschema|mapstructure|copystructure|errors|multierror|multierr|"
    r"otel|opentelemetry|trace|metric|attribute|codes|semconv|prometheus/client_golang|statsd|testify|lo|cast|decimal|"
    r"humanize|go-humanize|units|resource|semver|color|tablewriter|goldmark|bluemonday|html-to-markdown|cron|now|"
    r"dateparse|strcase|inflection|pflag|cobra|viper|envconfig|godotenv|validator|protobuf|proto|structpb|timestamppb|"
    r"singleflight|errgroup|semaphore|rate|ptr|pointer|sets|text|unicode|language|cel-go)(?:/|$)"
)
"""Libraries that compute, format, log and validate, by a part of their import path."""
_HARMLESS = re.compile(
    r"^(?:New.*|Must.*|With.*|Is[A-Z].*|Has[A-Z].*|As|Is|To[A-Z].*|From[A-Z].*|Parse.*|Format.*|String|Error.*|Unwrap|Len|"
    r"Marshal.*|Unmarshal.*|Encode.*|Decode.*|Debug.*|Info.*|Warn.*|Trace.*|Log.*|Print.*|Fatal.*|Panic.*|Lock|Unlock|"
    r"RLock|RUnlock|Close|Err|Done|Value|Deadline|Context|Header|Add|Unix.*|Before|After|Sub|Equal.*|Compare|Bool|Int\d*|"
    r"Float\d*|Bytes|Ptr|Of|Start|End|Set[A-Z].*|Record.*|Span.*|Stop|Scan|Next|Text|Read|Seek|Done|Wait|Kind|Type|"
    r"Interface|Elem|Field|Load|Store|Range|Hash|Sum|Default.*|Build|Clone|Copy|Validate.*|Option.*|String[A-Z].*)$"
)
"""Names of functions and methods that make, compare, format or log, and do nothing by themselves."""


def is_plain(module: str) -> bool:
    """Tell whether a library computes, formats, logs or validates."""
    return _PLAIN.search(module) is not None


def unfollowed(function: Value, where: tuple[str, tuple[str, ...]] | None) -> CutReason | None:
    """Return why a call that no entry of the table fits cannot be followed; None where it does nothing outside."""
    if where is not None:
        module, path = where
        plain = "." not in module.partition("/")[0] or is_sdk(module)
        return None if plain or is_plain(module) or _does_nothing(path[-1]) else CutReason.UNKNOWN_LIBRARY
    if isinstance(function, Foreign) and isinstance(function.receiver, Unknown):
        return None if _does_nothing(function.name) else CutReason.UNKNOWN_RECEIVER
    computed = function is None or (
        isinstance(function, Unknown) and function.type.kind not in {"named", "pointer", "basic"}
    )
    return CutReason.DYNAMIC_CALL if computed else None  # what gives one thing of a known type makes or finds it


def _does_nothing(name: str) -> bool:
    return name[:1].islower() or _HARMLESS.match(name) is not None
