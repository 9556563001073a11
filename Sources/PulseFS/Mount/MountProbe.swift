import Dispatch
import FUSE
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

    /// The look is made on a thread of its own, which stays behind when it gets stuck, and is let go when this process ends.
    static func ask(_ mountpoint: FilePath) async -> Outcome {
        let (answers, answer) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
        DispatchQueue(label: "pulsefs.probe").async { answer.yield(look(mountpoint)) }
        DispatchQueue(label: "pulsefs.patience").asyncAfter(deadline: .now() + patience) { answer.yield(.silent) }
        for await first in answers { return first }
        return .silent
    }

    private static func look(_ mountpoint: FilePath) -> Outcome {
        let path = mountpoint.appending(".pulsefs").appending(ControlFile.mount.name)
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            let json = try file.closeAfter { try file.readToEnd() }
            return MountFacts(json: json).map { .answered($0) } ?? .unknown(.invalidArgument)
        } catch {
            switch error as? Errno ?? .ioError {
            case .socketNotConnected, .connectionAbort: return .gone
            case .permissionDenied, .notPermitted: return .refused
            case let other: return .unknown(other)
            }
        }
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
