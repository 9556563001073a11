import Dispatch
import FUSE
import Foundation
import SystemPackage

/// Asks a mount about itself, without ever waiting for one that does not answer.
enum MountProbe {
    enum Outcome: Sendable, Hashable {
        case answered(MountFacts)
        /// It does not answer in time: its process is stopped, or stuck.
        case silent
        /// Its process is gone; the kernel answers everything with ENOTCONN.
        case gone
        /// It shows itself to another user.
        case refused
        /// It answers as no mount of this program does.
        case unknown(Errno)
    }

    private static let patience = DispatchTimeInterval.seconds(2)

    /// The look is made by another process: a request that the daemon has taken and does not answer cannot be given up, not
    /// even by the end of the process that made it.
    static func ask(_ mountpoint: FilePath) async -> Outcome {
        let (answers, answer) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
        DispatchQueue(label: "pulsefs.probe").async { answer.yield(look(mountpoint)) }
        DispatchQueue(label: "pulsefs.patience").asyncAfter(deadline: .now() + patience) { answer.yield(.silent) }
        for await first in answers { return first }
        return .silent
    }

    private static func look(_ mountpoint: FilePath) -> Outcome {
        let path = mountpoint.appending(".pulsefs").appending(ControlFile.mount.name)
        if let json = content(of: path) {
            return MountFacts(json: json).map { .answered($0) } ?? .unknown(.invalidArgument)
        }
        do {
            // The kernel has said no, and says it again at once.
            try FileDescriptor.open(path, .readOnly, options: .closeOnExec).close()
            return .unknown(.invalidArgument)
        } catch {
            switch error as? Errno ?? .ioError {
            case .socketNotConnected, .connectionAbort: return .gone
            case .permissionDenied, .notPermitted: return .refused
            case let other: return .unknown(other)
            }
        }
    }

    /// As cat(1) reads it; nil when it fails.
    private static func content(of path: FilePath) -> [UInt8]? {
        let reader = Process()
        let output = Pipe()
        reader.executableURL = URL(fileURLWithPath: "/bin/cat")
        reader.arguments = ["--", path.string]
        reader.standardInput = FileHandle.nullDevice
        reader.standardOutput = output
        reader.standardError = FileHandle.nullDevice
        guard (try? reader.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        reader.waitUntilExit()
        return reader.terminationStatus == 0 ? Array(bytes) : nil
    }
}

extension MountTable {
    static let pulsefs = "fuse.pulsefs"

    /// What is on top of each place, with our mounts alone.
    static func pulsefsMounts() -> [MountTableEntry] {
        var seen: Set<String> = []
        return current().reversed().filter { seen.insert($0.mountpoint).inserted && $0.type == pulsefs }.reversed()
    }
}
