import Quantities
import SharedStore
import Transfer

/// A machine's way to an engine: every request takes a while there and back, and none comes through while the machine is cut off.
struct Line: ObjectStore {
    private let engine: any ObjectStore
    private let life: Life
    private let dice: Dice
    private let traffic: Traffic
    /// Between the sending of a result and its arrival.
    private let uploadTime: Duration

    init(
        _ engine: any ObjectStore, _ life: Life, _ dice: Dice, _ traffic: Traffic, uploadTime: Duration = .zero
    ) {
        (self.engine, self.life, self.dice, self.traffic) = (engine, life, dice, traffic)
        self.uploadTime = uploadTime
    }

    /// One way: 1 to 5 ms, and of a hundred one 50 to 400 ms.
    private var latency: Duration {
        dice.happens(0.01)
            ? dice.between(.milliseconds(50), .milliseconds(400)) : dice.between(.milliseconds(1), .milliseconds(5))
    }

    private func travel(_ duration: Duration) async throws(ObjectStoreError) {
        do { try await life.sleep(duration) } catch { throw ObjectStoreError(.cancelled, "it was given up") }
    }

    private func call<Value: Sendable>(
        _ operation: MemoryObjectStore.Operation, within: Duration, upload: Duration = .zero,
        _ work: () async throws(ObjectStoreError) -> Value
    ) async throws(ObjectStoreError) -> Value {
        let isWrite = operation != .get && operation != .list
        await life.live()
        guard !life.isCut else {
            try await travel(within)
            throw ObjectStoreError(.unavailable(.unreached(.connectTimedOut)), "it was not reached in time")
        }
        try await travel(upload + latency)
        guard !life.isCut else {
            try await travel(within)
            throw ObjectStoreError(isWrite ? .unclear : .unavailable(.unreached(.stalled)), "it did not answer in time")
        }
        traffic.count(operation)
        let outcome: Result<Value, ObjectStoreError>
        do throws(ObjectStoreError) { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        try await travel(latency)
        guard !life.isCut else {
            try await travel(within)
            throw ObjectStoreError(isWrite ? .unclear : .unavailable(.unreached(.stalled)), "its answer was lost")
        }
        return try outcome.get()
    }

    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead {
        try await call(.get, within: within) { () throws(ObjectStoreError) in
            try await engine.get(key, range: range, condition, limit: limit, within: within)
        }
    }

    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts? {
        try await call(.get, within: within) { () throws(ObjectStoreError) in
            try await engine.get(key, range: range, condition, into: sink, within: within)
        }
    }

    func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        // What stands in no memory is a result.
        var upload = Duration.zero
        if case .part = body { upload = uploadTime }
        return try await call(.put, within: min(within, .seconds(30)), upload: upload) {
            () throws(ObjectStoreError) in
            try await engine.put(key, body, condition, within: within)
        }
    }

    func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {
        try await call(.renew, within: within) { () throws(ObjectStoreError) in
            try await engine.renew(key, etag, within: within)
        }
    }

    func delete(
        _ key: ObjectKey, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) {
        try await call(.delete, within: within) { () throws(ObjectStoreError) in
            try await engine.delete(key, condition, within: within)
        }
    }

    func list(
        _ prefix: String, from next: String?, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectPage {
        try await call(.list, within: within) { () throws(ObjectStoreError) in
            try await engine.list(prefix, from: next, limit: limit, within: within)
        }
    }
}
