#!/usr/bin/env python3
"""Refuses a type that knows too many files: counted with its extensions, it may refer to twelve other files of its target.

Those that must know more stand in the table of docs/DEVELOPMENT.md with the reason. A name in that table that is not needed any more is
refused, too. The compiler's index of the last debug build says what refers to what.

    check-reach.py [--all]          prints the types that miss the rule and how many files each knows; with --all, every type
                                    exit code 0: all of them are in the table; 1: not all; 2: no build to look at, or an older one
"""
import bisect
import collections
import os
import re
import sys

sys.dont_write_bytecode = True
import index_store

MOST = 12
# Two targets that were one, and are counted as one: a cut between them must make no type look better than it is.
TOGETHER = {"PulseFS": "JobCache"}
SOURCES = os.path.join(index_store.ROOT, "Sources")
TABLE = os.path.join(index_store.ROOT, "docs", "DEVELOPMENT.md")
HEAD = re.compile(
    r"^(?:@\w+(?:\([^)]*\))? +)*(?:(?:public|package|internal|private|fileprivate|final|indirect|open|nonisolated) +)*"
    r"(?:struct|class|enum|actor|protocol|extension) +([A-Z]\w*)")


def target(file):
    name = os.path.relpath(file, SOURCES).split(os.sep)[0]
    return TOGETHER.get(name, name)


class Owners:
    """Which type a line of a file belongs to. A type reaches from its head, in the first column, to the next one's."""

    def __init__(self):
        self.files = {}

    def of(self, file, line):
        if file not in self.files:
            heads = []
            with open(file, encoding="utf-8") as text:
                for number, words in enumerate(text, 1):
                    if match := HEAD.match(words):
                        heads.append((number, match[1]))
            self.files[file] = heads
        heads = self.files[file]
        place = bisect.bisect_right(heads, line, key=lambda head: head[0])
        return heads[place - 1][1] if place else None


def reach():
    """For each type, by target and name: the other files of its target that it refers to."""
    store, owners = index_store.Store(), Owners()
    homes, references = {}, set()
    for file, record in store.records(os.listdir(SOURCES)):
        for symbol, roles, line, _ in store.occurrences(record):
            if roles & (index_store.DEFINITION | index_store.DECLARATION):
                homes.setdefault(symbol, (file, line))
            elif roles & index_store.REFERENCE:
                references.add((symbol, file, line))
    found = collections.defaultdict(set)
    for symbol, file, line in references:
        owner = owners.of(file, line)
        home, at = homes.get(symbol, (file, line))
        if not owner or home == file or target(home) != target(file) or owners.of(home, at) == owner:
            continue
        found[target(file), owner].add(home)
    types = {(target(file), name) for file, heads in owners.files.items() for _, name in heads}
    return found, types


def excused():
    """The names in the table's first column."""
    names, inside = set(), False
    with open(TABLE, encoding="utf-8") as text:
        for line in text:
            if line.startswith("| types | files | why |"):
                inside = True
            elif inside and not line.startswith("|"):
                break
            elif inside:
                names |= set(re.findall(r"`(\w+)`", line.split("|")[1]))
    return names


try:
    found, types = reach()
except index_store.NoBuild as problem:
    print(problem)
    sys.exit(2)
least = 0 if sys.argv[1:] == ["--all"] else MOST + 1
over = {name for (_, name), files in found.items() if len(files) > MOST}
for (where, name), files in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
    if len(files) >= least:
        print(f"{len(files):3} {where}/{name}")
print(f"{len(over)} of {len(types)} types refer to more than {MOST} other files of their target")
failed = False
for name in sorted(over - excused()):
    failed = True
    print(f"{name} refers to more than {MOST}; split it, or give the reason in docs/DEVELOPMENT.md")
for name in sorted(excused() - over):
    failed = True
    print(f"{name} is in the table of docs/DEVELOPMENT.md without need")
sys.exit(1 if failed else 0)
