import ArtifactStore
import Foundation
import SystemPackage
import Testing
import Transfer

@testable import JobCache
@testable import PulseAPI
@testable import PulseFS

@Suite("Event log")
struct EventLogTests {
    private static let job = JobID("abc")
    private let place = Place(job: "abc")

    private func log(most: Int = 1000, bytes: Int = 1 << 20) -> EventLog {
        EventLog(most: most, bytes: bytes, now: { Timestamp(nanoseconds: 1_740_000_000_250_000_000) })
    }

    private func failure(_ cause: APIError.Cause, message: String = "words", retryAfter: String? = nil) -> APIError {
        APIError(
            cause: cause, request: "GET /job/abc", code: "E1", message: message, requestID: "req-7",
            retryAfter: retryAfter)
    }

    private func report(_ outcome: Result<Int, APIError>, method: String = "GET") -> RequestReport {
        RequestReport(RequestSubject(.job, job: Self.job), method: method, outcome)
    }

    private func lines(_ log: EventLog) throws -> [[String: Any]] {
        try log.text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test("S7.5 a failed request is one line of JSON with what was asked and what came of it")
    func request() throws {
        let log = log()
        log.note(report(.failure(failure(.status(429), retryAfter: "7"))))
        log.note(report(.failure(failure(.status(429), retryAfter: "7"))))
        let lines = try lines(log)
        #expect(lines.count == 2)
        let line = try #require(lines.last)
        #expect(line["time"] as? String == "2025-02-19T21:20:00.250Z")
        #expect(line["event"] as? String == "request_failed")
        #expect(line["job"] as? String == "abc" && line["request"] as? String == "GET /job/abc")
        #expect(line["status"] as? Int == 429 && line["code"] as? String == "E1")
        #expect(line["message"] as? String == "words" && line["request_id"] as? String == "req-7")
        #expect(line["tries"] as? Int == 2 && line["retry_after"] as? Int == 7)
    }

    @Test("S7.5 what a program gets is a line with its errno, and does not count a request twice")
    func operation() throws {
        let log = log()
        log.note(report(.failure(failure(.transport(.refused)))))
        #expect(log.failed(Failure(failure(.transport(.refused))), at: place) == .connectionRefused)
        let line = try #require(try lines(log).last)
        #expect(line["event"] as? String == "operation_failed" && line["errno"] as? String == "ECONNREFUSED")
        #expect(log.trouble(at: place)?.tries == 1)
    }

    @Test("whoever gave up is no event, nor is the good answer about a key")
    func nothing() {
        let log = log()
        log.note(report(.failure(failure(.transport(.cancelled)))))
        _ = log.failed(Failure(.interrupted, "left"), at: place)
        log.note(RequestReport(RequestSubject(.keyCheck), method: "GET", .failure(failure(.status(404)))))
        #expect(log.events.isEmpty && log.keyTrouble == nil)
        log.note(RequestReport(RequestSubject(.keyCheck), method: "GET", .failure(failure(.status(401)))))
        #expect(log.keyTrouble?.reason == .keyRefused)
    }

    @Test("S5.5 trouble is remembered until a request succeeds; a size that is told is not the bytes")
    func troubles() {
        let log = log()
        log.note(report(.failure(failure(.status(500)))))
        log.note(report(.success(200), method: "HEAD"))
        #expect(log.trouble(at: place)?.reason == .serverError)
        log.note(report(.success(200)))
        #expect(log.trouble(at: place) == nil)
        log.note(report(.failure(failure(.status(404))), method: "HEAD"))
        log.note(report(.success(200), method: "HEAD"))
        #expect(log.trouble(at: place) == nil)
    }

    @Test("S4.1 what another key was told is forgotten with it")
    func replaced() {
        let log = log()
        log.note(report(.failure(failure(.status(403)))))
        log.record(.keyReplaced)
        #expect(log.trouble(at: place) == nil && log.events.count == 2)
    }

    @Test("S7.5 the log is bounded in events and in bytes, and the latest stay")
    func bounded() throws {
        let few = log(most: 3)
        for number in 1...10 { few.record(.jobExpired, Place(job: "job-\(number)")) }
        #expect(few.events.map { $0.place?.job } == ["job-8", "job-9", "job-10"])
        let small = log(bytes: 5000)
        let long = String(repeating: "x", count: 5000)
        for _ in 1...100 { small.record(.cacheUnwritable, message: long) }
        #expect(small.text.utf8.count < 5000)
        #expect(small.events.allSatisfy { ($0.message?.count ?? 0) <= 501 })
    }

    @Test("S7.5 text from outside forges no line and shows nothing that cannot be seen")
    func printable() throws {
        let log = log()
        log.note(report(.failure(failure(.status(500), message: "a\nb\u{1b}[31m \"c\" \\ \u{202e}d"))))
        log.record(.jobExpired, Place(job: "abc", file: "images/\u{7}bell"))
        let lines = try lines(log)
        #expect(lines.count == 2)
        #expect(lines[0]["message"] as? String == "a b [31m \"c\" \\ d")
        #expect(lines[1]["file"] as? String == "images/\u{7}bell")
        #expect(log.text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
    }

    @Test("requests are counted by what they were for and what came of them")
    func counts() {
        let log = log()
        for _ in 1...3 { log.note(report(.success(200))) }
        log.note(report(.failure(failure(.transport(.stalled)))))
        #expect(
            log.requests.all.map { "\($0.kind.endpoint.rawValue) \($0.kind.outcome) \($0.count)" } == [
                "job 200 3", "job timed_out 1",
            ])
    }
}
