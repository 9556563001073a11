import ArtifactStore
import JobCache

/// All that is known of a path, and what to do about it: what `pulsefs explain` prints.
///
/// As JSON every key is always there, null when it is not known.
package struct Diagnosis: Sendable, Hashable, Codable {
    /// What was last asked for in vain.
    package struct Problem: Sendable, Hashable, Codable {
        package var request: String?
        package var status: Int?
        package var code: String?
        package var message: String?
        package var requestID: String?
        /// UTC: the last time, and the first since anything succeeded.
        package var time: String?
        package var since: String?
        package var tries: Int?
        /// Seconds.
        package var retryAfter: Int?

        private enum CodingKeys: String, CodingKey {
            case request, status, code, message, time, since, tries
            case requestID = "request_id"
            case retryAfter = "retry_after"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(request, forKey: .request)
            try container.encode(status, forKey: .status)
            try container.encode(code, forKey: .code)
            try container.encode(message, forKey: .message)
            try container.encode(requestID, forKey: .requestID)
            try container.encode(time, forKey: .time)
            try container.encode(since, forKey: .since)
            try container.encode(tries, forKey: .tries)
            try container.encode(retryAfter, forKey: .retryAfter)
        }
    }

    /// Below the root of the mount.
    package var path: String
    /// `Finding.word`.
    package var finding: String
    package var isFine: Bool
    /// What the path is, in words.
    package var what: String
    /// What is known, a sentence each.
    package var known: [String]
    /// What a program that opens it gets, such as `ENOENT`; nil when it gets the file.
    package var errno: String?
    /// Bytes of the file.
    package var size: UInt64?
    /// Whether the file's bytes are in the cache.
    package var isCached: Bool?
    package var problem: Problem?
    package var advice: String

    private enum CodingKeys: String, CodingKey {
        case path, finding, what, known, errno, size, problem, advice
        case isFine = "fine"
        case isCached = "cached"
    }

    package init(_ path: String, _ finding: Finding, what: String, job: String? = nil) {
        self.path = path
        self.finding = finding.word
        isFine = finding.isFine
        self.what = what
        known = []
        errno = Self.errno(finding)
        advice = AdviceTable.words(for: finding, job: job)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(finding, forKey: .finding)
        try container.encode(isFine, forKey: .isFine)
        try container.encode(what, forKey: .what)
        try container.encode(known, forKey: .known)
        try container.encode(errno, forKey: .errno)
        try container.encode(size, forKey: .size)
        try container.encode(isCached, forKey: .isCached)
        try container.encode(problem, forKey: .problem)
        try container.encode(advice, forKey: .advice)
    }

    private static func errno(_ finding: Finding) -> String? {
        switch finding {
        case .failure(let reason): ErrnoTable.name(of: ErrnoTable.errno(for: reason))
        case .fine, .notFetchedYet, .evicted, .neverAsked, .notShown, .outsideMount, .mountIsForeign: nil
        case .mountIsDead: "ENOTCONN"
        case .lostSingleUse: ErrnoTable.name(of: ErrnoTable.errno(for: .cacheFailed))
        default: ErrnoTable.name(of: ErrnoTable.errno(for: .notFound))
        }
    }
}

extension Diagnosis.Problem {
    init(_ trouble: Trouble) {
        let event = trouble.event
        request = event.request
        status = event.status
        code = event.code
        message = event.message
        requestID = event.requestID
        time = APITime.text(event.time)
        since = APITime.text(trouble.since)
        tries = trouble.tries
        retryAfter = event.retryAfter
    }

    init(_ failure: Failure) { message = Event.bounded(failure.words) }
}
