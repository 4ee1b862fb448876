"""Ask a remote server for `tools/list`, when somebody wants that: the one thing here that talks to a server."""

from crawler.probe.ask import ProbeLimits, probe

__all__ = ["ProbeLimits", "probe"]
