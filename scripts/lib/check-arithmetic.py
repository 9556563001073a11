#!/usr/bin/env python3
"""Refuses + - * on 64-bit numbers in the product: a sum that does not fit ends the process, and what is counted here comes from
the network, the disk, the index, the clock or the command line.

The compiler knows which + is of which type, and writes it down with every debug build (the index store), so nothing is guessed
from the text. Use +| -| *| (Quantities), &+ for what only this process counts, or ByteCount.

    check-arithmetic.py [STORE]     exit code 0: nothing found; 1: these places; 2: no build to look at, or an older one
"""
import os
import re
import sys

sys.dont_write_bytecode = True
import index_store

# The emulator, the benchmark, the simulation and the pages take no number from outside that they calculate with.
LEFT_OUT = ("PulseEmulator", "PulseEmulatorCommand", "PulseBenchmark", "FleetSimulate", "Pages")
# + - * and += -= *= of Int64 and UInt64, as the compiler names them.
REFUSED = re.compile(r"^s:s(?:6UInt64|5Int64)V(?:1[psm]oi|2[psm]eoi)")


def main():
    targets = [target for target in os.listdir(os.path.join(index_store.ROOT, "Sources")) if target not in LEFT_OUT]
    found, texts, problem = set(), {}, None
    try:
        store = index_store.Store(*sys.argv[1:])
        for file, record in store.records(targets):
            if file not in texts:
                texts[file] = open(file, encoding="utf-8").read().split("\n")
            lines = texts[file]
            for usr, _, line, column in store.occurrences(record):
                if not REFUSED.match(usr):
                    continue
                # A record of an older build may point anywhere.
                text = lines[line - 1].encode()[column - 1:column + 1] if line <= len(lines) else b""
                if re.match(rb"[-+*](?!\|)", text):
                    found.add((os.path.relpath(file, index_store.ROOT), line, column, lines[line - 1].strip()))
    except index_store.NoBuild as error:
        problem = error
    for file, line, column, text in sorted(found):
        print(f"{file}:{line}:{column}: {text}")
    if found:
        return 1
    if problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
