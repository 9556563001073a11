import Foundation
public import SystemPackage

/// A real mount, served by the `pulsefs` of this build in a process of its own.
public struct MountedPulseFS: Sendable {
    public let path: FilePath
    /// The process that serves it: its output, its standard error, its end.
    public let process: ChildProcess

    /// The daemon's process id.
    public var daemon: Int32 { process.identifier }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    /// Mounts for the length of `body`. Afterwards nothing is left, however `body` ends: a mount whose daemon does not
    /// answer is detached, its connection aborted and the daemon killed.
    ///
    /// `trace` is a program, such as strace(1), that starts the daemon as its only child.
    public static func with<Value>(
        api: String, key: String = TestKeys.northwind, cache: FilePath, in scratch: ScratchDirectory,
        options: [String] = [], environment: [String: String] = [:], tracing trace: [String] = [],
        _ body: (MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        let path = try scratch.make("mnt-\(UUID().uuidString.prefix(8))")
        let words =
            trace + [BuiltProducts.pulsefs, "mount", "--foreground", "--api-url", api, "--cache-dir", cache.string]
            + options
            + [path.string]
        return try await ChildProcess.with(words, environment: environment.merging(["PULSE_API_KEY": key]) { $1 }) {
            process in
            let mount = MountedPulseFS(path: path, process: process)
            do {
                try await process.waitForOutput("mounted ")
                let value = try await body(mount)
                try await mount.end()
                return value
            } catch {
                try? await mount.end()
                throw error
            }
        }
    }

    /// Does nothing to a mount that has ended already.
    private func end() async throws {
        let device = try await Shell.run(
            """
            awk -v m="$1" '$5 == m { split($3, d, ":"); print d[2] }' /proc/self/mountinfo
            umount "$1" 2>/dev/null || umount -l "$1" 2>/dev/null || fusermount3 -uz "$1" 2>/dev/null
            """, [path.string], timeout: 30
        ).lines.first
        if await process.ended(within: .seconds(10)) != nil { return }
        // A mount namespace that was made meanwhile holds the mount too, and keeps the connection: a signal ends it.
        process.signal(SIGTERM)
        if await process.ended(within: .seconds(20)) != nil { return }
        if let device { try await Shell.run("echo 1 > /sys/fs/fuse/connections/$1/abort", [device]) }
        throw Failure(description: "the daemon did not end by itself after the unmount: \(process.errors)")
    }

    /// Runs a script with `$M` as the mount point.
    @discardableResult
    public func shell(_ script: String, _ arguments: [String] = [], timeout: Int = 60) async throws -> Shell.Outcome {
        try await Shell.run(script, arguments, environment: ["M": path.string], timeout: timeout)
    }

    /// The bytes of a file of the mount, read by another process.
    public func bytes(_ file: String, timeout: Int = 60) async throws -> [UInt8] {
        let outcome = try await shell("cat -- \"$M/$1\"", [file], timeout: timeout)
        guard outcome.status == 0 else { throw Failure(description: outcome.errors) }
        return outcome.output
    }

    /// The kernel's requests so far, by operation, from the mount's own metrics.
    public func operations() async throws -> [String: Int] {
        Self.operations(in: String(decoding: try await bytes(".pulsefs/metrics"), as: UTF8.self))
    }

    /// The counts in a text of metrics.
    public static func operations(in text: String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("pulsefs_fuse_operations_total{operation=\"") {
            let parts = line.split(separator: "\"")
            if parts.count == 3, let count = Int(parts[2].drop { !$0.isNumber }) { counts[String(parts[1])] = count }
        }
        return counts
    }

    /// A memory figure of the daemon in bytes, such as `VmRSS` or `VmHWM` (proc(5)).
    public func memory(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(daemon)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
            let number = line.split(whereSeparator: { !$0.isNumber }).first, let kilobytes = Int(number)
        else { throw Failure(description: "no \(name) of process \(daemon)") }
        return kilobytes * 1024
    }
}

/// Keys that the emulator knows, and nobody else.
public enum TestKeys {
    public static let northwind = "pulse-demo-northwind-1"
    public static let northwindSecond = "pulse-demo-northwind-2"
    public static let contoso = "pulse-demo-contoso-1"
}

/// The programs of this build, beside the tests.
public enum BuiltProducts {
    public static var pulsefs: String { directory.appending(path: "pulsefs").path }
    public static var emulator: String { directory.appending(path: "pulse-emulator").path }
    public static var fleetSimulate: String { directory.appending(path: "FleetSimulate").path }
    /// A library to be preloaded into a program.
    public static var failingCalls: String { directory.appending(path: "libFailingCalls.so").path }
    /// The same.
    public static var shiftedClock: String { directory.appending(path: "libShiftedClock.so").path }

    private static var directory: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }
}
