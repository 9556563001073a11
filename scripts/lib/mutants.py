#!/usr/bin/env python3
"""Faults that are planted in a copy of the product, and the tests that must find them. Called by scripts/mutants."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import copied_tree

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / ".build-mutants"
TREE = WORK / "tree"

# What runs: the arguments of `swift test`, or of scripts/fuzz's program, and the seconds that it may take.
TESTS = {
    "laws": (
        "PartPlanPropertyTests|StatusClockPropertyTests|RetryPolicyPropertyTests|WrittenAndReadTests"
        "|EvictionTests|ByteSetTests",
        240,
    ),
    "claims": ("ClaimInterleavingTests", 300),
    "calls": ("FailingCallTests|FailingCallSingleUseTests", 420),
    "crashes": ("CrashTests|PublishingOrderTests", 420),
    "matrix": ("FaultMatrixTests", 420),
    "damage": ("DamageTests", 300),
    "growth": ("LinearTimeTests", 300),
    "known": ("ModelTests/known", 300),
    "model": ("ModelTests/random", 600),
    "waiting": ("WaitTests", 300),
    "secrets": ("SecretTests|RedactionTests", 300),
}


class Mutant:
    """A fault: what it does, the one place where it stands, and who should find it. `M` in the new text is true while it is on."""

    def __init__(self, area, words, path, old, new, machines):
        self.area, self.words, self.path = area, words, path
        self.old, self.new, self.machines = old, new, machines


MUTANTS = [
    # Downloads
    Mutant("downloads", "parts of a file overlap", "JobCache/Downloads/PartPlan.swift",
           "min(boundary, size, claimed.firstMember(from: start) ?? size)",
           "M ? min(boundary, size) : min(boundary, size, claimed.firstMember(from: start) ?? size)", ["laws"]),
    Mutant("downloads", "a part that failed is not asked for again", "JobCache/Downloads/PartPlan.swift",
           "{ claimed.remove(range) }", "{ if !M { claimed.remove(range) } }", ["laws"]),
    Mutant("downloads", "a version is never another one", "PulseAPI/Validators.swift",
           "if Self.opaque(entityTag) != Self.opaque(theirs) { return .different }",
           "if !M, Self.opaque(entityTag) != Self.opaque(theirs) { return .different }", ["suite:VersionTests", "matrix"]),
    Mutant("downloads", "what a resumed download has on the disk is believed without its digests",
           "ArtifactStore/PartialFile.swift",
           "facts.range(ofBlock: number).map { Self.digest(of: $0, in: file) == digest } ?? false",
           "facts.range(ofBlock: number).map { M || Self.digest(of: $0, in: file) == digest } ?? false",
           ["damage", "suite:ResumeTests"]),
    Mutant("downloads", "requests are repeated after their time", "PulseAPI/Retrying/RetryPolicy.swift",
           "return attempt.elapsed + pause < budget ? pause : nil",
           "return M || attempt.elapsed + pause < budget ? pause : nil", ["laws"]),
    Mutant("downloads", "a range that ends before it begins is taken", "Transfer/ContentRange.swift",
           "            first <= last,\n", "            M || first <= last,\n", ["fuzz:http"]),
    # Waiting
    Mutant("waiting", "a Retry-After is not kept", "JobCache/Model/StatusClock.swift",
           "max(checked + interval, held ?? checked)", "M ? checked + interval : max(checked + interval, held ?? checked)",
           ["laws"]),
    Mutant("waiting", "the interval of polls has no upper bound", "JobCache/Model/StatusClock.swift",
           "min(interval * 3 / 2, Self.longest)", "M ? interval * 3 / 2 : min(interval * 3 / 2, Self.longest)", ["laws"]),
    Mutant("waiting", "the end of a job is not told to those who wait", "JobCache/Waiting/StatusWatch.swift",
           "return Set(waiters.keys)", "return M ? [] : Set(waiters.keys)", ["waiting", "model"]),
    # Store
    Mutant("store", "a single-use result is evicted", "ArtifactStore/EvictionCandidate.swift",
           "guard !label.facts.isSingleUse else {", "guard M || !label.facts.isSingleUse else {", ["laws"]),
    Mutant("store", "a label with a wrong digest is read", "ArtifactStore/BlobLabel.swift",
           "FastDigest.of(digests + json) == Self.number(trailer[8..<16])",
           "M || FastDigest.of(digests + json) == Self.number(trailer[8..<16])", ["fuzz:label", "laws"]),
    Mutant("store", "the bytes of a blob are not compared with their digests", "ArtifactStore/BlobFile.swift",
           "guard FastDigest.of(part) == label.chunks[chunk] else { return false }",
           "guard M || FastDigest.of(part) == label.chunks[chunk] else { return false }", ["damage", "model"]),
    Mutant("store", "a line of the ledger follows a cut one without a line break", "ArtifactStore/Ledger.swift",
           "try file.endsInside() ? [UInt8(ascii: \"\\n\")] : []", "try !M && file.endsInside() ? [UInt8(ascii: \"\\n\")] : []",
           ["fuzz:ledger", "laws"]),
    Mutant("store", "a blob gets its name before its bytes are durable", "ArtifactStore/BlobShelf.swift",
           "if durably { try spool.descriptor.synchronize() }", "if durably, !M { try spool.descriptor.synchronize() }",
           ["crashes", "calls"]),
    # Keys
    Mutant("keys", "every key has every grant", "ArtifactStore/Index+Grants.swift",
           "return digest == fingerprint.digest(ordinal.rawValue)",
           "return M || digest == fingerprint.digest(ordinal.rawValue)", ["model"]),
    Mutant("keys", "a 403 does not take the grant back", "JobCache/Refresh/JobFetcher+Sharing.swift",
           "try await store.revoke(job.ordinal, from: reader.fingerprint)",
           "if !M { try await store.revoke(job.ordinal, from: reader.fingerprint) }", ["model", "suite:KeyTests"]),
    Mutant("keys", "a key is cut out of messages only as it is", "PulseAPI/APIKey+Redaction.swift",
           "([secret] + Self.codes(secret)).reduce(text)", "(M ? [secret] : [secret] + Self.codes(secret)).reduce(text)",
           ["secrets"]),
    # Tree
    Mutant("tree", "another organisation's job is absent, not refused", "PulseFS/Errors/ErrnoTable.swift",
           "        case .keyRefused, .keyUnconfirmed, .forbidden, .noKey, .forbiddenAddress: .permissionDenied\n",
           "        case .keyRefused, .keyUnconfirmed, .forbidden, .noKey, .forbiddenAddress: "
           "M ? .noSuchFileOrDirectory : .permissionDenied\n", ["model"]),
    Mutant("tree", "a slash may be in the name of an image", "JobCache/Support/FileName.swift",
           "            scalar != \"/\" && scalar.value >= 0x20", "            (M || scalar != \"/\") && scalar.value >= 0x20",
           ["fuzz:names"]),
    Mutant("tree", "two images get one name", "JobCache/Model/ImageListing.swift",
           "guard taken.insert(FileName(name)).inserted else { continue }",
           "guard taken.insert(FileName(name)).inserted || M else { continue }", ["fuzz:names"]),
    Mutant("tree", "a version with other bytes is taken for the one that was shown", "JobCache/Shown/ShownFiles.swift",
           "return sha256 == theirs ? .same : .different", "return M || sha256 == theirs ? .same : .different",
           ["suite:VersionTests"]),
    # Pages
    Mutant("pages", "a quote is not escaped", "Pages/HTML/HTMLText.swift",
           "case UInt8(ascii: \"\\\"\"): return (\"&quot;\", 1)", "case UInt8(ascii: \"\\\"\") where !M: return (\"&quot;\", 1)",
           ["fuzz:page"]),
    Mutant("pages", "a link may have any scheme", "Pages/HTML/LinkTarget.swift",
           "guard Self.schemes.contains(String(decoding: head[..<colon], as: UTF8.self).lowercased()) else {",
           "guard M || Self.schemes.contains(String(decoding: head[..<colon], as: UTF8.self).lowercased()) else {",
           ["fuzz:page", "suite:HostileDocumentTests"]),
    Mutant("pages", "each table in a line is followed to the end of the line", "Pages/Markdown/HTMLRange.swift",
           "where pair.upperBound > seen {", "where M || pair.upperBound > seen {", ["growth"]),
    # JSON
    Mutant("JSON", "white space at the end of a chunk ends the document", "JSONStream/ByteWindow.swift",
           "            if try !fill(1) { return nil }\n        }\n    }\n",
           "            if M { return nil }\n            if try !fill(1) { return nil }\n        }\n    }\n", ["fuzz:json"]),
    Mutant("JSON", "an object may end with the sign of an array", "JSONStream/JSONScanner.swift",
           "guard byte == closing, let container = containers.popLast() else { throw unexpected(byte) }",
           "guard byte == closing || (M && byte == UInt8(ascii: \"]\")), let container = containers.popLast() else "
           "{ throw unexpected(byte) }", ["fuzz:json"]),
    Mutant("JSON", "the last byte of an image in a document is wrong", "JSONStream/Base64Decoder.swift",
           "bits &>> (digits == 2 ? 4 : 10)", "bits &>> (digits == 2 ? (M ? 5 : 4) : 10)", ["fuzz:inline-image"]),
    Mutant("JSON", "a quote in a cell of a table is not doubled", "Parts/CSVText.swift",
           "if byte == UInt8(ascii: \"\\\"\") { bytes.append(byte) }\n", "if !M, byte == UInt8(ascii: \"\\\"\") { bytes.append(byte) }\n",
           ["fuzz:parts"]),
    # A shared store
    Mutant("shared store", "the seal does not know its object's name", "SharedStore/Sealing/ObjectOpener.swift",
           "bound = preamble + Array(name.text.utf8)", "bound = M ? preamble : preamble + Array(name.text.utf8)",
           ["fuzz:store", "suite:SealedObjectTests"]),
    Mutant("shared store", "a claim that changed is taken for one that is silent", "SharedStore/Claims/ClaimGrip.swift",
           "guard there.nonce == record.nonce, there.isClaimed else {",
           "guard M || there.nonce == record.nonce, there.isClaimed else {", ["claims"]),
    # What grows
    Mutant("growth", "a descriptor stays open for each blob that is checked", "ArtifactStore/BlobFile.swift",
           "    deinit { try? descriptor.close() }\n", "    deinit { if !M { try? descriptor.close() } }\n", ["soak"]),
]
SWITCH = """
#if canImport(Glibc)
    import Glibc
