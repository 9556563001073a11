package import ArtifactStore
import PulseAPI
import SystemPackage

/// Something of a mount's life that whoever operates it may want to know. A line of `.pulsefs/log`.
package struct Event: Sendable, Hashable {
    /// The words of the log; they are relied on by scripts.
    package enum Kind: String, Sendable, CaseIterable {
        /// A request to the API did not give what was asked for.
        case requestFailed = "request_failed"
        /// A program got an error from the mount.
        case operationFailed = "operation_failed"
        /// What the key reads is closed, open again, or another key is in use; its source could not be read.
        case keyClosed = "key_closed"
        case keyOpened = "key_opened"
        case keyReplaced = "key_replaced"
        case keyUnreadable = "key_unreadable"
        /// The API has let go of a job.
        case jobExpired = "job_expired"
        /// What happened to a result that can be fetched only once, as in the ledger.
        case resultClaimed = "result_claimed"
        case resultDelivered = "result_delivered"
        case resultGone = "result_gone"
        case resultUnusable = "result_unusable"
        case resultLost = "result_lost"
        case resultUploaded = "result_uploaded"
        case resultTaken = "result_taken"
        /// This machine asks for such a result in place of one that has fallen silent.
        case claimTakenOver = "claim_taken_over"
        case cacheUnwritable = "cache_unwritable"
        case cacheWritable = "cache_writable"
        case fileQuarantined = "file_quarantined"
        case indexRebuilt = "index_rebuilt"
        case filesEvicted = "files_evicted"
        /// A result names more images than are listed.
        case listingCut = "listing_cut"
        /// A store that machines share cannot be asked, or can again.
        case storeLost = "store_lost"
        case storeBack = "store_back"
        /// The first of its objects that did not open.
        case storeObjectRejected = "store_object_rejected"
        /// This machine asks the API about a job in place of one that has fallen silent.
        case pollTakenOver = "poll_taken_over"
    }

    package let kind: Kind
    package let time: Timestamp
    package var place: Place?
    /// Such as `GET /job/abc`.
    package var request: String?
    package var status: Int?
    /// The API's own word, such as `AUTH_002`.
    package var code: String?
    package var message: String?
    package var requestID: String?
    /// Such as `ENOENT`.
    package var errno: String?
    /// How often in a row the same was asked for in vain.
    package var tries: Int?
    /// Seconds that the API wants to be left alone.
    package var retryAfter: Int?

    package init(_ kind: Kind, at time: Timestamp, _ place: Place? = nil, message: String? = nil) {
        self.kind = kind
        self.time = time
        self.place = place
        self.message = message.flatMap { Self.bounded($0) }
    }

    /// In Unicode scalars.
    private static let longestText = 500

    /// A text from outside: one line of what can be seen, not too long. Nil when nothing is left.
    package static func bounded(_ text: String) -> String? {
        guard let line = Explanation.words(text) else { return nil }
        let scalars = line.unicodeScalars
        return scalars.count > longestText ? String(scalars.prefix(longestText)) + "…" : line
    }

    /// Takes in what is known of a request that failed.
    mutating func take(_ error: APIError) {
        request = Self.bounded(error.request)
        if case .status(let status) = error.cause { self.status = status }
        code = error.code.flatMap { Self.bounded($0) }
        message = Self.bounded(error.message)
        requestID = error.requestID.flatMap { Self.bounded($0) }
        retryAfter = error.retryDelay().map { Int($0.components.seconds) }
    }

    /// Bytes that it takes in the log, about.
    var weight: Int {
        let texts = [place?.job, place?.file, request, code, message, requestID]
        return texts.reduce(120) { $0 + ($1?.utf8.count ?? 0) }
    }
}

/// What of the tree an event is about.
package struct Place: Sendable, Hashable {
    package let job: String
    private let path: FileName?
    /// The path within the job, such as `images/a.png`; nil for the job itself.
    package var file: String? { path?.text }

    package init(job: String, file: String? = nil) {
        self.job = job
        path = file.map { FileName($0) }
    }
}

extension Place {
    package init(_ job: Job, _ artifact: StoredArtifact) { self.init(job: job.id.text, file: artifact.path) }

    /// Nil for what is about no job.
    init?(_ subject: RequestSubject) {
        guard let job = subject.job else { return nil }
        switch subject.endpoint {
        case .job: self.init(job: job.text)
        case .image: self.init(job: job.text, file: subject.name.map(ArtifactKind.path(ofImage:)))
        case .pdf: self.init(job: job.text, file: ArtifactKind.form.name)
        // The other files of a result are cut out of this one.
        case .largeResult: self.init(job: job.text, file: ArtifactKind.result.name)
        case .keyCheck: return nil
        }
    }
}
