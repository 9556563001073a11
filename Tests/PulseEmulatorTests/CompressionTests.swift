import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// Answers that are compressed for those who ask.
@Suite struct CompressionTests {
    private static let job = "/job/annual-report-fy2024"

    private static var configuration: EmulatorConfiguration {
        var configuration = EmulatorConfiguration()
        configuration.features.gzip = true
        return configuration
    }

    /// What the bytes of a gzip file are without that.
    private func expanded(_ bytes: [UInt8]) async throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).gz")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path()]
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(text)
    }

    @Test(arguments: ["gzip", "deflate, gzip;q=0.5, br", "*"])
    func aJobIsCompressed(accepted: String) async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let plain = try await client.send("GET", Self.job)
            let coded = try await client.send("GET", Self.job, headers: ["Accept-Encoding": accepted])
            #expect(coded.status == 200 && coded.headers["content-encoding"] == "gzip")
            #expect(coded.headers["content-length"] == "\(coded.body.count)")
            #expect(coded.body.count < plain.body.count / 2)
            #expect(try await expanded(coded.body) == plain.body)
        }
    }

    @Test(arguments: [nil, "br", "gzip;q=0", "identity"])
    func whoDoesNotTakeItGetsPlainBytes(accepted: String?) async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let headers = accepted.map { ["Accept-Encoding": $0] } ?? [:]
            let answer = try await RawClient(emulator).send("GET", Self.job, headers: headers)
            #expect(answer.headers["content-encoding"] == nil && answer.body.first == UInt8(ascii: "{"))
        }
    }

    @Test func itIsOffUnlessSwitchedOnAndNotForImages() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let headers = ["Accept-Encoding": "gzip"]
            #expect(try await client.send("GET", Self.job, headers: headers).headers["content-encoding"] == nil)
            emulator.setFeatures { $0.gzip = true }
            #expect(try await client.send("GET", Self.job, headers: headers).headers["content-encoding"] == "gzip")
            let logo = try await client.send("GET", "/results/invoice-2024-0117/images/logo.png", headers: headers)
            #expect(logo.status == 200 && logo.headers["content-encoding"] == nil)
        }
    }

    @Test func aCompressedLargeResultIsServedOnce() async throws {
        var configuration = Self.configuration
        configuration.jobs = [.syntheticSingleUse(id: "big", markdownSize: 3_000_000)]
        try await Emulator.with(configuration) { emulator in
            let client = RawClient(emulator)
            let coded = try await client.send("GET", "/large_results/big", headers: ["Accept-Encoding": "gzip"])
            #expect(coded.status == 200 && coded.body.count < 1_000_000)
            #expect(try await expanded(coded.body).count > 3_000_000)
            #expect(emulator.isDelivered(job: "big"))
            #expect(try await client.send("GET", "/large_results/big").status == 410)
        }
    }
}
