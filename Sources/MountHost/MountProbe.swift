import Dispatch
import FUSE
package import PulseFS
import System
package import SystemPackage

/// Asks a mount about itself, without ever waiting for one that does not answer.
package enum MountProbe {
    package enum Outcome: Sendable, Hashable {
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

    private static let patience = 2

    static func ask(_ mountpoint: FilePath) async -> Outcome {
        await withCheckedContinuation { answered in
            DispatchQueue(label: "pulsefs.probe").async { answered.resume(returning: look(mountpoint)) }
        }
    }

    /// The look is made by another process: a request that the daemon has taken and does not answer cannot be given up, not
    /// even by the end of the process that made it. Blocks for two seconds at most.
    package static func look(_ mountpoint: FilePath) -> Outcome {
        let path = mountpoint.appending(".pulsefs").appending(ControlFile.mount.name)
        guard let said = reading(path) else { return .silent }
        if said.isSuccess {
            return MountFacts(json: Array(said.output.utf8)).map { .answered($0) } ?? .unknown(.invalidArgument)
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

    /// Nil when it has not ended in time. Where there is no cat(1), as in an image with one program, that program is called under
    /// the name by which it does the same.
    private static func reading(_ path: FilePath) -> BriefProgram.Outcome? {
        do throws(BriefProgram.Trouble) {
            return try BriefProgram.run(["cat", "--", path.string], within: patience)
        } catch {
            guard case .notStarted = error else { return nil }
            return try? BriefProgram.run([OwnProgram.path, OwnProgram.readsFile, path.string], within: patience)
        }
    }
}
