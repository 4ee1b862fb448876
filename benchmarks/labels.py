"""Complete labels per second and core, on distinct definitions: `python benchmarks/labels.py DEFINITIONS [--profile]`.

DEFINITIONS is a folder of recordings. The first pass meets every definition for the first time with empty caches, as a
crawl does with its first servers; the later ones show what a worker reaches whose caches know the words, names and
parameters of its trade, with every record computed anew.
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
tools = sum(len(facts.tools) for facts in servers)
started = time.perf_counter()
classifier = Classifier()
print(f"rulebook and word lists loaded in {1000 * (time.perf_counter() - started):.0f} ms")
for number in range(1, options.passes + 1):
    started = time.process_time()
    for facts in servers:
        classifier.server(facts)
    spent = time.process_time() - started
    print(f"pass {number}: {tools} tools, {tools / spent:,.0f} records per second, {1e6 * spent / tools:.0f} us each")
if options.profile:
    profile = cProfile.Profile()
    profile.enable()
    for facts in servers:
        classifier.server(facts)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)
