import CFuse

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The events of poll(2), by its numbers.
package struct PollEvents: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ bit: Int32) { rawValue = UInt32(bit) }

    package static let readable: Self = [Self(POLLIN), Self(POLLRDNORM)]
    package static let exceptional = Self(POLLPRI)
    /// What a file without waiting is at all times (DEFAULT_POLLMASK).
    package static let regularFile: Self = [.readable, Self(POLLOUT), Self(POLLWRNORM)]
}

/// Someone who sleeps in poll(2), select(2) or epoll(7) until a file is ready.
///
/// Waking makes the kernel ask for the file's events again; who finds none sleeps on and comes with another handle. So a
/// wake is never wrong, and the handle of someone who has gone, of which nobody is told, is spent by one.
///
/// `@unchecked Sendable`: libfuse reads the handle only, from any thread, and it is freed with its last owner.
package final class PollHandle: @unchecked Sendable {
    private let handle: OpaquePointer
    private weak let session: Session?

    /// Owns `handle` from here on.
    init(_ handle: OpaquePointer, of session: Session) {
        self.handle = handle
        self.session = session
    }

    deinit { fuse_pollhandle_destroy(handle) }

    /// Does nothing once the session ends.
    package func wake() { session?.wake(handle) }
}
