import SystemPackage
import Testing
import Transfer

@testable import JobCache
@testable import PulseAPI
@testable import PulseFS

/// Each row of the contract's table of errors, from what the API or the network did to what the reader sees.
@Suite("Errno table")
struct ErrnoTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let causes: [APIError.Cause]
        let errno: Errno

        var testDescription: String { text }
    }

    static let rows: [Row] = [
        Row(
            text: "404 on job or image; 410; malformed id: ENOENT", causes: [.status(404), .status(410)],
            errno: .noSuchFileOrDirectory),
        Row(text: "400 on a name: ENOENT", causes: [.status(400)], errno: .noSuchFileOrDirectory),
        Row(text: "401, 403: EACCES", causes: [.status(401), .status(403), .noKey], errno: .permissionDenied),
        Row(text: "402: EDQUOT", causes: [.status(402)], errno: .diskQuotaExceeded),
        Row(
            text: "429 or 503 after the retry budget: EBUSY", causes: [.status(425), .status(429), .status(503)],
            errno: .resourceBusy),
        Row(
            text: "other 5xx after the retry budget; body shorter than announced, after retry: EIO",
            causes: [
                .status(500), .status(501), .status(502), .status(504), .status(599),
                .transport(.partialBody(expected: 5)),
                .transport(.partialBody(expected: nil)), .transport(.connectionReset),
            ],
            errno: .ioError),
        Row(
            text: "no answer in time: ETIMEDOUT",
            causes: [.transport(.connectTimedOut), .transport(.stalled), .transport(.totalTimedOut), .status(408)],
            errno: .timedOut),
        Row(text: "refused: ECONNREFUSED", causes: [.transport(.refused)], errno: .connectionRefused),
        Row(
            text: "unreachable, name not found: EHOSTUNREACH",
            causes: [.transport(.hostUnreachable), .transport(.nameNotResolved)], errno: .noRouteToHost),
        Row(text: "unreachable: ENETUNREACH", causes: [.transport(.networkUnreachable)], errno: .networkUnreachable),
        Row(
            text: "TLS failure: EPROTO",
            causes: [.transport(.tls(.certificate)), .transport(.tls(.hostname)), .transport(.tls(.protocol))],
            errno: .protocolError),
        Row(
            text: "larger than --max-artifact-size: EFBIG", causes: [.transport(.tooLarge(limit: 1))],
            errno: .fileTooLarge),
        Row(text: "the reader was killed or interrupted: EINTR", causes: [.transport(.cancelled)], errno: .interrupted),
        Row(
            text: "an answer that is no use: EIO",
            causes: [
                .status(204), .status(302), .status(405), .status(409), .status(418), .badURL,
                .transport(.invalidResponse), .transport(.other),
                .transport(.invalidURL), .transport(.invalidRequest), .transport(.sink(errno: 28)),
                .transport(.source(errno: 5)),
                .transport(.shutDown),
            ],
            errno: .ioError),
    ]

    @Test("S5 what happened, and the errno for it", arguments: rows)
    func table(row: Row) {
        for cause in row.causes {
            let error = APIError(
                cause: cause, request: "GET /job/a", code: nil, message: "words", requestID: nil, retryAfter: nil)
            #expect(ErrnoTable.errno(for: Failure(error)) == row.errno, "\(cause)")
        }
    }

    @Test("S5 JSON that is not a job: EBADMSG")
    func notAJob() {
        #expect(ErrnoTable.errno(for: Failure(.notAJob, "words")) == .badMessage)
    }

    @Test("S5 the server changed the file while it was read: ESTALE")
    func changed() {
        #expect(ErrnoTable.errno(for: Failure.changed) == .staleNFSFileHandle)
        #expect(ErrnoTable.name(of: .staleNFSFileHandle) == "ESTALE")
        #expect(Failure.changed.mayPass(isKnown: true))
    }

    @Test("S5 every reason is in the table, and none of them is success")
    func complete() {
        for reason in Failure.Reason.allCases {
            #expect(ErrnoTable.errno(for: reason).rawValue > 0)
            let absent = ErrnoTable.errno(for: reason) == .noSuchFileOrDirectory
            // "Unreachable" is never "absent".
            #expect(absent == [.notFound, .gone, .badName].contains(reason), "\(reason)")
            #expect(Failure(reason, "").isAbsence == absent)
        }
    }
}
