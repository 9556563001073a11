#!/usr/bin/env python3
"""Refuses a circle among the folders of a target: inside a target, too, what a file uses is below it.

Files of one module import nothing of each other, so the compiler lets each use every other. What they use, it writes down with
every debug build (the index store): types and their members alike. Files that are in no folder of a target are passed over.

    check-folders.py [--edges]      prints a line a target, and with --edges what each of its folders uses, from the bottom up
                                    exit code 0: no circle; 1: circles; 2: no build to look at, or an older one
"""
import collections
import os
import sys

sys.dont_write_bytecode = True
import index_store


def parts(file):
    """Target and folder of a file; the folder is nil for one that is in none."""
    target, *folders = os.path.relpath(file, os.path.join(index_store.ROOT, "Sources")).split(os.sep)[:-1]
    return target, folders[0] if folders else None


def uses():
    """For each target, and each pair of its folders of which the first uses something of the second: where."""
    store = index_store.Store()
    homes, references = {}, []
    for file, record in store.records(os.listdir(os.path.join(index_store.ROOT, "Sources"))):
        for symbol, roles, line, _ in store.occurrences(record):
            if roles & (index_store.DEFINITION | index_store.DECLARATION):
                homes[symbol] = file
            elif roles & index_store.REFERENCE:
                references.append((symbol, file, line))
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for file in set(homes.values()):
        target, folder = parts(file)
        if folder:
            found[target][folder, folder] = set()
    for symbol, file, line in references:
        (target, folder), (other, below) = parts(file), parts(homes.get(symbol, file))
        if target == other and folder and below and folder != below:
            found[target][folder, below].add((os.path.relpath(file, index_store.ROOT), line))
    return found


def layers(below):
    """Folders in the order of what they use, and those of which none is first: they are in a circle, or above one."""
    order, left = [], dict(below)
    while ready := sorted(folder for folder in left if not left[folder] & left.keys()):
        order += ready
        for folder in ready:
            del left[folder]
    return order, left


def circle(left):
    """What is in a circle, or between two: what nothing else there uses is not."""
    while unused := [folder for folder in left if not any(folder in left[other] for other in left)]:
        left = {folder: below for folder, below in left.items() if folder not in unused}
    return left


def main():
    try:
        found = uses()
    except index_store.NoBuild as error:
        print(error, file=sys.stderr)
        return 2
    failed = False
    for target, edges in sorted(found.items()):
        below = {folder: set() for folder, other in edges if folder == other}
        if len(below) < 2:
            continue
        for folder, other in edges:
            if folder != other:
                below[folder].add(other)
        pairs = sum(folder in below[other] for folder in below for other in below[folder]) // 2
        print(f"{target}: {len(below)} folders, {sum(map(len, below.values()))} edges, {pairs} two-way pairs")
        order, left = layers(below)
        if "--edges" in sys.argv:
            for folder in order:
                print(f"  {folder}: {', '.join(sorted(below[folder], key=order.index)) or '-'}")
        if left := circle(left):
            failed = True
            print(f"  a circle of {', '.join(sorted(left))}; the thinnest of its edges:")
            thin = sorted((len(edges[folder, other]), folder, other) for folder in left for other in below[folder] & left.keys())
            for _, folder, other in thin[:5]:
                places = ", ".join(f"{file}:{line}" for file, line in sorted(edges[folder, other])[:3])
                print(f"  {folder} uses {other}: {places}")
    return 1 if failed else 0


sys.exit(main())
