"""Complete labels per second and core, on distinct definitions: `python benchmarks/labels.py DEFINITIONS [--profile]`.

DEFINITIONS is a folder of recordings. Every second server is met first, with empty caches, as a crawl meets its first
ones; the others then show definitions never seen by a worker whose caches know the words of the trade, which is the
figure for distinct definitions. The later passes compute every record anew, but find names and phrases that they
remember.
"""

import argparse
import cProfile
import pstats
import time
from pathlib import Path

from classifier import Classifier
from mcp_catalogue.evaluate.gold import read_definitions

parser = argparse.ArgumentParser()
parser.add_argument("definitions", type=Path)
parser.add_argument("--profile", action="store_true")
parser.add_argument("--passes", type=int, default=4)
options = parser.parse_args()

servers = list(read_definitions(options.definitions).values())
started = time.perf_counter()
classifier = Classifier()
print(f"rulebook and word lists loaded in {1000 * (time.perf_counter() - started):.0f} ms")
for title, chosen in (
    ("new, empty caches", servers[::2]),
    ("new, warm caches", servers[1::2]),
    *((f"known, pass {number}", servers) for number in range(2, options.passes + 1)),
):
    tools = sum(len(facts.tools) for facts in chosen)
    started = time.process_time()
    for facts in chosen:
        classifier.server(facts)
    spent = time.process_time() - started
    print(f"{title}: {tools} tools, {tools / spent:,.0f} records per second, {1e6 * spent / tools:.0f} us each")
if options.profile:
    profile = cProfile.Profile()
    profile.enable()
    for facts in servers:
        classifier.server(facts)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)
