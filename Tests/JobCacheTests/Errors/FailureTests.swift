import ArtifactStore
import SystemPackage
import Testing
import Transfer

@testable import JobCache
@testable import PulseAPI

@Suite("Failure")
struct FailureTests {
    private func failure(_ cause: APIError.Cause) -> Failure {
        Failure(
            APIError(
                cause: cause, request: "GET /job/a", code: "AUTH_002", message: "Invalid key.", requestID: "req-1",
                retryAfter: nil))
    }

    @Test("the words are those of the API's error")
    func words() {
        #expect(
            failure(.status(401)).description == "GET /job/a was answered 401 AUTH_002: Invalid key. (request req-1)")
    }

    @Test("the same code word under two statuses is two reasons")
    func status() {
        #expect(failure(.status(401)).reason == .keyRefused)
        #expect(failure(.status(403)).reason == .forbidden)
    }

    @Test("each transport cause stays apart")
    func transport() {
        #expect(failure(.transport(.refused)).reason == .refused)
        #expect(failure(.transport(.hostUnreachable)).reason == .hostUnreachable)
        #expect(failure(.transport(.nameNotResolved)).reason == .nameNotResolved)
        #expect(failure(.transport(.networkUnreachable)).reason == .networkUnreachable)
        #expect(failure(.transport(.partialBody(expected: 3))).reason == .partialBody)
        #expect(failure(.transport(.connectionReset)).reason == .connectionLost)
        #expect(failure(.transport(.cancelled)).reason == .interrupted)
        #expect(failure(.transport(.shutDown)).reason == .shuttingDown)
    }

    @Test("what the disk says is the cache's failure, with its cause")
    func store() {
        let failure = Failure(StoreError(.system, "cannot write", cause: .noSpace))
        #expect(failure.reason == .cacheFailed)
        #expect(failure.words.contains("cannot write"))
    }

    @Test(
        "S5.2 only what the API says about the key hides what is known",
        arguments: Failure.Reason.allCases)
    func knownJobs(reason: Failure.Reason) {
        let hides: Set<Failure.Reason> = [.keyRefused, .forbidden, .noKey, .interrupted, .shuttingDown]
        #expect(Failure(reason, "").leavesKnownJobsReadable == !hides.contains(reason))
    }
}
