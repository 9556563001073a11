package import ArtifactStore
package import PulseAPI
import Transfer

/// Why something of the tree cannot be had. Absent, refused, unreachable and interrupted stay apart up to the errno table.
package struct Failure: Error, Sendable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable, CaseIterable {
        case notFound, gone, badName
        case keyRefused, keyUnconfirmed, forbidden, noKey, paymentRequired
        case busy, serverError, unexpectedStatus
        case timedOut, refused, hostUnreachable, networkUnreachable, nameNotResolved, connectionLost, tls
        case forbiddenAddress
        case partialBody, badAnswer, notAJob, tooLarge, changed
        case interrupted, shuttingDown, cacheFailed, noRoom, outgrown
    }

    package let reason: Reason
    /// One line for people: what was asked and what came of it.
    package let words: String

    /// How long the API wants to be left alone.
    package let retryAfter: Duration?

    /// What the cache said, when it was the cache that failed.
    let storeError: StoreError?

    /// What the API said, or the network, when a request failed.
    package let apiError: APIError?

    package init(_ reason: Reason, _ words: String) {
        self.reason = reason
        self.words = words
        (retryAfter, storeError, apiError) = (nil, nil, nil)
    }

    package var description: String { words }

    package static let changed = Failure(
        .changed, "the server changed the file while it was read, so that what had been read is of another version")

    static let outgrown = Failure(
        .outgrown,
        "the file is larger than what --cache-size and the disk leave, and the server does not serve parts of it that could be told from those of another version: give the cache more room, or another disk with --cache-dir"
    )

    /// How large a file is that is not fetched as it is too large, in bytes, if the server has said so.
    var announcedSize: UInt64? {
        guard case .transport(.tooLarge(_, let announced)) = apiError?.cause else { return nil }
        return announced
    }

    /// There is no such thing, or not by that name, as far as anyone has said.
    package var isAbsence: Bool { isDenial || reason == .badName }

    /// The API says of a thing that it is not there, or not any more.
    package var isDenial: Bool { reason == .notFound || reason == .gone }

    /// Asking again about a job may bring an answer. `isKnown` says that the API has shown the job before: then also what is
    /// no answer to use, or says that there is no such job, may be a mistake of the moment.
    func mayPass(isKnown: Bool) -> Bool {
        switch reason {
        case .busy, .serverError, .timedOut, .refused, .hostUnreachable, .networkUnreachable, .nameNotResolved,
            .connectionLost, .partialBody, .changed:
            true
        case .notFound, .gone, .unexpectedStatus, .tls, .badAnswer, .notAJob, .tooLarge, .cacheFailed, .noRoom,
            .outgrown:
            isKnown
        case .badName, .keyRefused, .keyUnconfirmed, .forbidden, .noKey, .paymentRequired, .interrupted, .shuttingDown,
            .forbiddenAddress:
            false
        }
    }
}

extension Failure {
    package init(_ error: APIError) {
        let reason: Reason =
            switch error.cause {
            case .noKey: .noKey
            case .badURL: .badAnswer
            case .status(let status): Self.reason(ofStatus: status)
            case .transport(let code): Self.reason(of: code)
            }
        self.reason = reason
        words = error.description
        (retryAfter, storeError, apiError) = (error.retryDelay(), nil, error)
    }

    package init(_ error: StoreError) {
        reason = error.code == .outgrown ? .outgrown : .cacheFailed
        words = error.description
        (retryAfter, storeError, apiError) = (nil, error, nil)
    }

    /// The disk does not take what can be fetched only once; what it said is kept. Another error of the cache than a lack of
    /// room stays what it is.
    init(noRoom error: StoreError, _ words: String) {
        reason = error.isOutOfRoom ? .noRoom : .cacheFailed
        self.words = words
        (retryAfter, storeError, apiError) = (nil, error, nil)
    }

    private static func reason(ofStatus status: Int) -> Reason {
        switch StatusMeaning(status).kind {
        case .refusedName: .badName
        case .keyRefused: .keyRefused
        case .paymentRequired: .paymentRequired
        case .forbidden: .forbidden
        case .absent: .notFound
        case .gone: .gone
        case .busy: .busy
        case .timedOut where status < 500: .timedOut
        case .serverError, .timedOut: .serverError
        case .unsupported: status >= 500 ? .serverError : .unexpectedStatus
        case .answered, .rangeRefused, .unexpected: .unexpectedStatus
        }
    }

    private static func reason(of code: TransferError.Code) -> Reason {
        switch code {
        case .nameNotResolved: .nameNotResolved
        case .refused: .refused
        case .hostUnreachable: .hostUnreachable
        case .networkUnreachable: .networkUnreachable
        case .forbiddenAddress: .forbiddenAddress
        case .connectionReset: .connectionLost
        case .connectTimedOut, .stalled, .totalTimedOut: .timedOut
        case .partialBody: .partialBody
        case .tls: .tls
        case .tooLarge: .tooLarge
        case .sink, .source: .cacheFailed
        case .cancelled: .interrupted
        case .shutDown: .shuttingDown
        case .invalidURL, .invalidRequest, .invalidResponse, .other: .badAnswer
        }
    }
}
