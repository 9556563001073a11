#!/usr/bin/env python3
"""Refuses C outside of the targets that wrap it: functions of C libraries, imports of them, and unsafe pointers.

What is called, the compiler writes down with every debug build (the index store), whichever module it came through. The lists
below are what is left out, with the reason; what no longer needs to be in them is refused as well.

    check-system.py     exit code 0: none; 1: some; 2: no build to look at, or an older one
"""
import collections
import os
import re
import sys

sys.dont_write_bytecode = True
import index_store

SOURCES = os.path.join(index_store.ROOT, "Sources")

# Edges: the kernel's FUSE, the network and the parser of Markdown have C libraries of their own.
EDGES = {"System", "FUSE", "Transfer", "Pages"}
# Programs that measure or stand in for something, which are no part of the product.
TOOLS = {"PulseEmulator", "PulseEmulatorFixtures", "PulseEmulatorCommand", "PulseBenchmark", "FleetSimulate"}

PROGRAM = "what only a program does: its signals, its terminal, its exit, the processes that it starts"
CALLS = {
    "PulseFSCommand": PROGRAM,
}

FILLED = "fills a buffer from a file, or gives a file one, at the speed of the disk, without a copy"
DIGESTED = "gives the bytes of a value to a digest or a cipher, or takes them out of a key"
BODY = "is the body of a request, which libcurl takes from a buffer of its own"
POINTERS = {
    "ArtifactStore/BlobFile.swift": FILLED,
    "ArtifactStore/BlobLabel.swift": FILLED,
    "ArtifactStore/BlobShelf.swift": FILLED,
    "ArtifactStore/EvictionCandidate.swift": DIGESTED,
    "ArtifactStore/Index.swift": FILLED,
    "ArtifactStore/KeyFingerprint.swift": DIGESTED,
    "ArtifactStore/Ledger.swift": FILLED,
    "ArtifactStore/PartialFile.swift": FILLED,
    "ArtifactStore/SingleUseClaim.swift": FILLED,
    "ArtifactStore/SpoolFile.swift": FILLED,
    "JobCache/Downloads/DirectReads.swift": FILLED,
    "JobCache/Downloads/Download.swift": FILLED,
    "JobCache/Downloads/SpoolTarget.swift": FILLED,
    "JobCache/Sharing/CachedSource.swift": BODY,
    "JobCache/SingleUse/SingleUseDownload.swift": FILLED,
    "JobCache/Support/FileName.swift": DIGESTED,
    "PulseFS/Export/FileComparison.swift": FILLED,
    "PulseFS/Export/JobWriter.swift": FILLED,
    "SharedStore/Objects/ObjectCollector.swift": FILLED,
    "SharedStore/Records/RecordFrame.swift": DIGESTED,
    "SharedStore/S3/CallSinks.swift": FILLED,
    "SharedStore/S3/PayloadDigest.swift": BODY,
    "SharedStore/Sealing/FleetSecret.swift": DIGESTED,
    "SharedStore/Sealing/MemberSecret.swift": DIGESTED,
    "SharedStore/Sealing/ObjectNames.swift": DIGESTED,
    "SharedStore/Sealing/ObjectSealer.swift": DIGESTED,
    "SharedStore/Sealing/OpeningSink.swift": FILLED,
    "SharedStore/Sealing/SealFormat.swift": DIGESTED,
    "SharedStore/Sealing/SealedSource.swift": BODY,
    "SharedStore/Sealing/SpanSink.swift": FILLED,
    "PulseFSCommand/Fetch/FollowedFile.swift": FILLED,
    "PulseFSCommand/FreshSignals.swift": PROGRAM,
    "PulseFSCommand/Mounting/DetachedProcess.swift": PROGRAM,
    "PulseFSCommand/Mounting/PeerPipe.swift": PROGRAM,
    "PulseFSCommand/Output/StandardOutput.swift": PROGRAM,
}


def calls(targets):
    """For each file of these targets the functions of C that it names, and where first."""
    store = index_store.Store()
    found = collections.defaultdict(dict)
    for file, record in store.records(targets):
        for symbol, roles, line, _ in store.occurrences(record):
            if roles & index_store.REFERENCE and symbol.startswith("c:@F@"):
                found[os.path.relpath(file, SOURCES)].setdefault(symbol.removeprefix("c:@F@"), line)
    return found


def main():
    targets = sorted(set(os.listdir(SOURCES)) - EDGES - TOOLS)
    try:
        called = calls(targets)
    except index_store.NoBuild as error:
        print(error, file=sys.stderr)
        return 2
    failed = False

    def complain(words):
        nonlocal failed
        failed = True
        print(f"  {words}")

    used = set()
    for file, names in sorted(called.items()):
        target = file.split(os.sep)[0]
        used.add(target)
        if target not in CALLS:
            complain("\n  ".join(f"{file}:{line} calls {name}" for name, line in sorted(names.items())))
    pointers = set()
    for target in targets:
        for folder, _, files in os.walk(os.path.join(SOURCES, target)):
            for name in files:
                if not name.endswith(".swift"):
                    continue
                file = os.path.relpath(os.path.join(folder, name), SOURCES)
                text = open(os.path.join(folder, name)).read()
                if target not in CALLS and re.search(r"^ *(?:\w+ )?import (?:Glibc|Musl)$", text, re.MULTILINE):
                    complain(f"{file} imports the C library")
                code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
                if re.search(r"\bUnsafe\w*Pointer|\bwithUnsafe|\bunsafeBitCast", code):
                    pointers.add(file)
    for file in sorted(pointers - POINTERS.keys()):
        complain(f"{file} has an unsafe pointer")
    for name in sorted((POINTERS.keys() - pointers) | (CALLS.keys() - used)):
        complain(f"{name} needs to be left out no longer")
    return 1 if failed else 0


sys.exit(main())
