package import SystemPackage

/// What a file system operation gives back: the answer, or the work that will find it.
///
/// The kernel hands requests to a few threads; one that waits holds up the whole mount. So an operation either
/// knows its answer *now*, on the kernel's thread, from memory or the local disk, or says *later* and the session
/// runs that work as a task. Only the session replies, and exactly once.
package enum Answer<Value: Sendable>: Sendable {
    case now(Value)
    case failed(Errno)
    /// Must end soon after its task is cancelled: that is how a killed reader leaves.
    case later(@Sendable () async throws(Errno) -> Value)
}

/// The process behind a request.
package struct Caller: Sendable, Hashable {
    /// The thread id, in the daemon's pid namespace; 0 when the caller lives in another one.
    package let thread: Int32
    package let user: UInt32
    package let group: UInt32

    package init(thread: Int32, user: UInt32, group: UInt32) {
        self.thread = thread
        self.user = user
        self.group = group
    }
}
