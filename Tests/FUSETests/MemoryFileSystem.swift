import FUSE
import Quantities
import Synchronization
import SystemPackage

/// A directory of files that answer as a test says: at once, after a gate opens, or never.
final class MemoryFileSystem: FileSystem {
    enum Content {
        case bytes([UInt8])
        /// Looked up and read only when the gate opens.
        case gated([UInt8], Gate)
    }

    private let files: [String]
    private let contents: [Content]
    private let forgotten = Mutex<UInt64>(0)
    /// Extended attributes of every node, in the order of a listing.
    private let extended: [(name: String, value: [UInt8])]
    /// What the attributes wait for, if anything.
    private let extendedGate: Gate?
    private let asked = Mutex<[String]>([])

    init(_ files: [(String, Content)], extended: [(String, [UInt8])] = [], extendedGate: Gate? = nil) {
        self.files = files.map(\.0)
        contents = files.map(\.1)
        self.extended = extended
        self.extendedGate = extendedGate
    }

    /// The attributes that were asked for by name.
    var askedAttributes: [String] { asked.withLock { $0 } }

    var forgottenCount: UInt64 { forgotten.withLock { $0 } }

    private static let first: UInt64 = 10

    private func attributes(_ index: Int) -> FileAttributes {
        let count =
            switch contents[index] {
            case .bytes(let bytes), .gated(let bytes, _): bytes.count
            }
        return FileAttributes(
            node: NodeID(Self.first + UInt64(index)), kind: .file, size: UInt64(count), allocatedSize: UInt64(count),
            permissions: 0o400, owner: 0, group: 0, modified: FileTime(seconds: 1), changed: FileTime(seconds: 1))
    }

    private var root: FileAttributes {
        FileAttributes(
            node: .root, kind: .directory, size: 0, allocatedSize: 0, permissions: 0o500, owner: 0, group: 0,
            modified: FileTime(seconds: 1), changed: FileTime(seconds: 1))
    }

    private func entry(_ index: Int) -> Entry {
        Entry(attributes: attributes(index), nameLifetime: .forever, attributesLifetime: .forever)
    }

    func lookup(_ name: String, in directory: NodeID, for caller: Caller) -> Answer<LookupReply> {
        guard let index = files.firstIndex(of: name) else { return .now(.absent(.forever)) }
        let entry = entry(index)
        guard case .gated(_, let gate) = contents[index] else { return .now(.found(entry)) }
        return .later { () throws(Errno) in
            try await gate.pass()
            return .found(entry)
        }
    }

    func getattr(_ node: NodeID, isOpen: Bool, for caller: Caller) -> Answer<AttributeReply> {
        let attributes = node == .root ? root : attributes(Int(node.rawValue - Self.first))
        return .now(AttributeReply(attributes: attributes, lifetime: .forever))
    }

    func readdir(_ node: NodeID, after cookie: DirectoryCookie, limit: Int, for caller: Caller) -> Answer<
        [DirectoryEntry]
    > {
        .now(
            files.indices.dropFirst(Int(cookie.rawValue)).prefix(limit).map { index in
                var known: Entry?
                if case .bytes = contents[index] { known = entry(index) }
                return DirectoryEntry(
                    name: files[index], node: NodeID(Self.first + UInt64(index)), kind: .file,
                    cookie: DirectoryCookie(UInt64(index) + 1), entry: known)
            })
    }

    func read(_ node: NodeID, at offset: UInt64, count: Int, for caller: Caller) -> Answer<ReadReply> {
        switch contents[Int(node.rawValue - Self.first)] {
        case .bytes(let bytes), .gated(let bytes, _):
            .now(.bytes(offset < UInt64(bytes.count) ? Array(bytes[Int(offset)...].prefix(count)) : []))
        }
    }

    func getxattr(_ name: String, of node: NodeID, for caller: Caller) -> Answer<[UInt8]> {
        asked.withLock { $0.append(name) }
        guard let value = extended.first(where: { $0.name == name })?.value else { return .failed(.noData) }
        return afterGate(value)
    }

    func listxattr(_ node: NodeID, for caller: Caller) -> Answer<[String]> { afterGate(extended.map(\.name)) }

    private func afterGate<Value: Sendable>(_ value: Value) -> Answer<Value> {
        guard let extendedGate else { return .now(value) }
        return .later { () throws(Errno) in
            try await extendedGate.pass()
            return value
        }
    }

    func statfs() -> FileSystemStatistics { FileSystemStatistics(capacity: 1 << 30, available: 1 << 29, files: 7) }

    func forget(_ node: NodeID, count: UInt64) { forgotten.withLock { $0 += count } }
}

/// Something to wait at until a test opens it. Leaves a waiter that is cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
        var next = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var waiting: Int { state.withLock { $0.waiters.count } }

    func pass() async throws(Errno) {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        let passed = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let (decided, ready): (Bool?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
                    if Task.isCancelled { return (false, []) }
                    if state.isOpen { return (true, []) }
                    state.waiters[ticket] = continuation
                    let reached = state.watchers.filter { state.waiters.count >= $0.count }.map(\.continuation)
                    state.watchers.removeAll { state.waiters.count >= $0.count }
                    return (nil, reached)
                }
                if let decided { continuation.resume(returning: decided) }
                for watcher in ready { watcher.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: false)
        }
        if !passed { throw .interrupted }
    }

    /// Returns when `count` are waiting.
    func waitForWaiters(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let reached = state.withLock { state in
                if state.waiters.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if reached { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }
}
