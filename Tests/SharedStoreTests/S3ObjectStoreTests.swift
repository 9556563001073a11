import Glibc
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

    @Test func whatIsGoneAfterAnAttemptInDoubtIsRemovedAllTheSame() async throws {
        let answers = [ScriptedEngine.error(500, "InternalError"), ScriptedEngine.error(404, "NoSuchKey")]
        let engine = try ScriptedEngine(answers.map { .http($0) })
        try await engine.store(time: Self.hasty).delete(try key(), .none, within: soon)
        let etag = try #require(ETag("\"v1\""))
        let again = try ScriptedEngine(answers.map { .http($0) })
        let other = try again.store(time: Self.hasty)
        #expect(try await failure { try await other.delete(try key(), .ifStill(etag), within: soon) }.kind == .unclear)
        #expect(again.asked.count == 2)
    }

    // MARK: Asking again

    /// Time in which pauses take none.
    private static var hasty: StoreTime { StoreTime(ImmediateClock(), chance: { 0.5 }) }

    @Test func whatMayPassIsAskedAgain() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.error(500, "InternalError"), ScriptedEngine.error(503, "SlowDown"),
            ScriptedEngine.error(503, "SlowDown"), ScriptedEngine.object("x"))
        let store = try engine.store(time: Self.hasty)
        _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon)
        #expect(engine.asked.count == 4)
    }

    @Test func fiveHundredIsNeverAbsentAndEndsWithTheBudget() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.error(500, "InternalError"))
        let store = try engine.store()
        let error = try await failure {
            _ = try await store.get(try key(), range: nil, .none, limit: 5, within: .milliseconds(400))
        }
        #expect(error.kind == .unavailable(.status(500)))
        #expect(error.attempts > 1)
        #expect(!error.mayHaveBeenDone)
    }

    @Test func aConditionThatFailsAfterAnAttemptInDoubtIsUnclear() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.error(500, "InternalError"), ScriptedEngine.error(412, "PreconditionFailed"))
        let store = try engine.store(time: Self.hasty)
        let error = try await failure { _ = try await store.put(try key(), .bytes([1]), .ifAbsent, within: soon) }
        #expect(error.kind == .unclear)
        #expect(error.mayHaveBeenDone)
        // Whoever was told to slow down was not served.
        let other = try ScriptedEngine(
            ScriptedEngine.error(503, "SlowDown"), ScriptedEngine.error(412, "PreconditionFailed"))
        let certain = try other.store(time: Self.hasty)
        #expect(
            try await failure { _ = try await certain.put(try key(), .bytes([1]), .ifAbsent, within: soon) }.kind
                == .conditionFailed)
    }

    @Test func aWriteWhoseAnswerIsLostIsUnclearWhenItDependsOnSomethingAndDoneAgainWhenNot() async throws {
        let engine = try ScriptedEngine([.lost, .http(ScriptedEngine.answer(200, ["ETag": "\"n\""]))])
        let store = try engine.store(time: Self.hasty)
        let error = try await failure { _ = try await store.put(try key(), .bytes([1]), .ifAbsent, within: soon) }
        #expect(error.kind == .unclear)
        #expect(engine.asked.count == 1)
        let other = try ScriptedEngine([.lost, .http(ScriptedEngine.answer(200, ["ETag": "\"n\""]))])
        _ = try await other.store(time: Self.hasty).put(try key(), .bytes([1]), .none, within: soon)
        #expect(other.asked.count == 2)
    }

    @Test func anAnswerWithoutAnETagLeavesOpenWhatIsThere() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.answer(200))
        let store = try engine.store()
        #expect(
            try await failure { _ = try await store.put(try key(), .bytes([1]), .none, within: soon) }.kind == .unclear)
    }

    @Test func aClockThatIsWrongIsSetByTheAnswerOnce() async throws {
        let skewed = ScriptedEngine.error(403, "RequestTimeTooSkewed", "", ["Date": "Fri, 24 May 2013 00:01:30 GMT"])
        let engine = try ScriptedEngine(skewed, ScriptedEngine.object("x"))
        let store = try engine.store()
        _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon)
        #expect(engine.asked.last?.headers["x-amz-date"]?.hasPrefix("20130524T00013") == true)
        #expect(engine.asked.last?.problem == nil)
        let stubborn = try ScriptedEngine(skewed)
        let other = try stubborn.store()
        #expect(
            try await failure { _ = try await other.get(try key(), range: nil, .none, limit: 5, within: soon) }.kind
                == .denied)
        #expect(stubborn.asked.count == 2)
    }

    @Test func credentialsThatHaveExpiredAreReadAnewOnce() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.error(400, "ExpiredToken"), ScriptedEngine.object("x"))
        let reads = Mutex(0)
        let keeper = CredentialKeeper { () throws(CredentialTrouble) in
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            let token = "token-\(number)"
            guard
                let some = StoreCredentials(accessKey: "A", secretKey: ScriptedEngine.secretKey, sessionToken: token)
            else { throw CredentialTrouble("none") }
            return some
        }
        let store = try engine.store(keeper: keeper)
        _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon)
        #expect(engine.asked.map { $0.headers["x-amz-security-token"] } == ["token-1", "token-2"])
        #expect(engine.asked.map(\.problem) == [nil, nil])
    }

    @Test func aRegionThatIsNamedIsSignedForFromThenOn() async throws {
        let engine = try ScriptedEngine(
            ScriptedEngine.error(
                301, "PermanentRedirect", "<Endpoint>evil.example</Endpoint>", ["x-amz-bucket-region": "eu-west-1"]),
            ScriptedEngine.object("x"), ScriptedEngine.object("y"))
        let store = try engine.store()
        for _ in 0..<2 { _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon) }
        #expect(engine.asked.map { $0.headers["authorization"]?.contains("/eu-west-1/s3/") } == [false, true, true])
        #expect(engine.asked.map(\.problem) == [nil, nil, nil])
        let turning = try ScriptedEngine(
            ScriptedEngine.error(400, "AuthorizationHeaderMalformed", "<Region>a-1</Region>"),
            ScriptedEngine.error(400, "AuthorizationHeaderMalformed", "<Region>b-1</Region>"))
        let other = try turning.store()
        #expect(
            try await failure { _ = try await other.get(try key(), range: nil, .none, limit: 5, within: soon) }.kind
                == .wrongRegion)
        #expect(turning.asked.count == 2)
    }

    @Test func withoutCredentialsNothingIsSent() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.object("x"))
        let store = try engine.store(
            keeper: CredentialKeeper { () throws(CredentialTrouble) in throw CredentialTrouble("there are none") })
        let error = try await failure { _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon) }
        #expect(error.kind == .noCredentials)
        #expect(error.message.contains("there are none"))
        #expect(engine.asked.isEmpty)
    }

    // MARK: An engine that is not there

    @Test func anEngineThatRefusesIsAskedOnceInFiveSeconds() async throws {
        let unused = try ScriptedServer.unusedPort()
        defer { close(unused.holder) }
        let location = StoreLocation(
            try StoreAddress("s3://bucket"), endpoint: try StoreEndpoint("http://127.0.0.1:\(unused.port)"))
        let clock = ManualClock()
        let credentials = try #require(ScriptedEngine.credentials)
        let store = S3ObjectStore(
            location, credentials: CredentialKeeper { credentials },
            engine: try TransferEngine(.init(userAgent: "tests")),
            time: StoreTime(clock))
        func kind() async throws -> ObjectStoreError.Kind {
            try await failure { _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon) }.kind
        }
        #expect(try await kind() == .unavailable(.unreached(.refused)))
        #expect(store.isKeptBack)
        #expect(try await kind() == .unavailable(.keptBack(.seconds(5))))
        clock.advance(by: .seconds(4))
        #expect(try await kind() == .unavailable(.keptBack(.seconds(1))))
        clock.advance(by: .seconds(1))
        #expect(try await kind() == .unavailable(.unreached(.refused)))
        #expect(try await kind() == .unavailable(.keptBack(.seconds(5))))
    }

    @Test func anEngineThatSaysNothingIsWaitedForAsLongAsIsGiven() async throws {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            connection.waitForClose()
        }
        let location = StoreLocation(try StoreAddress("s3://bucket"), endpoint: try StoreEndpoint(server.url("")))
        let credentials = try #require(ScriptedEngine.credentials)
        let store = S3ObjectStore(
            location, credentials: CredentialKeeper { credentials },
            engine: try TransferEngine(.init(userAgent: "tests")))
        let begin = ContinuousClock.now
        let error = try await failure {
            _ = try await store.get(try key(), range: nil, .none, limit: 5, within: .milliseconds(300))
        }
        #expect(error.kind == .unavailable(.unreached(.stalled)))
        #expect(ContinuousClock.now - begin < .seconds(5))
        #expect(store.isKeptBack)
    }

    @Test func aBreakerIsClosedByAnyAnswerAndOneStuckRequestDoesNotOpenIt() {
        var breaker = StoreBreaker()
        guard case .success(let stuck) = breaker.admit(at: .zero), case .success(let quick) = breaker.admit(at: .zero)
        else {
            Issue.record("kept back")
            return
        }
        breaker.answered(quick)
        breaker.unreached(stuck, at: .zero)
        #expect(!breaker.isOpen)
        for name in ["a", "a", "a", "b"] {
            guard case .success(let pass) = breaker.admit(at: .zero) else {
                Issue.record("kept back")
                return
            }
            breaker.erred(pass, for: name, at: .zero)
        }
        #expect(!breaker.isOpen)
        breaker.erred(quick, for: "c", at: .zero)
        #expect(breaker.isOpen)
        guard case .success(let probe) = breaker.admit(at: .seconds(5)) else {
            Issue.record("kept back")
            return
        }
        #expect(breaker.admit(at: .seconds(5)) == .failure(.init(wait: .zero)))
        breaker.withdrawn(probe, at: .seconds(5))
        guard case .success(let next) = breaker.admit(at: .seconds(5)) else {
            Issue.record("kept back")
            return
        }
        breaker.answered(next)
        #expect(!breaker.isOpen)
    }
}

/// A clock whose sleeps take no time.
struct ImmediateClock: Clock {
    typealias Instant = ContinuousClock.Instant
    var now: Instant { .now }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws { try Task.checkCancellation() }
}
