package import SystemPackage

/// What went wrong with the cache on disk.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The cache directory belongs to someone else, others may write it, or a newer program made it; it is not used.
        case refused
        /// A call of the operating system failed; `cause` says how.
        case system
        /// The index cannot be opened, or its layout is newer than this program.
        case index
        /// A blob is not what its facts say.
        case damaged
        /// The bytes are not those that were announced; nothing is published.
        case notAsAnnounced
        /// Neither the disk nor memory has room for it.
        case outgrown
    }

    package let code: Code
    /// One sentence: what, and what to do about it.
    package let message: String
    package let cause: Errno?

    package init(_ code: Code, _ message: String, cause: Errno? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}

extension StoreError {
    /// The disk takes nothing, for now or for us: what is already there may well be readable.
    package var isUnwritable: Bool {
        switch cause {
        case .noSpace, .diskQuotaExceeded, .readOnlyFileSystem, .permissionDenied: true
        default: false
        }
    }

    /// The disk, a quota or a limit of the process has no room.
    package var isOutOfRoom: Bool {
        switch cause {
        case .noSpace, .diskQuotaExceeded, .fileTooLarge: true
        default: false
        }
    }

    /// Runs a call of the operating system, and says on failure what it was for.
    static func system<Value>(_ purpose: @autoclosure () -> String, _ call: () throws -> Value) throws(StoreError)
        -> Value
    {
        do {
            return try call()
        } catch {
            if let error = error as? StoreError { throw error }
            throw StoreError(.system, "cannot \(purpose())", cause: error as? Errno)
        }
    }
}
