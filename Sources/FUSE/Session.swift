import CFuse
import Dispatch
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One mount: takes the kernel's requests, asks the file system, and replies to each exactly once.
///
/// Life: `init`, `mount()`, `run()` on a thread of its own until the mount ends, then release. `unmount()` may be called
/// from any thread.
///
/// `@unchecked Sendable`: `session` is set once, before any thread of libfuse exists, and libfuse's calls on it are
/// thread-safe; everything else is immutable or has its own lock.
package final class Session: @unchecked Sendable {
    let fileSystem: any FileSystem
    package let counters = OperationCounters()
    let buffers: ReadBuffers
    package let options: MountOptions

    private let session: OpaquePointer
    /// By which someone else has mounted.
    private let handed: HandedDescriptor?
    private let pending = Mutex<[ObjectIdentifier: PendingRequest]>([:])
    private let unanswered = DispatchGroup()
    private let notifications = Notifications()
    /// What the kernel offered at INIT, true when it can do without open messages.
    let sendsNoOpen = Atomic<Bool>(false)
    let sendsNoOpendir = Atomic<Bool>(false)
    /// What the kernel offered at INIT.
    let features = Mutex<KernelFeatures?>(nil)
    private let initialized = DispatchSemaphore(value: 0)

    /// Throws when there is no libfuse, and when it takes neither the options nor the operations.
    package init(serving fileSystem: any FileSystem, options: MountOptions) throws(MountError) {
        if let trouble = pulse_fuse_open() {
            throw MountError(
                code: .session,
                message: "libfuse 3 is needed to mount: sudo apt install fuse3 (\(String(cString: trouble)))",
                cause: nil)
        }
        LibraryLog.install()
        self.fileSystem = fileSystem
        self.options = options
        buffers = ReadBuffers(size: options.maximumRead, kept: options.threads)
        handed = HandedDescriptor(options.mountpoint)
        let box = SessionBox(isHandedOver: handed != nil)
        var operations = fuse_lowlevel_ops.pulse
        let made = ["pulsefs", "-o", options.text].withArguments { arguments in
            pulse_fuse_session_new(
                &arguments, &operations, MemoryLayout<fuse_lowlevel_ops>.size, Unmanaged.passUnretained(box).toOpaque())
        }
        guard let made else {
            throw MountError(
                code: .session, message: LibraryLog.take().last ?? "libfuse refused the mount options", cause: nil)
        }
        session = made
        self.box = box
        box.session = self
    }

    /// What libfuse holds: it outlives the session's own initialiser, which cannot hand out `self` any earlier.
    private let box: SessionBox

    deinit {
        fuse_session_destroy(session)
    }

    /// Makes the mount; requests wait until `run`.
    package func mount() throws(MountError) {
        _ = LibraryLog.take()
        handed?.adopt()
        errno = 0
        guard fuse_session_mount(session, options.mountpoint.string) == 0 else {
            let cause = errno == 0 ? nil : Errno(rawValue: errno)
            let said = LibraryLog.take().joined(separator: "; ")
            throw MountError(
                code: .mount, message: said.isEmpty ? "mount of \(options.mountpoint) was refused" : said, cause: cause)
        }
        var functions = DeviceIO.functions
        guard fuse_session_custom_io(session, &functions, fuse_session_fd(session)) == 0 else {
            fuse_session_unmount(session)
            throw MountError(code: .session, message: LibraryLog.take().last ?? "libfuse refused its input", cause: nil)
        }
    }

    /// Serves until the mount ends. Blocks the calling thread; call it once, after `mount`.
    ///
    /// On return every request that was waiting has been answered, and the mount point is free.
    package func run() {
        _ = pulse_fuse_session_loop(session, UInt32(options.threads))
        cancelWaiting()
        unanswered.wait()
        endNotifications()
        fuse_session_unmount(session)
        handed?.release()
    }

    /// Cancels the work of every request that waits: what the work fails with then is its answer.
    package func cancelWaiting() {
        for request in pending.withLock({ Array($0.values) }) { request.cancel() }
    }

    /// Says nothing more to the kernel. To be called before the mount is ended; `run` does it too.
    package func endNotifications() { notifications.end() }

    /// Makes the kernel drop a name it holds, found or absent, so that the next use of it asks again
    /// (fuse_lowlevel_notify_inval_entry).
    ///
    /// Waits for locks of the directory: call it from a thread that serves nothing, holding no lock that serving needs.
    /// Throws ENOENT when the kernel does not hold the name. Does nothing once the session ends.
    package func invalidate(_ name: String, in directory: NodeID) throws(Errno) {
        let code = notifications.send {
            fuse_lowlevel_notify_inval_entry(session, directory.rawValue, name, name.utf8.count)
        }
        if let code, code != 0 { throw Errno(rawValue: -code) }
    }

    /// Makes the kernel ask for a node's attributes before it uses them again; cached bytes stay unless the new attributes
    /// differ (fuse_lowlevel_notify_inval_inode without a range, which waits for no page and no lock of ours).
    ///
    /// Does nothing when the kernel does not hold the node.
    package func invalidateAttributes(of node: NodeID) {
        _ = notifications.send { fuse_lowlevel_notify_inval_inode(session, node.rawValue, -1, 0) }
    }

    /// Makes the kernel drop the listing of a directory that it keeps, so that the next one is asked for
    /// (fuse_lowlevel_notify_inval_inode with a range).
    ///
    /// Waits for whoever is being given a part of it: call it from a thread that serves nothing, holding no lock that serving
    /// needs. Does nothing when the kernel does not hold the node.
    package func invalidateListing(of node: NodeID) {
        _ = notifications.send { fuse_lowlevel_notify_inval_inode(session, node.rawValue, 0, 0) }
    }

    /// Gives the kernel the content of a file that was empty before, and with it the size (fuse_lowlevel_notify_store).
    ///
    /// This also reaches those who have asked for the size already: an answer to them is dropped by the kernel when someone
    /// else has been shown the file since they asked. Waits for nobody unless bytes of the file are being read. Does nothing
    /// when the kernel does not hold the node.
    package func store(_ bytes: [UInt8], in node: NodeID) {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var vector = pulse_fuse_bufvec(UnsafeMutableRawPointer(mutating: base), bytes.count)
            _ = notifications.send {
                fuse_lowlevel_notify_store(session, node.rawValue, 0, &vector, fuse_buf_copy_flags(rawValue: 0))
            }
        }
    }

    /// Makes the kernel ask again on behalf of whoever sleeps with this handle (fuse_lowlevel_notify_poll). Takes no lock.
    func wake(_ handle: OpaquePointer) { _ = notifications.send { fuse_lowlevel_notify_poll(handle) } }

    /// Ends the mount: at once when nobody uses it, else it leaves the tree now and ends with its last user.
    ///
    /// Throws what the kernel said when it cannot be detached.
    ///
    /// A mount that someone else has made stays in the tree, where the kernel answers ENOTCONN once this process has ended.
    package func unmount() throws(Errno) {
        if handed != nil { return abort() }
        try Unmounting.unmount(options.mountpoint)
    }

    /// Stops serving even while files are in use: their readers get ENOTCONN or EIO from then on.
    package func abort() {
        fuse_session_exit(session)
        box.device.stop?.stop()
        Unmounting.abort(options.mountpoint)
    }

    // MARK: Requests

    /// Replies now, or hands the request to a task.
    func answer<Value: Sendable>(
        _ request: fuse_req_t, _ answer: Answer<Value>, since arrival: Arrival,
        reply: @escaping @Sendable (Replier, Value) -> Void
    ) {
        switch answer {
        case .now(let value):
            reply(Replier(request), value)
            counters.replied(arrival)
        case .failed(let error):
            Replier(request).fail(error)
            counters.replied(arrival)
        case .later(let work):
            let later = PendingRequest(request, caller: Caller(request), counters: counters) { [weak self] done in
                self?.counters.replied(arrival)
                _ = self?.pending.withLock { $0.removeValue(forKey: ObjectIdentifier(done)) }
                self?.unanswered.leave()
            }
            unanswered.enter()
            pending.withLock { $0[ObjectIdentifier(later)] = later }
            later.start(work, reply: reply)
        }
    }

    /// The kernel has taken in what this side wants.
    func isInitialized() {
        initialized.signal()
        Readahead.raise(of: options.mountpoint, to: options.readahead)
    }

    /// What the kernel offers, once it has said so; nil when it does not within `limit`. Blocks the calling thread; to be
    /// asked once.
    func kernelFeatures(within limit: DispatchTimeInterval) -> KernelFeatures? {
        initialized.wait(timeout: .now() + limit) == .success ? features.withLock { $0 } : nil
    }

    /// How many requests wait for an answer.
    package var waiting: Int { pending.withLock { $0.count } }
}

/// The way from libfuse's user data to the session.
///
/// `@unchecked Sendable`: written once, before libfuse's threads start.
final class SessionBox: @unchecked Sendable {
    weak var session: Session?
    let device: DeviceIO

    init(isHandedOver: Bool) { device = DeviceIO(isHandedOver: isHandedOver) }
}

extension Caller {
    init(_ request: fuse_req_t) {
        let context = fuse_req_ctx(request).pointee
        self.init(thread: context.pid, user: context.uid, group: context.gid)
    }
}

extension [String] {
    /// Lends the strings as libfuse's argument vector.
    fileprivate func withArguments<Result>(_ body: (inout fuse_args) -> Result) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            var arguments = fuse_args(argc: Int32(buffer.count), argv: buffer.baseAddress, allocated: 0)
            defer { fuse_opt_free_args(&arguments) }
            return body(&arguments)
        }
    }
}
