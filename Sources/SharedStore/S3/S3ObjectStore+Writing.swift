import Quantities
package import Transfer

extension S3ObjectStore {
    /// Larger answers to a write are none.
    private static let largestAnswer = 65_536

    package func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        if body.length > rules.largestSingle { return try await putInParts(key, body, condition, within: within) }
        let (head, _) = try await write(.write(.put, key, body, condition), within: within)
        return try Self.etag(head.fields["ETag"], "PUT \(key)")
    }

    package func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {
        // The same twice is the same once, whatever it depends on.
        var call = S3Call(method: .put, key: key, isRepeatable: true)
        call.headers = [
            "x-amz-copy-source": location.copySource(key), "x-amz-copy-source-if-match": etag.text,
            "x-amz-metadata-directive": "REPLACE",
        ]
        let (head, answer) = try await write(call, within: within)
        try Self.checkAnswer(answer, call, head)
    }

    package func delete(
        _ key: ObjectKey, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) {
        do throws(ObjectStoreError) {
            _ = try await write(.write(.delete, key, nil, condition), within: within)
        } catch {
            guard error.kind == .absent, condition == .none else { throw error }
        }
    }

    private func write(
        _ call: S3Call, within: Duration
    ) async throws(ObjectStoreError) -> (ResponseHead, [UInt8]) {
        let sink = MemoryCallSink(limit: Self.largestAnswer)
        let head = try await send(call, into: sink, within: within)
        guard head.isSuccess else {
            throw ObjectStoreError(.invalidAnswer, "\(call.words) was answered with status \(head.status).")
        }
        return (head, sink.bytes)
    }

    /// It was written; what it is called there has to be read back when the answer does not say.
    private static func etag(_ text: String?, _ words: String) throws(ObjectStoreError) -> ETag {
        guard let etag = text.flatMap({ ETag($0) }) else {
            throw ObjectStoreError(.unclear, "\(words) was answered without an ETag.")
        }
        return etag
    }

    /// Of what takes long the engine says 200 before it knows: the error is in the body then.
    @discardableResult
    private static func checkAnswer(
        _ body: [UInt8], _ call: S3Call, _ head: ResponseHead
    ) throws(ObjectStoreError) -> XMLElement {
        guard let root = try? XMLElement(body) else {
            throw ObjectStoreError(.unclear, "\(call.words) was answered with what is no XML.")
        }
        if root.name == "Error" { throw failure(call, head, body).error }
        return root
    }

    // MARK: In parts

    /// Parts of which an engine takes at most 10,000.
    private static let mostParts: UInt64 = 10_000

    private func putInParts(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        let begin = S3Call(method: .post, key: key, query: [("uploads", "")], isRepeatable: true)
        let (head, answer) = try await write(begin, within: within)
        guard let upload = try Self.checkAnswer(answer, begin, head).text("UploadId"),
            (1...2048).contains(upload.utf8.count)
        else { throw ObjectStoreError(.invalidAnswer, "\(begin.words) was answered without the name of an upload.") }
        do throws(ObjectStoreError) {
            let parts = try await sendParts(key, body, upload, within: within)
            return try await complete(key, upload, parts, condition, within: within)
        } catch {
            // What came of a completion whose answer was lost is for the engine to know.
            if error.kind != .unclear { await abandon(key, upload) }
            throw error
        }
    }

    private func sendParts(
        _ key: ObjectKey, _ body: RequestBody, _ upload: String, within: Duration
    ) async throws(ObjectStoreError) -> [ETag] {
        let size = ByteCount(max(rules.partSize.bytes, body.length.bytes / Self.mostParts +| 1))
        var parts: [ETag] = []
        var offset = ByteCount.zero
        while offset < body.length {
            let count = min(size, body.length - offset)
            let query = [("partNumber", "\(parts.count + 1)"), ("uploadId", upload)]
            let call = S3Call(
                method: .put, key: key, query: query.map { (name: $0, value: $1) },
                body: Self.part(of: body, from: offset, count), isRepeatable: true)
            let (head, _) = try await write(call, within: within)
            parts.append(try Self.etag(head.fields["ETag"], call.words))
            offset += count
        }
        return parts
    }

    private static func part(of body: RequestBody, from offset: ByteCount, _ count: ByteCount) -> RequestBody {
        switch body {
        case .bytes(let bytes):
            let first = Int(clamping: offset.bytes)
            return .bytes(Array(bytes[first..<first + Int(clamping: count.bytes)]))
        case .part(let source, let first, _): return .part(of: source, from: first + offset, count: count)
        }
    }

    private func complete(
        _ key: ObjectKey, _ upload: String, _ parts: [ETag], _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        let list = parts.enumerated().map { number, etag in
            "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\(Self.escaped(etag.text))</ETag></Part>"
        }
        let text = "<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>"
        var call = S3Call.write(.post, key, .bytes(Array(text.utf8)), condition, [("uploadId", upload)])
        call.headers.append(name: "Content-Type", value: "application/xml")
        // A second completion finds no upload.
        call = S3Call(
            method: call.method, key: key, query: call.query, headers: call.headers, body: call.body,
            isRepeatable: false)
        let (head, answer) = try await write(call, within: max(within, .seconds(30)))
        return try Self.etag(try Self.checkAnswer(answer, call, head).text("ETag"), call.words)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Its parts would else be kept, and paid for. What cannot be given up now is for a rule of the bucket.
    private func abandon(_ key: ObjectKey, _ upload: String) async {
        let call = S3Call(method: .delete, key: key, query: [("uploadId", upload)], isRepeatable: true)
        _ = try? await Task { try await write(call, within: .seconds(5)) }.value
    }
}
