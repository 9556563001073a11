import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Large results on a mount", .serialized, .timeLimit(.minutes(5)))
struct LargeResultTests {
    private static let size = 200_000_000

    /// The sum of the markdown, made in pieces by the emulator and summed by another process.
    private func expected(_ scratch: ScratchDirectory) async throws -> String {
        let markdown = SyntheticMarkdown(size: Self.size)
        let file = scratch.appending("expected")
        try await Shell.run(": > \"$1\"", [file.string])
        let descriptor = try FileDescriptor.open(file, .writeOnly)
        try descriptor.closeAfter {
            for start in stride(from: 0, to: markdown.size, by: 1 << 20) {
                try descriptor.writeAll(markdown.decodedBytes(in: start..<min(start + 1 << 20, markdown.size)))
            }
        }
        return String(try await Shell.run("sha256sum < \"$1\"", [file.string]).text.prefix(64))
    }

    @Test(
        "a result of 200 MB is whole, and costs the daemon no more memory than a small one", arguments: [false, true])
    func large(_ singleUse: Bool) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                emulator.add(
                    job: singleUse
                        ? .syntheticSingleUse(id: "large", markdownSize: Self.size)
                        : .syntheticInline(id: "large", markdownSize: Self.size))
                let sum = try await expected(scratch)
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    try await mount.bytes("jobs/invoice-2024-0117/result.md")
                    let before = try mount.memory("VmHWM")
                    let markdown = try await mount.shell("sha256sum < \"$M/jobs/large/result.md\"", timeout: 200)
                    #expect(markdown.text.prefix(64) == sum, "\(markdown.errors)")
                    let json = try await mount.shell(
                        "jq -j .markdown \"$M/jobs/large/result.json\" | sha256sum", timeout: 200)
                    #expect(json.text.prefix(64) == sum)
                    #expect(try mount.memory("VmHWM") - before <= 64 << 20)
                    let requests = emulator.requests(matching: .regex("/(job|large_results)/large$")).count
                    #expect(requests == (singleUse ? 2 : 1))
                }
            }
        }
    }

    @Test("S3.2 a daemon killed half way through a single-use result leaves nothing, and the next one brings it whole")
    func killedHalfWay() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                emulator.add(job: .syntheticSingleUse(id: "once", markdownSize: 2_000_000))
                let link = RequestPattern.path("/large_results/once")
                emulator.set(.stallBody(afterBytes: 1_000_000), on: link, count: 1)
                let cache = scratch.appending("cache")
                try? await MountedPulseFS.with(api: emulator.baseURL, cache: cache, in: scratch) {
                    (mount) async throws in
                    async let reader = mount.shell("cat \"$M/jobs/once/result.md\"", timeout: 20)
                    try await emulator.waitForStalled(1, matching: link)
                    try await Shell.run("kill -9 \"$1\"", ["\(mount.daemon)"])
                    #expect(try await reader.status != 0)
                }
                #expect(!emulator.isDelivered(job: "once"))
                try await MountedPulseFS.with(api: emulator.baseURL, cache: cache, in: scratch) {
                    (mount) async throws in
                    let markdown = SyntheticMarkdown(size: 2_000_000)
                    #expect(
                        try await mount.bytes("jobs/once/result.md") == markdown.decodedBytes(in: 0..<markdown.size))
                    #expect(emulator.requests(matching: link).count == 2)
                }
                // Another cache comes too late, and is told so.
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("late"), in: scratch) {
                    (mount) async throws in
                    #expect(try await mount.shell("cat \"$M/jobs/once/result.md\"").errors.contains("No such file"))
                    #expect(try await mount.shell("cat \"$M/jobs/once/error.txt\"").text.contains("only once"))
                    #expect(try await mount.shell("cat \"$M/jobs/once/status.json\"").status == 0)
                }
            }
        }
    }
}
