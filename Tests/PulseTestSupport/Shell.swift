import Foundation

/// Runs commands in a process of their own: whatever a mount does, the test's own process never waits in it.
public enum Shell {
    public struct Outcome: Sendable {
        public let status: Int32
        public let output: [UInt8]
        public let errors: String

        public var text: String { String(decoding: output, as: UTF8.self) }
        public var lines: [String] { text.split(separator: "\n").map(String.init) }
    }

    /// Runs a bash script; after `timeout` seconds it is killed, with status 124 or 137.
    ///
    /// `$1`… are the arguments.
    @discardableResult
    public static func run(
        _ script: String, _ arguments: [String] = [], environment: [String: String] = [:], timeout: Int = 180
    ) async throws -> Outcome {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "shell-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let output = scratch.appending(path: "out")
        let errors = scratch.appending(path: "err")
        let process = try SpawnedProcess(
            ["timeout", "-k", "2", "\(timeout)", "bash", "-c", script, "bash"] + arguments,
            environment: TestEnvironment.variables.merging(environment) { $1 }, output: output.path,
            errors: errors.path)
        let status = await withCheckedContinuation { continuation in
            process.whenEnded { continuation.resume(returning: $0) }
        }
        return Outcome(
            status: status, output: Array(try Data(contentsOf: output)),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}
