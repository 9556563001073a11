import ArtifactStore
import Foundation
import PulseAPI
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache

/// One after the other: each keeps a processor busy, and others wait for theirs with a clock running.
///
/// Whatever becomes of the files of a cache, no wrong byte is served, and what can be fetched only once is not asked for
/// again.
@Suite("The tree: damaged caches", .serialized, .timeLimit(.minutes(10)))
struct DamageTests {
    private static let once = "once"
    private static let link = RequestPattern.path("/large_results/once")
    private static let files = [
        "jobs/invoice-2024-0117/status.json", "jobs/invoice-2024-0117/result.md", "jobs/invoice-2024-0117/result.json",
        "jobs/annual-report-fy2024/result.md", "jobs/annual-report-fy2024/result.json",
        "jobs/annual-report-fy2024/images/fig-3-margins.png", "jobs/annual-report-fy2024/images/fig-4-cash-flow.png",
        "jobs/once/status.json", "jobs/once/result.md", "jobs/once/result.json",
    ]

    /// An emulator, and a cache that has everything of `files`; the cache is as a killed process leaves it, with its log.
    private func withFullCache(_ body: (Emulator, FilePath, [String: [UInt8]], ScratchDirectory) async throws -> Void)
        async throws
    {
        let configuration = EmulatorConfiguration(
            jobs: Fixtures.jobs + [.syntheticSingleUse(id: Self.once, markdownSize: 300_000)])
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(configuration) { (emulator) async throws in
                let pristine = scratch.appending("pristine")
                let contents = try await TestTree.with(emulator.baseURL, cache: scratch.appending("cache")) { tree in
                    var contents: [String: [UInt8]] = [:]
                    for file in Self.files { contents[file] = try await tree.content(file) }
                    await tree.library.close(grace: .seconds(5))
                    try await Shell.run("cp -a \"$1\" \"$2\"", [scratch.appending("cache").string, pristine.string])
                    return contents
                }
                #expect(FileManager.default.fileExists(atPath: "\(pristine)/index.sqlite-wal"))
                emulator.clearRequests()
                try await body(emulator, pristine, contents, scratch)
            }
        }
    }

    /// Reads every file of a cache that `damage` (bash, with the cache in `$1`) was done to.
    ///
    /// `mayFail` are the files of which an error is right too: nobody has their bytes any more.
    private func expectNothingWrong(
        after damage: String, _ arguments: [String], mayFail: [String] = [], _ emulator: Emulator,
        _ pristine: FilePath, _ contents: [String: [UInt8]], _ scratch: ScratchDirectory
    ) async throws {
        let cache = scratch.appending("damaged-\(UUID().uuidString)")
        try await Shell.run("cp -a \"$1\" \"$2\"", [pristine.string, cache.string])
        let done = try await Shell.run(damage, [cache.string] + arguments)
        try #require(done.status == 0, "\(damage): \(done.errors)")
        let words = "\(damage) \(arguments)"
        for _ in 1...2 {
            try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                for file in Self.files.shuffled() {
                    do {
                        let found = try await tree.content(file)
                        #expect(
                            found == contents[file],
                            "\(file) after \(words): \(String(decoding: found.prefix(300), as: UTF8.self))")
                    } catch {
                        #expect(mayFail.contains(file), "\(file) after \(words): \(error)")
                    }
                }
            }
        }
        #expect(emulator.requests(matching: Self.link).isEmpty, "after \(words)")
        try await Shell.run("rm -rf \"$1\"", [cache.string])
    }

    /// Turns one bit of a file round; `$2` is the file below the cache, `$3` the byte, `$4` the bit.
    private static let flip = """
        python3 - "$1/$2" "$3" "$4" <<'PY'
        import sys
        with open(sys.argv[1], "r+b") as file:
            file.seek(int(sys.argv[2])); byte = file.read(1)[0]
            file.seek(int(sys.argv[2])); file.write(bytes([byte ^ 1 << int(sys.argv[3])]))
        PY
        """

    private func blobs(_ cache: FilePath) async throws -> [(path: String, size: Int)] {
        try await Shell.run("cd \"$1\" && find blobs -type f -printf '%p %s\\n' | sort", [cache.string]).lines.map {
            let parts = $0.split(separator: " ")
            return (String(parts[0]), Int(parts[1]) ?? 0)
        }
    }

    /// What cannot be had again when this blob is damaged.
    private func lost(with blob: String) -> [String] {
        blob.contains("/once/4") ? ["jobs/once/result.json"] : []
    }

    @Test("S7.6: a bit of any blob, anywhere in it")
    func flippedBlobs() async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            for (blob, size) in try await blobs(pristine) {
                for place in [0, Int.random(in: 0..<size), Int.random(in: 0..<size), size - 30, size - 1] {
                    try await expectNothingWrong(
                        after: Self.flip, [blob, "\(place)", "\(Int.random(in: 0..<8))"], mayFail: lost(with: blob),
                        emulator,
                        pristine, contents, scratch)
                }
            }
        }
    }

    @Test("S7.6: any blob cut, emptied, deleted, or with the bytes of another")
    func brokenBlobs() async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            let all = try await blobs(pristine)
            for (blob, size) in all {
                let other = all.first { $0.path != blob }?.path ?? ""
                for damage in [
                    "truncate -s \(size / 2) \"$1/$2\"", "truncate -s 0 \"$1/$2\"", "rm \"$1/$2\"",
                    "cp \"$1/$3\" \"$1/$2\"",
                ] {
                    try await expectNothingWrong(
                        after: damage, [blob, other], mayFail: lost(with: blob), emulator, pristine, contents, scratch)
                }
            }
        }
    }

    @Test("S7.6: a bit of the index, anywhere in it", arguments: 0..<6)
    func flippedIndex(_ lane: Int) async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            // All of it in one file, so that there is something to flip.
            try await Shell.run(
                "python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(\"PRAGMA wal_checkpoint(TRUNCATE)\")' \"$1\"/index.sqlite",
                [pristine.string])
            let size = try await Shell.run("stat -c %s \"$1\"/index.sqlite", [pristine.string]).lines.first.flatMap {
                Int($0)
            }
            let end = try #require(size)
            for _ in 0..<12 {
                try await expectNothingWrong(
                    after: Self.flip, ["index.sqlite", "\(Int.random(in: 0..<end))", "\(Int.random(in: 0..<8))"],
                    emulator,
                    pristine, contents, scratch)
            }
        }
    }

    @Test("S7.6: the index cut, emptied, deleted, overwritten; its log flipped, cut, deleted, left alone")
    func brokenIndex() async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            let damages = [
                "truncate -s 4096 \"$1\"/index.sqlite", "truncate -s 5000 \"$1\"/index.sqlite",
                "truncate -s 0 \"$1\"/index.sqlite", "rm \"$1\"/index.sqlite", "rm \"$1\"/index.sqlite*",
                "head -c 100000 /dev/urandom > \"$1\"/index.sqlite", "rm \"$1\"/index.sqlite-wal",
                "truncate -s 20000 \"$1\"/index.sqlite-wal", "head -c 90000 /dev/urandom > \"$1\"/index.sqlite-wal",
                "rm \"$1\"/index.sqlite-shm", "head -c 32768 /dev/urandom > \"$1\"/index.sqlite-shm",
            ]
            for damage in damages {
                try await expectNothingWrong(after: damage, [], emulator, pristine, contents, scratch)
            }
            for _ in 0..<12 {
                let place = Int.random(in: 0..<30_000)
                try await expectNothingWrong(
                    after: Self.flip, ["index.sqlite-wal", "\(place)", "3"], emulator, pristine, contents, scratch)
            }
        }
    }

    @Test("S5.2 S7.6: a lost index is made again from the files, and everything is there without the network")
    func rebuilt() async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            try await Shell.run("rm \"$1\"/index.sqlite*", [pristine.string])
            await emulator.shutDown()
            try await TestTree.with(emulator.baseURL, cache: pristine) { (tree) async throws in
                // By its name at once, and in the listing when the rebuilding is done.
                #expect(try await tree.content("jobs/once/result.md") == contents["jobs/once/result.md"])
                try await tree.library.store.rebuildIndexIfLost()
                #expect(
                    Set(try await tree.names("jobs")) == ["invoice-2024-0117", "annual-report-fy2024", "once"])
                for file in Self.files { #expect(try await tree.content(file) == contents[file], "\(file)") }
                #expect(try await tree.names("jobs/annual-report-fy2024/images").count == 6)
                #expect(try await tree.text("jobs/index.html").contains("<td class=\"r\">5</td>"))
            }
            // The right to see it is part of what is rebuilt, and nobody else's.
            try await TestTree.with(emulator.baseURL, cache: pristine, key: TestTree.secondNorthwind) { tree in
                #expect(await tree.failure("jobs/once/result.md") == .connectionRefused)
            }
        }
    }

    @Test("S7.6: what was damaged is set aside, and noted")
    func quarantined() async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            let blob = try #require(
                try await blobs(pristine).first { $0.path.contains("annual-report") && $0.path.hasSuffix("/66") })
            try await Shell.run(Self.flip, [pristine.string, blob.path, "100", "2"])
            try await TestTree.with(emulator.baseURL, cache: pristine) { (tree) async throws in
                for file in Self.files { #expect(try await tree.content(file) == contents[file]) }
            }
            #expect(emulator.requests().count == 1)
            let kept = try await Shell.run("ls \"$1\"/quarantine", [pristine.string]).lines
            #expect(kept.count == 1)
        }
    }

    @Test("S7.6: a blob that another process took away is let go of, so that the disk gets its room")
    func orphans() async throws {
        try await withFullCache { emulator, pristine, contents, scratch in
            try await TestTree.with(emulator.baseURL, cache: pristine) { (tree) async throws in
                let file = "jobs/annual-report-fy2024/result.md"
                #expect(try await tree.content(file) == contents[file])
                let id = try #require(JobID("annual-report-fy2024"))
                let job = try #require(try tree.library.catalog.job(id))
                try await Shell.run("rm -r \"$1\"/blobs/*/annual-report-fy2024", [pristine.string])
                #expect(tree.library.blob(.markdown, of: job)?.isOrphan == true)
                tree.library.releaseOrphans()
                #expect(tree.library.blob(.markdown, of: job) == nil)
                #expect(try await tree.content(file) == contents[file])
            }
        }
    }
}
