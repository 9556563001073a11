import CFuse
import Quantities
import Synchronization
import SystemPackage

/// libfuse's table of callbacks. Each finds its session, asks the file system and lets the session reply.
///
/// What is missing here libfuse answers with ENOSYS, which for most operations the kernel remembers. Writing ones never
/// arrive: the mount is read-only, so the kernel answers EROFS by itself.
extension fuse_lowlevel_ops {
    static var pulse: fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        table.`init` = { context, connection in
            guard let connection, let session = Session.from(context) else { return }
            session.negotiate(&connection.pointee)
        }
        table.lookup = { request, parent, name in
            guard let (request, session, arrival) = Session.of(request, .lookup) else { return }
            guard let name = name.flatMap({ String(validatingCString: $0) }) else {
                return Replier(request).fail(.noSuchFileOrDirectory)
            }
            let answer = session.fileSystem.lookup(name, in: NodeID(parent), for: Caller(request))
            let counters = session.counters
            session.answer(request, answer, since: arrival) { replier, reply in
                // Counted first: the kernel may forget before this thread comes back from the reply.
                if case .found = reply { counters.addReferences(1) }
                if !replier.entry(reply), case .found = reply { counters.addReferences(-1) }
            }
        }
        table.forget = { request, node, count in
            guard let (request, session, _) = Session.of(request, .forget) else { return }
            session.forget(node, count)
            Replier(request).nothing()
        }
        table.forget_multi = { request, count, items in
            guard let (request, session, _) = Session.of(request, .forget) else { return }
            for item in UnsafeBufferPointer(start: items, count: count) { session.forget(item.ino, item.nlookup) }
            Replier(request).nothing()
        }
        table.getattr = { request, node, info in
            guard let (request, session, arrival) = Session.of(request, .getattr) else { return }
            // With an open file the kernel asks before it reads or seeks; stat(2) and fstat(2) both come without one.
            let answer = session.fileSystem.getattr(NodeID(node), isOpen: info != nil, for: Caller(request))
            session.answer(request, answer, since: arrival) { $0.attributes($1) }
        }
        // ENOSYS, where the kernel offers it, means: no open, flush or release message for the rest of the mount. The
        // callback must exist, as libfuse answers a missing one with success.
        table.open = { request, _, info in
            guard let (request, session, _) = Session.of(request, .open), let info else { return }
            if session.sendsNoOpen.load(ordering: .relaxed) {
                Replier(request).fail(.noFunction)
            } else {
                Replier(request).open(info)
            }
        }
        table.opendir = { request, _, info in
            guard let (request, session, _) = Session.of(request, .opendir), let info else { return }
            if session.sendsNoOpendir.load(ordering: .relaxed) {
                Replier(request).fail(.noFunction)
            } else {
                Replier(request).open(info)
            }
        }
        table.read = { request, node, size, offset, _ in
            guard let (request, session, arrival) = Session.of(request, .read) else { return }
            guard offset >= 0 else { return Replier(request).fail(.invalidArgument) }
            let answer = session.fileSystem.read(NodeID(node), at: UInt64(offset), count: size, for: Caller(request))
            session.reply(request, answer, since: arrival)
        }
        table.poll = { request, node, info, handle in
            guard let (request, session, arrival) = Session.of(request, .poll) else {
                if let handle { fuse_pollhandle_destroy(handle) }
                return
            }
            let events = PollEvents(rawValue: info?.pointee.poll_events ?? 0)
            let waiting = handle.map { PollHandle($0, of: session) }
            let answer = session.fileSystem.poll(NodeID(node), events, waiting: waiting, for: Caller(request))
            session.answer(request, answer, since: arrival) { $0.poll($1) }
        }
        table.readdir = { request, node, size, offset, _ in
            guard let (request, session, arrival) = Session.of(request, .readdir) else { return }
            session.list(
                request, NodeID(node), capacity: size, from: UInt64(bitPattern: Int64(offset)), plus: false,
                since: arrival)
        }
        table.readdirplus = { request, node, size, offset, _ in
            guard let (request, session, arrival) = Session.of(request, .readdirplus) else { return }
            session.list(
                request, NodeID(node), capacity: size, from: UInt64(bitPattern: Int64(offset)), plus: true,
                since: arrival)
        }
        table.statfs = { request, _ in
            guard let (request, session, _) = Session.of(request, .statfs) else { return }
            Replier(request).statistics(session.fileSystem.statfs())
        }
        // ENOSYS once: the kernel asks for no extended attribute again, which halves the messages of `ls -l`.
        table.getxattr = { request, node, name, room in
            guard let (request, session, arrival) = Session.of(request, .getxattr) else { return }
            guard session.options.extendedAttributes else { return Replier(request).fail(.noFunction) }
            // `ls -l` asks for those of security and of access lists, for each file.
            guard let name = name.flatMap({ String(validatingCString: $0) }), AttributeList.mayHold(name) else {
                return Replier(request).fail(.noData)
            }
            let answer = session.fileSystem.getxattr(name, of: NodeID(node), for: Caller(request))
            session.answer(request, answer, since: arrival) { $0.attribute($1, room: room) }
        }
        table.listxattr = { request, node, room in
            guard let (request, session, arrival) = Session.of(request, .listxattr) else { return }
            guard session.options.extendedAttributes else { return Replier(request).fail(.noFunction) }
            let answer = session.fileSystem.listxattr(NodeID(node), for: Caller(request))
            session.answer(request, answer, since: arrival) { $0.attribute(AttributeList($1).bytes, room: room) }
        }
        return table
    }
}

