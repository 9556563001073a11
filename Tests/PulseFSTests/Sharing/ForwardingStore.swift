import SharedStore
import Transfer

/// A store in front of another one, to which it passes on what a test does not meddle with.
protocol ForwardingStore: ObjectStore {
    associatedtype Next: ObjectStore
    var next: Next { get }
}

extension ForwardingStore {
    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead {
        try await next.get(key, range: range, condition, limit: limit, within: within)
    }

    func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag { try await next.put(key, body, condition, within: within) }

    func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {
        try await next.renew(key, etag, within: within)
    }

    func delete(_ key: ObjectKey, _ condition: WriteCondition, within: Duration) async throws(ObjectStoreError) {
        try await next.delete(key, condition, within: within)
    }

    func list(
        _ prefix: String, from page: String?, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectPage {
        try await next.list(prefix, from: page, limit: limit, within: within)
    }
}
