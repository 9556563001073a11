package import JSONStream

/// What the product knows of the answer of `GET /job/{jobId}`.
package struct JobAnswer: Sendable, Equatable {
    package var jobID: String?
    /// As the API spelled it; what it means is not decided here.
    package var status: String
    /// ISO 8601, as sent.
    package var createdAt: String?
    package var updatedAt: String?
    /// Why the job failed: `error` itself when it is a string, `message`, `text` or `detail` of it when it is an
    /// object, else its JSON; cut at `ResultFacts.textLimit`. Nil when absent or null.
    package var errorText: String?
    /// All members in order, `result` and those that the product does not know included.
    package var members: [JSONMember]
    /// Nil when absent or null.
    package var result: JobResult?

    /// An answer with more members than this is not taken for a job.
    package static let memberLimit = 4096

    package init(status: String, members: [JSONMember] = []) {
        self.status = status
        self.members = members
    }

    /// Reads an answer once from the beginning to the end.
    ///
    /// - Throws: `JSONError`: `unexpectedShape` for an answer that is JSON but has no `status`, or what `JSONScanner` throws.
    package static func scan(_ source: any ByteSource, chunkSize: Int? = nil) throws(JSONError) -> JobAnswer {
        var reader = AnswerReader(document: .job)
        try JSONScanner.scan(source, chunkSize: chunkSize, handler: &reader)
        if let kind = reader.otherDocument {
            throw JSONError(.unexpectedShape, at: 0, "The answer is not a job: it is \(kind.phrase), not an object.")
        }
        guard reader.job.members.count <= memberLimit else {
            throw JSONError(
                .unexpectedShape, at: 0, "The answer is not a job: it has more than \(memberLimit) members.")
        }
        let status = try reader.job.status.required("status")
        var answer = JobAnswer(status: status, members: reader.job.members)
        answer.jobID = reader.job.jobID
        answer.createdAt = reader.job.createdAt
        answer.updatedAt = reader.job.updatedAt
        answer.result = reader.job.resultRange.map { JobResult(range: $0, facts: reader.result) }
        answer.errorText = try reader.job.errorText(in: source)
        return answer
    }
}

/// The `result` of a job: where it is in the answer, and what is in it.
package struct JobResult: Sendable, Equatable {
    /// The bytes of the value, as sent.
    package var range: Range<UInt64>
    /// Nothing in it when the value is not an object.
    package var facts: ResultFacts

    package init(range: Range<UInt64>, facts: ResultFacts) {
        self.range = range
        self.facts = facts
    }
}
