/// What a request is for, as those see it who watch over a client.
package struct RequestSubject: Sendable, Hashable {
    package enum Endpoint: String, Sendable, CaseIterable {
        /// `GET /job/{jobId}`
        case job
        /// `GET /results/{jobId}/images/{filename}`
        case image
        /// `GET /results/{jobId}/pdf`
        case pdf
        /// Where a result that came as a link waits.
        case largeResult = "large_result"
        /// The question whether a key is good.
        case keyCheck = "key_check"
    }

    package let endpoint: Endpoint
    package let job: JobID?
    /// The image's name, decoded; of an image alone.
    package let name: String?

    package init(_ endpoint: Endpoint, job: JobID? = nil, name: String? = nil) {
        self.endpoint = endpoint
        self.job = job
        self.name = name
    }
}

/// What became of one request: each is reported once, a request that is sent again as another one.
package struct RequestReport: Sendable {
    package let subject: RequestSubject
    /// `GET` or `HEAD`.
    package let method: String
    /// The status of an answer that was taken whole, or why there is none.
    package let outcome: Result<Int, APIError>

    package init(_ subject: RequestSubject, method: String, _ outcome: Result<Int, APIError>) {
        self.subject = subject
        self.method = method
        self.outcome = outcome
    }
}
