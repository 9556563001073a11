import Transfer

/// What an answer that is no success means: a pure value, the one place where a status and a code become a kind of error.
struct S3Verdict: Hashable {
    /// What is to be put right before the call is made again, once.
    enum Correction: Hashable {
        /// The credentials have expired, or are others by now: they are to be read again.
        case credentials
        /// The clocks differ: the answer's date is to be taken.
        case clock
        /// The bucket is in that region.
        case region(String?)
    }

    let kind: ObjectStoreError.Kind
    var correction: Correction?
    /// The same call may be answered otherwise in a moment.
    var mayPass = false
    /// A write may have been done though this was the answer.
    var mayHaveBeenDone = false

    init(status: Int, _ body: S3ErrorBody, region: String? = nil) {
        switch (status, body.code) {
        case (404, "NoSuchKey"): kind = .absent
        case (404, "NoSuchBucket"): kind = .noSuchBucket
        case (412, _), (_, "PreconditionFailed"): kind = .conditionFailed
        case (_, "RequestTimeTooSkewed"):
            kind = .denied
            correction = .clock
        case (_, "ExpiredToken"), (_, "ExpiredTokenException"), (_, "TokenRefreshRequired"), (_, "InvalidToken"),
            (_, "InvalidAccessKeyId"), (_, "SignatureDoesNotMatch"), (403, nil), (401, nil):
            kind = .denied
            correction = .credentials
        case (301, _), (400, "AuthorizationHeaderMalformed"):
            kind = .wrongRegion
            correction = .region(body.region ?? region)
        case (409, _):
            kind = .conflict
            mayPass = true
        case (416, _): kind = .beyondEnd
        case (403, _), (401, _): kind = .denied
        case (501, _), (405, _): kind = .notSupported
        case (503, _), (429, _), (_, "SlowDown"):
            kind = .unavailable(.slowDown)
            mayPass = true
        case (500..., _), (_, "InternalError"), (_, "RequestTimeout"):
            kind = .unavailable(.status(status))
            mayPass = true
            mayHaveBeenDone = true
        case (307, _):
            kind = .unavailable(.status(status))
            mayPass = true
        default: kind = .invalidAnswer
        }
    }

    /// What comes of a request that was not answered.
    init(_ error: TransferError, isWrite: Bool) {
        switch error.code {
        case .cancelled, .shutDown: kind = .cancelled
        case .tooLarge: kind = .tooLarge
        case .sink, .source: kind = .notTaken
        case .invalidURL, .invalidRequest, .forbiddenAddress, .invalidResponse: kind = .invalidAnswer
        case .nameNotResolved, .refused, .hostUnreachable, .networkUnreachable, .connectTimedOut, .tls,
            .connectionReset,
            .stalled, .totalTimedOut, .partialBody, .other:
            kind = isWrite && error.delivery == .unclear ? .unclear : .unavailable(.unreached(error.code))
            // An engine that was not reached is left alone for a while; one that broke a connection off is there.
            mayPass = error.code == .connectionReset || error.code.isPartialBody
        }
        mayHaveBeenDone = isWrite && error.delivery == .unclear
    }
}

extension TransferError.Code {
    fileprivate var isPartialBody: Bool { if case .partialBody = self { true } else { false } }
}
