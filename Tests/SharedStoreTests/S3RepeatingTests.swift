import Glibc
import PulseTestSupport
import Synchronization
import Testing
import Transfer

@testable import SharedStore

/// When a call is made again, and when it is not made at all.
@Suite(.timeLimit(.minutes(1))) struct S3RepeatingTests {
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

    @Test(arguments: ["SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied"])
    func whoIsRefusedWithTheOnlyCredentialsThereAreDoesNotInsist(code: String) async throws {
        let engine = try ScriptedEngine(ScriptedEngine.error(403, code))
        let store = try engine.store()
        #expect(
            try await failure { _ = try await store.get(try key(), range: nil, .none, limit: 5, within: soon) }.kind
                == .denied)
        #expect(engine.asked.count == 1)
    }

    @Test func credentialsThatHaveBeenReplacedWhereTheyStandAreReadAnew() async throws {
        let engine = try ScriptedEngine(ScriptedEngine.error(403, "InvalidAccessKeyId"), ScriptedEngine.object("x"))
        let reads = Mutex(0)
        let keeper = CredentialKeeper { () throws(CredentialTrouble) in
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            guard let some = StoreCredentials(accessKey: "AKID\(number)", secretKey: ScriptedEngine.secretKey) else {
                throw CredentialTrouble("none")
            }
            return some
        }
        _ = try await engine.store(keeper: keeper).get(try key(), range: nil, .none, limit: 5, within: soon)
        #expect(engine.asked.map { $0.headers["authorization"]?.contains("AKID2/") } == [false, true])
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
            engine: TransferEngine(.init(userAgent: "tests")),
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
            engine: TransferEngine(.init(userAgent: "tests")))
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
