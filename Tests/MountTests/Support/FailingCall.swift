import SystemPackage

/// A call of the C library that a program makes about a file of its cache, and that can be made to fail.
struct FailingCall: Hashable, Sendable, CustomStringConvertible {
    /// What the call does; each stands for all functions that do it. In the order of `failing_kind`.
    enum Kind: UInt32, CaseIterable {
        case open, read, write, allocate, synchronize, rename, unlink, link, makeDirectory, truncate, stat, list, lock
        case duplicate, space, map

        /// What such a call fails with, the likeliest first.
        var errors: [Errno] {
            switch self {
            case .open: [.tooManyOpenFiles, .ioError, .noSpace, .diskQuotaExceeded]
            case .read, .unlink, .truncate, .stat, .space: [.ioError]
            case .write: [.noSpace, .ioError, .diskQuotaExceeded, .fileTooLarge]
            case .allocate: [.noSpace, .diskQuotaExceeded, .ioError, .fileTooLarge, .readOnlyFileSystem]
            case .synchronize: [.ioError, .noSpace, .diskQuotaExceeded]
            case .rename, .link: [.ioError, .noSpace, .diskQuotaExceeded]
            case .makeDirectory: [.noSpace, .diskQuotaExceeded, .ioError]
            case .list: [.tooManyOpenFiles, .ioError]
            case .lock: [.noLocks]
            case .duplicate: [.tooManyOpenFiles]
            case .map: [.noMemory]
            }
        }

        /// All ways in which such a call can fail.
        var ways: [Way] {
            let manners: [Manner] = self == .write ? [.once, .fromThenOn, .halfWay] : [.once, .fromThenOn]
            return manners.flatMap { manner in errors.map { Way(error: $0, manner: manner) } }
        }
    }

    /// What the file is to the cache. By how its path below the cache's directory begins; the first that fits.
    enum Place: UInt32, CaseIterable {
        case index, ledger, secret, blobs, spool, locks, evictionLock, claims, aside, quarantine, memory
        case other = 15

        var prefix: String {
            switch self {
            case .index: "index"
            case .ledger: "ledger"
            case .secret: "secret"
            case .blobs: "blobs"
            case .spool: "spool"
            case .locks: "claims/fetch-"
            case .evictionLock: "claims/eviction"
            case .claims: "claims"
            case .aside: "aside"
            case .quarantine: "quarantine"
            case .memory: "memory"
            case .other: ""
            }
        }
    }

    /// How it fails.
    enum Manner: Hashable, Sendable {
        /// The disk is well again at the next call.
        case once
        /// Half of the bytes are taken first.
        case halfWay
        /// All such calls fail from then on.
        case fromThenOn
    }

    struct Way: Hashable, Sendable {
        let error: Errno
        let manner: Manner
    }

    let kind: Kind
    let place: Place
    /// Which one of them, counted from 1.
    let number: Int
    let way: Way

    var description: String { "\(kind) \(place) \(number) \(Self.name(of: way.error)) \(way.manner)" }

    private static func name(of error: Errno) -> String {
        switch error {
        case .tooManyOpenFiles: "EMFILE"
        case .ioError: "EIO"
        case .noSpace: "ENOSPC"
        case .diskQuotaExceeded: "EDQUOT"
        case .fileTooLarge: "EFBIG"
        case .readOnlyFileSystem: "EROFS"
        case .noLocks: "ENOLCK"
        case .noMemory: "ENOMEM"
        default: "\(error.rawValue)"
        }
    }
}
