import Foundation
import PulseFS

/// The `pulse-emulator` installed beside this program, as a child process.
struct EmulatorProcess {
    let address: String
    private let process: Process

    /// Returns when it listens.
    static func start() throws -> EmulatorProcess {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = own.deletingLastPathComponent().appending(path: "pulse-emulator")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw MountFailure(
                "there is no pulse-emulator beside \(own.path): install it there, or build it with: swift build")
        }
        let process = Process()
        process.executableURL = program
        process.arguments = ["--exit-with-parent"]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.runUnmasked()
        let prefix = "pulse-emulator: listening on "
        guard let line = output.fileHandleForReading.firstLine(), line.hasPrefix(prefix) else {
            process.terminate()
            process.waitUntilExit()
            throw MountFailure("pulse-emulator did not start")
        }
        return EmulatorProcess(address: String(line.dropFirst(prefix.count)), process: process)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

extension FileHandle {
    /// Nil when the other end closes before a line is complete.
    fileprivate func firstLine() -> String? {
        var bytes: [UInt8] = []
        while let chunk = try? read(upToCount: 1), let byte = chunk.first {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }
}
