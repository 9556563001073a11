import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// One after the other: each moves half a gigabyte.
@Suite("Large results", .serialized, .takingTurns, .timeLimit(.minutes(10)))
struct LargeResultTests {
    private static let size = 200_000_000
    /// What the daemon may take beyond what it had, whatever the size of a result.
    private static let allowance = 64 << 20

    private let markdown = SyntheticMarkdown(size: size)

    @Test("a result of 200 MB is whole, in a few megabytes of the daemon's memory", arguments: [false, true])
    func largeResult(_ isSingleUse: Bool) async throws {
        let job: EmulatedJob =
            isSingleUse
            ? .syntheticSingleUse(id: "large", markdownSize: Self.size)
            : .syntheticInline(id: "large", markdownSize: Self.size)
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            let document = try await expectedDocument(isSingleUse, rig)
            rig.emulator.add(job: job)
            rig.emulator.clearRequests()
            try await mount.shell("cat \"$M\"/README.txt \"$M\"/.pulsefs/*; stat \"$M\"/jobs/\(JobName.invoice)")
            let before = try mount.memory("VmHWM")
            let clock = ContinuousClock.now
            let found = try await mount.shell(
                "cd \"$M\"/jobs/large && sha256sum < result.md && sha256sum < result.json", timeout: 180)
            let took = clock.duration(to: .now)
            let grown = try mount.memory("VmHWM") - before
            #expect(found.lines == [try await expectedMarkdown(rig), document], "\(found.errors)")
            #expect(grown <= Self.allowance, "the daemon grew by \(grown >> 20) MiB")
            #expect(rig.emulator.requests(matching: .regex("large")).count == (isSingleUse ? 2 : 1))
            print("200 MB, single use \(isSingleUse): \(took), the daemon grew by \(grown >> 20) MiB")
        }
    }

    @Test("S3.2: killed half way through a single-use result of 200 MB, reader or daemon, it is whole the next time")
    func killedHalfWay() async throws {
        let job = EmulatedJob.syntheticSingleUse(id: "large", markdownSize: Self.size)
        try await Rig.with(adding: [job]) { (rig) async throws in
            let link = RequestPattern.path("/large_results/large")
            rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: link, count: 2)
            try? await rig.mounted { (mount) async throws in
                // The reader goes, the download goes on, and is cut by the daemon's death.
                try await ChildProcess.with(mount.cat("jobs/large/result.md")) { (reader) async throws in
                    try await rig.emulator.waitForStalled(1, matching: link)
                    reader.signal(SIGKILL)
                    #expect(await reader.ended(within: .seconds(5)) == 128 + SIGKILL)
                }
                mount.process.signal(SIGKILL)
                #expect(await mount.process.ended(within: .seconds(10)) != nil)
            }
            rig.emulator.clearFaults()
            #expect(!rig.emulator.isDelivered(job: "large"))
            try await rig.mounted { (mount) async throws in
                // Again half way, and this time the reader alone goes.
                rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: link, count: 1)
                try await ChildProcess.with(mount.cat("jobs/large/result.md")) { (reader) async throws in
                    try await rig.emulator.waitForStalled(1, matching: link)
                    reader.signal(SIGKILL)
                    #expect(await reader.ended(within: .seconds(5)) == 128 + SIGKILL)
                }
                rig.emulator.clearFaults()
                let found = try await mount.shell("sha256sum < \"$M\"/jobs/large/result.md", timeout: 180)
                #expect(found.lines == [try await expectedMarkdown(rig)], "\(found.errors)")
                #expect(rig.emulator.requests(matching: link).count == 2)
            }
        }
    }

    /// Hash of the emulator's own text, made piece by piece.
    private func expectedMarkdown(_ rig: Rig) async throws -> String {
        let path = rig.scratch.appending("expected.md").string
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        for start in stride(from: 0, to: markdown.size, by: 1 << 20) {
            try file.write(contentsOf: Data(markdown.decodedBytes(in: start..<(start + 1 << 20))))
        }
        return try await Shell.run("sha256sum < \"$1\"; rm \"$1\"", [path]).lines.first ?? ""
    }

    /// Hash of the `result` in what the emulator sends to anyone.
    private func expectedDocument(_ isSingleUse: Bool, _ rig: Rig) async throws -> String {
        let script =
            isSingleUse
            ? "curl -fsS -H \"x-api-key: $2\" \"$1\"/large_results/large | sha256sum"
            : """
            curl -fsS -H "x-api-key: $2" "$1"/job/large > "$3"
            start=$(head -c 4096 "$3" | grep -abo '"result":' | cut -d: -f1)
            tail -c +$((start + 10)) "$3" | head -c -1 | sha256sum; rm "$3"
            """
        let words = [rig.emulator.baseURL, TestKeys.northwind, rig.scratch.appending("answer").string]
        return try await Shell.run(script, words, timeout: 180).lines.first ?? ""
    }
}
