import Foundation
public import SystemPackage

/// A real mount, served by the `pulsefs` of this build in a process of its own.
public struct MountedPulseFS: Sendable {
    public let path: FilePath
    /// The daemon's process.
    public let daemon: Int32

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Mounts for the length of `body`. Afterwards nothing is left, however `body` ends: a mount whose daemon does not
    /// answer is detached, its connection aborted and the daemon killed.
    public static func with<Value>(
        api: String, key: String = TestKeys.northwind, cache: FilePath, in scratch: ScratchDirectory,
        options: [String] = [], _ body: (MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        let path = try scratch.make("mnt-\(UUID().uuidString.prefix(8))")
        let log = scratch.appending("daemon-\(UUID().uuidString.prefix(8)).log")
        _ = FileManager.default.createFile(atPath: log.string, contents: nil)
        let process = Process()
        process.executableURL = BuiltProducts.pulsefs
        process.arguments =
            ["mount", "--foreground", "--api-url", api, "--cache-dir", cache.string] + options + [path.string]
        process.environment = ProcessInfo.processInfo.environment.merging(["PULSE_API_KEY": key]) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log.string))
        try process.runUnmasked()
        let mount = MountedPulseFS(path: path, daemon: process.processIdentifier)
        do {
            guard let line = await output.fileHandleForReading.nextLine(), line.hasPrefix("mounted ") else {
                let said = (try? String(contentsOfFile: log.string, encoding: .utf8)) ?? ""
                throw Failure(description: "pulsefs did not mount: \(said)")
            }
            let value = try await body(mount)
            try await mount.end(process)
            return value
        } catch {
            try? await mount.end(process)
            throw error
        }
    }

    private func end(_ process: Process) async throws {
        let script = """
            dev=$(awk -v m="$1" '$5 == m { split($3, d, ":"); print d[2] }' /proc/self/mountinfo)
            umount "$1" 2>/dev/null || umount -l "$1" 2>/dev/null || fusermount3 -uz "$1" 2>/dev/null
            for i in $(seq 100); do kill -0 "$2" 2>/dev/null || exit 0; sleep 0.1; done
            [ -n "$dev" ] && echo 1 > /sys/fs/fuse/connections/$dev/abort
            kill -9 "$2"; exit 1
            """
        let outcome = try await Shell.run(script, [path.string, "\(daemon)"], timeout: 30)
        process.waitUntilExit()
        if outcome.status != 0 { throw Failure(description: "the daemon did not end by itself after the unmount") }
    }

    /// Runs a script with `$M` as the mount point.
    @discardableResult
    public func shell(_ script: String, _ arguments: [String] = [], timeout: Int = 60) async throws -> Shell.Outcome {
        try await Shell.run(script, arguments, environment: ["M": path.string], timeout: timeout)
    }

    /// The bytes of a file of the mount, read by another process.
    @discardableResult
    public func bytes(_ file: String, timeout: Int = 60) async throws -> [UInt8] {
        let outcome = try await shell("cat -- \"$M/$1\"", [file], timeout: timeout)
        guard outcome.status == 0 else { throw Failure(description: outcome.errors) }
        return outcome.output
    }

    /// The kernel's requests so far, by operation, from the mount's own metrics.
    public func operations() async throws -> [String: Int] {
        let text = String(decoding: try await bytes(".pulsefs/metrics"), as: UTF8.self)
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
    static var pulsefs: URL { directory.appending(path: "pulsefs") }
    static var emulator: URL { directory.appending(path: "pulse-emulator") }

    private static var directory: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }
}

extension FileHandle {
    /// The next line, read on a thread of its own; nil when the other end closes first.
    fileprivate func nextLine() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var bytes: [UInt8] = []
                while let chunk = try? self.read(upToCount: 1), let byte = chunk.first {
                    if byte == UInt8(ascii: "\n") {
                        return continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
                    }
                    bytes.append(byte)
                }
                continuation.resume(returning: nil)
            }
        }
    }
}