extension Session {
    fileprivate static func from(_ context: UnsafeMutableRawPointer?) -> Session? {
        context.flatMap { Unmanaged<SessionBox>.fromOpaque($0).takeUnretainedValue().session }
    }

    /// The session of a request, counted. A request that outlives its session is refused.
    fileprivate static func of(_ request: fuse_req_t?, _ operation: Operation) -> (fuse_req_t, Session, Arrival)? {
        guard let request else { return nil }
        guard let session = from(fuse_req_userdata(request)) else {
            Replier(request).fail(.socketNotConnected)
            return nil
        }
        session.counters.count(operation)
        return (request, session, Arrival(operation))
    }

    /// Replies to a read; where the bytes at hand are not what they should be, when better ones have come.
    fileprivate func reply(_ request: fuse_req_t, _ answer: Answer<ReadReply>, since arrival: Arrival) {
        let buffers = buffers
        if case .now(let reply) = answer {
            guard let otherwise = Replier(request).read(reply, buffers: buffers) else {
                return counters.replied(arrival)
            }
            return self.reply(request, .later(otherwise), since: arrival)
        }
        self.answer(request, answer, since: arrival) { replier, reply in
            // What was waited for is checked already, or about to be fetched once more by whoever reads again.
            if replier.read(reply, buffers: buffers) != nil { replier.fail(.ioError) }
        }
    }

    fileprivate func forget(_ node: UInt64, _ count: UInt64) {
        counters.addReferences(-Int64(clamping: count))
        fileSystem.forget(NodeID(node), count: count)
    }

    /// INIT: what this side wants of what the kernel offers.
    fileprivate func negotiate(_ connection: inout fuse_conn_info) {
        let offered = connection.capable
        let known = KernelFeatures(connection)
        features.withLock { $0 = known }
        sendsNoOpen.store(offered & pulse_fuse_cap_no_open != 0, ordering: .relaxed)
        sendsNoOpendir.store(offered & pulse_fuse_cap_no_opendir != 0, ordering: .relaxed)
        let wanted =
            pulse_fuse_cap_async_read | pulse_fuse_cap_parallel_dirops | pulse_fuse_cap_auto_inval_data
            | pulse_fuse_cap_readdirplus | pulse_fuse_cap_readdirplus_auto
        connection.want |= offered & wanted
        connection.max_read = UInt32(options.maximumRead)
        connection.max_readahead = max(connection.max_readahead, UInt32(options.maximumRead))
        // 12 is the kernel's default: more waiting readers than that would queue behind each other, and behind stuck ones. For
        // a user's mount the kernel may allow fewer (max_user_bgreq, by default a share of its memory).
        connection.max_background = 1024
        connection.congestion_threshold = 768
    }

    /// `.` and `..` are at places 1 and 2; the file system's own places follow.
    fileprivate func list(
        _ request: fuse_req_t, _ node: NodeID, capacity: Int, from offset: UInt64, plus: Bool, since arrival: Arrival
    ) {
        let own = DirectoryCookie(offset < 2 ? 0 : offset -| 2)
        let limit = capacity / DirectoryPage.leastEntrySize(plus: plus) + 1
        let answer = fileSystem.readdir(node, after: own, limit: limit, for: Caller(request))
        let counters = counters
        let handle = RequestHandle(request)
        self.answer(request, answer, since: arrival) { replier, entries in
            var page = DirectoryPage(capacity: capacity, plus: plus)
            var fits = true
            for (place, name) in [(UInt64(1), "."), (2, "..")] where fits && offset < place {
                fits = page.append(handle.request, name: name, node: node, kind: .directory, entry: nil, next: place)
            }
            for entry in entries where fits {
                fits = page.append(
                    handle.request, name: entry.name, node: entry.node, kind: entry.kind, entry: entry.entry,
                    next: entry.cookie.rawValue +| 2)
            }
            counters.addReferences(Int64(page.references))
            counters.addReferences(Int64(replier.directory(page) - page.references))
        }
    }
}

/// libfuse's request for the functions that lay out directory entries; they only read its session.
///
/// `@unchecked Sendable`: used inside the one reply of the request, before libfuse frees it.
private struct RequestHandle: @unchecked Sendable {
    let request: fuse_req_t
    init(_ request: fuse_req_t) { self.request = request }
}
