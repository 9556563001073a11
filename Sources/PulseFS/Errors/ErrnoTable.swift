package import JobCache
package import SystemPackage

/// The one place where an errno is chosen. Lookups, stats, listings and reads all answer from here.
package enum ErrnoTable {
    package static func errno(for failure: Failure) -> Errno { errno(for: failure.reason) }

    package static func errno(for reason: Failure.Reason) -> Errno {
        switch reason {
        // A name that the API will not take is the name of nothing.
        case .notFound, .gone, .badName: .noSuchFileOrDirectory
        // Nobody was asked: it is we who do not permit it.
        case .keyRefused, .keyUnconfirmed, .forbidden, .noKey, .forbiddenAddress: .permissionDenied
        case .paymentRequired: .diskQuotaExceeded
        // The API asked to be left alone for a while.
        case .busy: .resourceBusy
        // Somebody answered, and it is no use: not the reader's fault, and not absence.
        case .serverError, .unexpectedStatus, .connectionLost, .partialBody, .badAnswer: .ioError
        case .timedOut: .timedOut
        case .refused: .connectionRefused
        // A name that does not resolve is a host that cannot be reached.
        case .hostUnreachable, .nameNotResolved: .noRouteToHost
        case .networkUnreachable: .networkUnreachable
        case .tls: .protocolError
        case .notAJob: .badMessage
        case .tooLarge, .outgrown: .fileTooLarge
        // As NFS has it: what the reader has open is no more.
        case .changed: .staleNFSFileHandle
        case .interrupted: .interrupted
        case .shuttingDown: .ioError
        case .cacheFailed: .ioError
        case .noRoom: .noSpace
        }
    }

    /// As errno(3) spells it; a number for one that this table does not give.
    package static func name(of errno: Errno) -> String {
        switch errno {
        case .noSuchFileOrDirectory: "ENOENT"
        case .permissionDenied: "EACCES"
        case .diskQuotaExceeded: "EDQUOT"
        case .resourceBusy: "EBUSY"
        case .ioError: "EIO"
        case .timedOut: "ETIMEDOUT"
        case .connectionRefused: "ECONNREFUSED"
        case .noRouteToHost: "EHOSTUNREACH"
        case .networkUnreachable: "ENETUNREACH"
        case .protocolError: "EPROTO"
        case .badMessage: "EBADMSG"
        case .fileTooLarge: "EFBIG"
        case .staleNFSFileHandle: "ESTALE"
        case .interrupted: "EINTR"
        case .noSpace: "ENOSPC"
        default: "\(errno.rawValue)"
        }
    }
}

/// What the tree replies by itself, where no request has failed.
extension Errno {
    /// Nothing is fetched for a crawler; what is cached it gets as anybody does.
    static let notForCrawlers = Errno.permissionDenied
    /// The API has not shown the job to the key in use.
    static let notShown = Errno.permissionDenied
    /// There is no such file, or it went with what its job had.
    static let absentFile = Errno.noSuchFileOrDirectory
    /// The kernel holds a node that stands for nothing any more, and has to look its name up again.
    static let staleNode = Errno.staleNFSFileHandle

    /// A file that the kernel holds and the job does not have. A lookup would find none where the API has deleted the job.
    static func missingFile(isExpired: Bool) -> Errno { isExpired ? absentFile : staleNode }
}