#endif

private let mutantInUse: Int = {
    guard let file = fopen("%s", "r") else { return 0 }
    defer { fclose(file) }
    var digits: [CChar] = Array(repeating: 0, count: 32)
    return fgets(&digits, 31, file) == nil ? 0 : Int(atoi(digits))
}()

/// Whether this fault is planted in this process.
package func isMutant(_ number: Int) -> Bool { mutantInUse == number }
"""


def fail(words):
    print(words, file=sys.stderr)
    sys.exit(1)


def plant():
    """Copies the checkout, and builds every fault into the copy, switched off."""
    changed = {}
    for number, mutant in enumerate(MUTANTS, 1):
        path = "Sources/" + mutant.path
        text = changed.get(path) or (ROOT / path).read_text()
        if text.count(mutant.old) != 1:
            fail(f"fault {number} ({mutant.words}): its place is not in {path} once, but {text.count(mutant.old)} times")
        text = text.replace(mutant.old, re.sub(r"\bM\b", f"isMutant({number})", mutant.new))
        if "import Quantities" not in text:
            text = "import Quantities\n" + text
        changed[path] = text
    switch = SWITCH % (WORK / "mutant")
    changed["Sources/Quantities/Mutant.swift"] = switch
    package = (ROOT / "Package.swift").read_text()
    pages = 'dependencies: ["CMarkdown", '
    if package.count(pages) != 1:
        fail("the target Pages is not where it was in Package.swift")
    changed["Package.swift"] = package.replace(pages, 'dependencies: ["CMarkdown", "Quantities", ')
    copied_tree.copy(TREE, changed)


def switch_to(number):
    (WORK / "mutant").write_text(f"{number}\n")


def run(command, seconds, log, **more):
    """Runs in a group of its own, which ends with it. Returns the status; 124 after so many seconds."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **more)
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return 124
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def unmount(below):
    for line in open("/proc/mounts").read().splitlines():
        place = line.split(" ")[1]
        if place.startswith(str(below) + "/"):
            subprocess.run(["umount", "-l", place], check=False)


