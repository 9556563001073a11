import Quantities
package import Transfer

extension MemoryObjectStore {
    package func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectRead {
        guard let (bytes, facts) = try await part(of: key, range, condition) else { return .unchanged }
        guard bytes.count <= limit else { throw ObjectStoreError(.tooLarge, "\(key) is larger than \(limit) bytes") }
        return .bytes(Array(bytes), facts)
    }

    package func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts? {
        guard let (bytes, facts) = try await part(of: key, range, condition) else { return nil }
        let (resumes, resumed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        var isGivenUp = false
        do {
            try sink.begin(facts, flow: TransferFlow { resumed.yield() })
            var next = resumes.makeAsyncIterator()
            while !bytes.isEmpty, !isGivenUp,
                case .pause = try sink.receive(bytes.span.bytes, at: ByteCount(UInt64(bytes.startIndex)))
            {
                isGivenUp = await next.next() == nil
            }
        } catch {
            throw ObjectStoreError(.notTaken, "\(key) could not be taken: \(error)")
        }
        if isGivenUp { throw ObjectStoreError(.cancelled, "it was given up") }
        return facts
    }

    /// Its indices are offsets in the object; nil when it is the version that was named.
    private func part(
        of key: ObjectKey, _ range: ByteRange?, _ condition: ReadCondition
    ) async throws(ObjectStoreError) -> (ArraySlice<UInt8>, ObjectFacts)? {
        let now = time.wall()
        return try await request(.get, key, isWrite: false) { state in
            guard let there = state.objects[key.text] else {
                return .failure(ObjectStoreError(.absent, "\(key) is not there"))
            }
            switch condition {
            case .unless(let etag) where there.etag == etag: return .success(nil)
            case .ifStill(let etag) where there.etag != etag:
                return .failure(ObjectStoreError(.conditionFailed, "\(key) is another version"))
            default: break
            }
            let count = there.bytes.count
            let first = range.map { Int(clamping: $0.first) } ?? 0
            guard range == nil || first < count else {
                return .failure(ObjectStoreError(.beyondEnd, "\(key) ends before"))
            }
            let end = range?.last.map { Int(clamping: min($0, UInt64(count) -| 1)) + 1 } ?? count
            let facts = ObjectFacts(
                etag: there.etag, size: ByteCount(UInt64(count)), modified: there.modified, date: now)
            return .success((there.bytes[first..<max(first, end)], facts))
        }
    }

    package func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        let bytes: [UInt8]
        do { bytes = try PayloadDigest.all(of: body) } catch {
            throw ObjectStoreError(.notTaken, "\(key) could not be read: \(error)")
        }
        let now = time.wall()
        return try await request(.put, key, isWrite: true) { state in
            if let refusal = state.refusal(key, condition) { return .failure(refusal) }
            let etag = Self.etag(bytes)
            state.set(key, Version(bytes: bytes, etag: etag, modified: now))
            return .success(etag)
        }
    }

    package func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {
        let now = time.wall()
        try await request(.renew, key, isWrite: true) { state -> Result<Void, ObjectStoreError> in
            guard let there = state.objects[key.text] else {
                return .failure(ObjectStoreError(.absent, "\(key) is not there"))
            }
            guard there.etag == etag else {
                return .failure(ObjectStoreError(.conditionFailed, "\(key) is another version"))
            }
            state.set(key, Version(bytes: there.bytes, etag: etag, modified: now))
            return .success(())
        }
    }

    package func delete(
        _ key: ObjectKey, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) {
        try await request(.delete, key, isWrite: true) { state -> Result<Void, ObjectStoreError> in
            if let refusal = state.refusal(key, condition) { return .failure(refusal) }
            state.set(key, nil)
            return .success(())
        }
    }

    package func list(
        _ prefix: String, from next: String?, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> ObjectPage {
        try await request(.list, nil, isWrite: false) { state in
            let names = state.objects.keys.filter { $0.hasPrefix(prefix) && $0 > next ?? "" }.sorted()
            let page = names.prefix(max(1, min(limit, 1000)))
            let entries = page.compactMap { name -> ObjectPage.Entry? in
                guard let key = ObjectKey(name), let there = state.objects[name] else { return nil }
                return ObjectPage.Entry(
                    key: key, etag: there.etag, size: ByteCount(UInt64(there.bytes.count)), modified: there.modified)
            }
            return .success(
                ObjectPage(
                    entries: entries, foreign: page.count - entries.count,
                    next: page.count < names.count ? page.last : nil))
        }
    }
}
