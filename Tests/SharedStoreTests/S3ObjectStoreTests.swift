import PulseTestSupport
import Quantities
import Synchronization
import Testing
import Transfer

@testable import SharedStore

@Suite(.timeLimit(.minutes(1))) struct S3ObjectStoreTests {
    private let soon = Duration.seconds(5)

    private func key(_ text: String = "1/j/ab/cd") throws -> ObjectKey { try #require(ObjectKey(text)) }

    /// The error a call ends with.
    private func failure(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async throws -> ObjectStoreError {
        do {
            try await body()
            Issue.record("it was done", sourceLocation: sourceLocation)
            throw CancellationError()
        } catch let error as ObjectStoreError {
            return error
        }
    }

    // MARK: What is sent

    @Test func anObjectIsReadWithItsFacts() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.object("hello"))
        let read = try await engine.store().get(try key(), range: nil, .none, limit: 5, within: soon)
        guard case .bytes(let bytes, let facts) = read else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes == Array("hello".utf8))
        #expect(facts.etag.text == "\"v1\"")
        #expect(facts.size == 5)
        #expect(facts.age == .seconds(90))
        let asked = try #require(engine.asked.first)
        #expect(asked.line == "GET /bucket/some/pre%20fix/1/j/ab/cd HTTP/1.1")
        #expect(asked.problem == nil)
    }

    @Test func conditionsAndRangesAreSentAndSigned() async throws {
        let engine = try ScriptedEngine(
            [
                ScriptedEngine.answer(200, ["ETag": "\"n\""]), ScriptedEngine.answer(200, ["ETag": "\"n\""]),
                ScriptedEngine.answer(204), ScriptedEngine.answer(304),
                ScriptedEngine.answer(206, ["ETag": "\"n\"", "Content-Range": "bytes 2-4/10"], "234"),
            ].map { .http($0) })
        let store = try engine.store()
        let etag = try #require(ETag("\"v1\""))
        #expect(try await store.put(try key(), .bytes([1]), .ifAbsent, within: soon).text == "\"n\"")
        _ = try await store.put(try key(), .bytes([2]), .ifStill(etag), within: soon)
        try await store.delete(try key(), .ifStill(etag), within: soon)
        #expect(try await store.get(try key(), range: nil, .unless(etag), limit: 9, within: soon) == .unchanged)
        let part = try await store.get(
            try key(), range: ByteRange(first: 2, last: 4), .ifStill(etag), limit: 9, within: soon)
        guard case .bytes(let bytes, let facts) = part else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes == Array("234".utf8))
        #expect(facts.size == 10)
        let asked = engine.asked
        #expect(asked.map(\.problem) == [nil, nil, nil, nil, nil])
        #expect(asked.map { $0.headers["if-none-match"] } == ["*", nil, nil, "\"v1\"", nil])
        #expect(asked.map { $0.headers["if-match"] } == [nil, "\"v1\"", "\"v1\"", nil, "\"v1\""])
        #expect(asked.last?.headers["range"] == "bytes=2-4")
        #expect(asked.allSatisfy { $0.headers["x-amz-content-sha256"] != "UNSIGNED-PAYLOAD" })
    }

    @Test func aLargeBodyIsSignedTooWithoutTLS() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.answer(200, ["ETag": "\"n\""]))
        let contents = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0) }
        _ = try await engine.store().put(
            try key(), .all(of: BytesSource(contents)), .none, within: soon)
        let asked = try #require(engine.asked.first)
        #expect(asked.problem == nil)
        #expect(asked.headers["x-amz-content-sha256"] != "UNSIGNED-PAYLOAD")
        #expect(asked.headers["expect"] == "100-continue")
        #expect(asked.body == contents)
    }

    @Test func namesAreListedBelowThePrefix() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.answer(
                200, [:],
                "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>some/pre fix/1/j/a</Key><Size>3</Size></Contents></ListBucketResult>"
            ))
        let page = try await engine.store().list("1/", from: "to/k+en=", limit: 5000, within: soon)
        #expect(page.entries.map(\.key.text) == ["1/j/a"])
        #expect(
            engine.asked.first?.line
                == "GET /bucket?continuation-token=to%2Fk%2Ben%3D&encoding-type=url&list-type=2&max-keys=1000&prefix=some%2Fpre%20fix%2F1%2F HTTP/1.1"
        )
        #expect(engine.asked.first?.problem == nil)
    }

    @Test func aLargeObjectIsSentInPartsAndAppearsAtOnce() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.answer(
                200, [:], "<InitiateMultipartUploadResult><UploadId>up/1</UploadId></InitiateMultipartUploadResult>"),
            ScriptedEngine.answer(200, ["ETag": "\"p1\""]), ScriptedEngine.answer(200, ["ETag": "\"p2&\""]),
            ScriptedEngine.answer(200, ["ETag": "\"p3\""]),
            ScriptedEngine.answer(
                200, [:],
                "<CompleteMultipartUploadResult><ETag>&quot;whole-3&quot;</ETag></CompleteMultipartUploadResult>"))
        var rules = S3ObjectStore.Rules()
        (rules.largestSingle, rules.partSize) = (1000, 400)
        let contents = (0..<1001).map { UInt8(truncatingIfNeeded: $0) }
        let etag = try await engine.store(rules: rules).put(
            try key(), .all(of: BytesSource(contents)), .ifAbsent, within: soon)
        #expect(etag.text == "\"whole-3\"")
        let asked = engine.asked
        #expect(asked.allSatisfy { $0.problem == nil })
        #expect(
            asked.map { $0.line.split(separator: "?")[1] } == [
                "uploads= HTTP/1.1", "partNumber=1&uploadId=up%2F1 HTTP/1.1", "partNumber=2&uploadId=up%2F1 HTTP/1.1",
                "partNumber=3&uploadId=up%2F1 HTTP/1.1", "uploadId=up%2F1 HTTP/1.1",
            ])
        #expect(asked[1].body + asked[2].body + asked[3].body == contents)
        #expect(asked[4].headers["if-none-match"] == "*")
        #expect(
            String(decoding: asked[4].body, as: UTF8.self).contains(
                "<Part><PartNumber>2</PartNumber><ETag>\"p2&amp;\"</ETag></Part>"))
    }

    @Test func partsOfAnObjectThatDidNotComeAboutAreGivenUp() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.answer(
                200, [:], "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"),
            ScriptedEngine.error(403, "AccessDenied"), ScriptedEngine.answer(204))
        var rules = S3ObjectStore.Rules()
        (rules.largestSingle, rules.partSize) = (10, 10)
        let store = try engine.store(rules: rules)
        let error = try await failure {
            _ = try await store.put(try key(), .bytes(Array(repeating: 1, count: 11)), .none, within: soon)
        }
        #expect(error.kind == .denied)
        #expect(engine.asked.last?.line == "DELETE /bucket/some/pre%20fix/1/j/ab/cd?uploadId=u HTTP/1.1")
    }

    @Test func anErrorUnderStatus200IsAnError() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.error(200, "PreconditionFailed"), ScriptedEngine.error(200, "InternalError"),
            ScriptedEngine.answer(200, [:], "<CopyObjectResult/>"))
        let store = try engine.store()
        let etag = try #require(ETag("\"v1\""))
        #expect(try await failure { try await store.renew(try key(), etag, within: soon) }.kind == .conditionFailed)
        #expect(
            try await failure { try await store.renew(try key(), etag, within: soon) }.kind
                == .unavailable(.status(500)))
        try await store.renew(try key(), etag, within: soon)
        let asked = try #require(engine.asked.last)
        #expect(asked.headers["x-amz-copy-source"] == "/bucket/some/pre%20fix/1/j/ab/cd")
        #expect(asked.headers["x-amz-copy-source-if-match"] == "\"v1\"")
        #expect(asked.headers["x-amz-metadata-directive"] == "REPLACE")
        #expect(asked.problem == nil)
    }

    // MARK: What answers mean

    static let meanings: [(String, ObjectStoreError.Kind)] = [
        (ScriptedEngine.error(404, "NoSuchKey"), .absent), (ScriptedEngine.error(404, "NoSuchBucket"), .noSuchBucket),
        (ScriptedEngine.answer(404, [:], "<html>Not here</html>"), .invalidAnswer),
        (ScriptedEngine.answer(404), .invalidAnswer),
        (ScriptedEngine.error(403, "AccessDenied"), .denied), (ScriptedEngine.answer(403), .denied),
        (ScriptedEngine.error(400, "InvalidAccessKeyId"), .denied),
        (ScriptedEngine.error(412, "PreconditionFailed"), .conditionFailed),
        (ScriptedEngine.error(409, "ConditionalRequestConflict"), .conflict),
        (ScriptedEngine.error(416, "InvalidRange"), .beyondEnd),
        (ScriptedEngine.error(301, "PermanentRedirect"), .wrongRegion),
        (ScriptedEngine.error(501, "NotImplemented"), .notSupported),
        (ScriptedEngine.answer(200, [:], "<html>Log in</html>"), .invalidAnswer),
        (ScriptedEngine.answer(204), .invalidAnswer),
        (ScriptedEngine.answer(302, ["Location": "http://127.0.0.1:1/"]), .invalidAnswer),
        (ScriptedEngine.answer(304), .invalidAnswer),
        ("SSH-2.0-OpenSSH_9.2\r\n", .invalidAnswer), (ScriptedEngine.error(400, "Nonsense"), .invalidAnswer),
    ]

    @Test(arguments: meanings) func anAnswerMeansOneThing(answer: String, kind: ObjectStoreError.Kind) async throws {
        let engine = try ScriptedEngine(answer)
        let store = try engine.store()
        let error = try await failure {
            _ = try await store.get(try key(), range: nil, .none, limit: 100, within: .milliseconds(200))
        }
        #expect(error.kind == kind)
        #expect(!error.message.contains(ScriptedEngine.secretKey))
    }

    @Test func moreThanIsTakenIsRefused() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.object("hello"))
        let store = try engine.store()
        #expect(
            try await failure { _ = try await store.get(try key(), range: nil, .none, limit: 4, within: soon) }.kind
                == .tooLarge)
    }

    @Test func aServerThatIgnoresARangeGivesNoOtherBytes() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.object("0123456789"))
        guard
            case .bytes(let bytes, _) = try await engine.store().get(
                try key(), range: ByteRange(first: 3, last: 5), .none, limit: 3, within: soon)
        else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes == Array("345".utf8))
    }

    @Test func whatIsNotThereNeedNotBeRemoved() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.error(404, "NoSuchKey"))
        let store = try engine.store()
        try await store.delete(try key(), .none, within: soon)
        let etag = try #require(ETag("\"v1\""))
        #expect(try await failure { try await store.delete(try key(), .ifStill(etag), within: soon) }.kind == .absent)
    }
}