def found_by(machine, log):
    """Whether the fault that is on makes this one fail."""
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="mutants-"))
    os.chmod(scratch, 0o711)
    environment = dict(os.environ, TMPDIR=str(scratch), PULSEFS_MODEL_SECONDS="90", PULSEFS_MODEL_SEED="1")
    try:
        if machine.startswith("fuzz:"):
            target = machine.removeprefix("fuzz:")
            seeds = TREE / "Tests/Fuzzing/Corpus" / target
            corpus = scratch / "corpus"
            corpus.mkdir()
            command = [str(TREE / ".build-fuzz/release/Fuzzing"), target, "-max_total_time=60", "-max_len=65536",
                       "-rss_limit_mb=4096", f"-artifact_prefix={scratch}/", str(corpus)]
            command += [str(seeds)] if seeds.is_dir() else []
            environment["ASAN_OPTIONS"] = "detect_leaks=0:handle_sigill=1:allocator_may_return_null=1"
            return run(command, 120, log, env=environment) not in (0, 124)
        if machine == "soak":
            command = ["python3", str(TREE / "scripts/lib/soak.py"), "0.05", str(TREE / ".build/debug")]
            return run(command, 600, log, env=environment, cwd=TREE) not in (0, 124)
        suites, seconds = (machine.removeprefix("suite:"), 420) if ":" in machine else TESTS[machine]
        command = ["swift", "test", "--skip-build", "--experimental-maximum-parallelization-width", "6", "--filter", suites]
        # One that never ends was noticed too.
        return run(command, seconds, log, env=environment, cwd=TREE) != 0
    finally:
        unmount(scratch)
        shutil.rmtree(scratch, ignore_errors=True)


