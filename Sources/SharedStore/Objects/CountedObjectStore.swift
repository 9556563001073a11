import Quantities
import Synchronization
package import Transfer

/// What was asked of an engine, and what came of it. Times are those of whole calls, repetitions included.
package final class StoreCounts: Sendable {
    package enum Operation: String, Sendable, CaseIterable {
        case get, put, renew, delete, list
    }

    package struct Kind: Sendable, Hashable {
        package let operation: Operation
        /// `ok`, `unchanged`, `absent`, `lost` when a condition did not hold, `denied`, `unavailable`, or `failed`.
        package let outcome: String
    }

    package struct Values: Sendable {
        package fileprivate(set) var calls: [Kind: UInt64] = [:]
        package fileprivate(set) var time: [Operation: Duration] = [:]
        package fileprivate(set) var received: UInt64 = 0
        package fileprivate(set) var sent: UInt64 = 0
        /// Of the last reading that was answered.
        package fileprivate(set) var latency: Duration?

        package init() {}
    }

    private let state = Mutex(Values())

    package init() {}

    package var values: Values { state.withLock { $0 } }

    fileprivate func count(
        _ operation: Operation, _ outcome: String, _ time: Duration, received: UInt64 = 0, sent: UInt64 = 0
    ) {
        state.withLock { state in
            state.calls[Kind(operation: operation, outcome: outcome), default: 0] +|= 1
            state.time[operation, default: .zero] += time
            state.received +|= received
            state.sent +|= sent
            if operation == .get, ["ok", "unchanged", "absent"].contains(outcome) { state.latency = time }
        }
    }
}

/// An engine, with a count of what it is asked for.
package struct CountedObjectStore: ObjectStore {
    private let store: any ObjectStore
    private let counts: StoreCounts
    private let clock = ContinuousClock()

    package init(_ store: any ObjectStore, _ counts: StoreCounts) { (self.store, self.counts) = (store, counts) }

    private func counted<Value: Sendable>(
        _ operation: StoreCounts.Operation, sent: UInt64 = 0, _ outcome: (Value) -> (word: String, received: UInt64),
        _ call: () async throws(ObjectStoreError) -> Value
    ) async throws(ObjectStoreError) -> Value {
        let begin = clock.now
        do throws(ObjectStoreError) {
            let value = try await call()
            let (word, received) = outcome(value)
            counts.count(operation, word, begin.duration(to: clock.now), received: received, sent: sent)
            return value
        } catch {
            counts.count(operation, error.kind.outcome, begin.duration(to: clock.now))
            throw error
        }
    }

    package func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead {
        try await counted(
            .get,
            { read in
                if case .bytes(let bytes, _) = read { ("ok", UInt64(bytes.count)) } else { ("unchanged", 0) }
            }
        ) { () throws(ObjectStoreError) in
            try await store.get(key, range: range, condition, limit: limit, within: within)
        }
    }

    package func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts? {
        // As far as the object goes.
        let asked = range.map { range in range.last.map { $0 -| range.first +| 1 } ?? .max } ?? .max
        return try await counted(.get, { $0.map { ("ok", min($0.size.bytes, asked)) } ?? ("unchanged", 0) }) {
            () throws(ObjectStoreError) in
            try await store.get(key, range: range, condition, into: sink, within: within)
        }
    }

    package func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        try await counted(.put, sent: body.length.bytes, { _ in ("ok", 0) }) { () throws(ObjectStoreError) in
            try await store.put(key, body, condition, within: within)
        }
    }

    package func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {
        try await counted(.renew, { (_: Void) in ("ok", 0) }) { () throws(ObjectStoreError) in
            try await store.renew(key, etag, within: within)
        }
    }

    package func delete(
        _ key: ObjectKey, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) {
        try await counted(.delete, { (_: Void) in ("ok", 0) }) { () throws(ObjectStoreError) in
            try await store.delete(key, condition, within: within)
        }
    }

    package func list(
        _ prefix: String, from next: String?, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectPage {
        try await counted(.list, { _ in ("ok", 0) }) { () throws(ObjectStoreError) in
            try await store.list(prefix, from: next, limit: limit, within: within)
        }
    }
}

extension ObjectStoreError.Kind {
    fileprivate var outcome: String {
        switch self {
        case .absent: "absent"
        case .conditionFailed, .conflict: "lost"
        case .denied, .noCredentials: "denied"
        case .unavailable, .unclear: "unavailable"
        case .cancelled: "given_up"
        case .noSuchBucket, .wrongRegion, .beyondEnd, .invalidAnswer, .tooLarge, .notTaken, .notSupported: "failed"
        }
    }
}
