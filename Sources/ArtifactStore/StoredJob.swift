/// A job's number in one cache: given once, never reused, and so the root of its inode numbers.
package struct JobOrdinal: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// An artifact's number within its job, never reused for another name.
package struct ArtifactSlot: Hashable, Comparable, Sendable {
    package let rawValue: Int

    package init(_ rawValue: Int) { self.rawValue = rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What is known of a job, enough to answer for its whole tree without the network.
package struct StoredJob: Sendable, Hashable {
    /// The API the job lives at, such as `https://api.example.com`; ids of different APIs never meet.
    package var origin: String
    package var id: String
    /// As the API spelled it.
    package var status: String
    /// No further change is expected.
    package var isTerminal: Bool
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?
    /// When the API last answered for this job.
    package var checkedAt: Timestamp
    /// The job's fields but `result`, as JSON.
    package var statusDocument: [UInt8]
    /// The words of `error.txt`, when there is something to explain.
    package var explanation: String?
    /// Where a result that was not part of the answer waits, until it has been fetched.
    package var largeResultURL: String?
    /// Of the document, as its result says; nil while that is not known.
    package var pageCount: Int?
    /// What people call the document: the first heading of it; nil while that is not known, or where there is none.
    package var title: String?
    /// What was done with the document, in a word, as its result shows; nil while that is not known.
    package var kind: String?

    package init(
        origin: String, id: String, status: String, isTerminal: Bool, createdAt: Timestamp?, updatedAt: Timestamp?,
        checkedAt: Timestamp, statusDocument: [UInt8], explanation: String?, largeResultURL: String?
    ) {
        self.origin = origin
        self.id = id
        self.status = status
        self.isTerminal = isTerminal
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.checkedAt = checkedAt
        self.statusDocument = statusDocument
        self.explanation = explanation
        self.largeResultURL = largeResultURL
    }
}

/// A job with its artifacts, as the index has them.
package struct StoredTree: Sendable, Hashable {
    package let ordinal: JobOrdinal
    package let job: StoredJob
    package let artifacts: [StoredArtifact]
}

/// A line of the list of known jobs.
package struct KnownJob: Sendable, Hashable {
    package let ordinal: JobOrdinal
    package let id: String
    package let status: String
    package let isTerminal: Bool
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?
    package let checkedAt: Timestamp
    package let pageCount: Int?
    /// Nil also where it was not asked for.
    package var title: String?
    package var kind: String?
}