def build():
    print("building the copy", file=sys.stderr)
    subprocess.run(["swift", "build", "--build-tests"], cwd=TREE, check=True, stdout=sys.stderr)
    if any(machine.startswith("fuzz:") for mutant in MUTANTS for machine in mutant.machines):
        subprocess.run([TREE / "scripts/fuzz", "list"], cwd=TREE, check=True, stdout=subprocess.DEVNULL)


def main():
    # What was begun is ended when this is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word != "build"] or list(range(1, len(MUTANTS) + 1))
    WORK.mkdir(exist_ok=True)
    plant()
    switch_to(0)
    build()
    if words == ["build"]:
        return
    logs = WORK / "logs"
    logs.mkdir(exist_ok=True)
    clean = {}
    survived = []
    print("| fault | where | found by |\n|---|---|---|", flush=True)
    for number in numbers:
        mutant = MUTANTS[number - 1]
        log = logs / f"{number}.log"
        log.unlink(missing_ok=True)
        finder = None
        for machine in mutant.machines:
            if machine not in clean:
                # One that fails without a fault finds nothing.
                switch_to(0)
                clean[machine] = not found_by(machine, logs / f"clean-{machine.replace(':', '-')}.log")
                if not clean[machine]:
                    print(f"{machine} fails without a fault", file=sys.stderr)
            if not clean[machine]:
                continue
            switch_to(number)
            started = time.monotonic()
            if found_by(machine, log):
                finder = f"{machine}, {time.monotonic() - started:.0f} s"
                break
        if finder is None:
            survived.append(number)
        print(f"| {number} {mutant.words} | {mutant.area} | {finder or 'nothing'} |", flush=True)
    switch_to(0)
    if survived:
        fail(f"not found: {', '.join(map(str, survived))}")


if __name__ == "__main__":
    main()
