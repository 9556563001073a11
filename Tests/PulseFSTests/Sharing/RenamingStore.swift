import Quantities
import SharedStore
import Synchronization
import Transfer

/// A store in which an object comes to be called otherwise, with the same bytes.
final class RenamingStore: ForwardingStore {
    private struct State {
        var isRenamed = false
        var refused = 0
    }

    let next: HeldStore
    private let key: ObjectKey
    private let state = Mutex(State())
    private static let name = ETag("\"renamed\"")

    init(_ next: HeldStore, _ key: ObjectKey) { (self.next, self.key) = (next, key) }

    func rename() { state.withLock { $0.isRenamed = true } }
    /// Readings under the name that it had before.
    var refused: Int { state.withLock { $0.refused } }

    /// What the object's true name stands for.
    private func condition(
        _ key: ObjectKey, _ condition: ReadCondition
    ) throws(ObjectStoreError) -> ReadCondition {
        guard key == self.key, case .ifStill(let etag) = condition else { return condition }
        let isRefused = state.withLock { state in
            guard state.isRenamed, etag != Self.name else { return false }
            state.refused += 1
            return true
        }
        if isRefused { throw ObjectStoreError(.conditionFailed, "it is called otherwise") }
        return etag == Self.name ? .none : condition
    }

    private func renamed(_ key: ObjectKey, _ facts: ObjectFacts) -> ObjectFacts {
        guard key == self.key, let name = Self.name, state.withLock({ $0.isRenamed }) else { return facts }
        return ObjectFacts(etag: name, size: facts.size, modified: facts.modified, date: facts.date)
    }

    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead {
        let read = try await next.get(
            key, range: range, try self.condition(key, condition), limit: limit, within: within)
        guard case .bytes(let bytes, let facts) = read else { return read }
        return .bytes(bytes, renamed(key, facts))
    }

    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts? {
        let renaming = RenamingSink(sink) { [self] in renamed(key, $0) }
        return try await next.get(
            key, range: range, try self.condition(key, condition), into: renaming, within: within)
    }

    func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {}

    private final class RenamingSink: ObjectSink {
        private let sink: any ObjectSink
        private let name: @Sendable (ObjectFacts) -> ObjectFacts

        init(_ sink: any ObjectSink, _ name: @escaping @Sendable (ObjectFacts) -> ObjectFacts) {
            (self.sink, self.name) = (sink, name)
        }

        func begin(_ facts: ObjectFacts, flow: TransferFlow) throws { try sink.begin(name(facts), flow: flow) }

        func receive(_ bytes: RawSpan, at offset: ByteCount) throws -> BodyDemand {
            try sink.receive(bytes, at: offset)
        }
    }
}
