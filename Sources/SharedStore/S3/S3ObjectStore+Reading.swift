import Quantities
package import Transfer

extension S3ObjectStore {
    package func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead {
        let collector = ObjectCollector(limit: limit)
        guard let facts = try await get(key, range: range, condition, into: collector, within: within) else {
            return .unchanged
        }
        return .bytes(collector.bytes, facts)
    }

    package func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts? {
        let call = S3Call.read(key, range, condition)
        let taker = ObjectCallSink(sink, range)
        let head = try await send(call, into: taker, within: within)
        // Nobody who named no version is told that it is the same.
        if head.status == 304, case .unless = condition { return nil }
        guard head.status == 200 || head.status == 206, let facts = taker.facts else {
            throw ObjectStoreError(
                .invalidAnswer,
                "\(call.words) was answered with status \(head.status), which says nothing of an object.")
        }
        return facts
    }

    package func list(
        _ prefix: String, from next: String?, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectPage {
        var call = S3Call(method: .get, key: nil, isRepeatable: true)
        call.query = [
            ("list-type", "2"), ("prefix", location.address.keyPrefix + prefix), ("encoding-type", "url"),
            ("max-keys", "\(max(1, min(limit, 1000)))"),
        ]
        if let next { call.query.append(("continuation-token", next)) }
        // A thousand names of 1,024 bytes, each of which takes three when it is encoded.
        let sink = MemoryCallSink(limit: 8_388_608)
        _ = try await send(call, into: sink, within: within)
        guard let page = S3ListPage.parsed(sink.bytes, below: location.address.keyPrefix) else {
            throw ObjectStoreError(.invalidAnswer, "\(call.words) was answered with no list of objects.")
        }
        return page
    }
}
