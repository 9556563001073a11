package import Transfer

extension PulseClient {
    /// The `url` of a result that came as a link: `GET /large_results/{jobId}`, or a presigned URL of an object store.
    ///
    /// Single use: one complete download ends it, as does an hour after the job's end; from then on the answer is 410. A
    /// server may also call it used as soon as it was asked. So it is not hung up on while it is silent, and it is asked
    /// again only when no answer has begun: what has, whoever owns the sink goes on with.
    /// `job` is whose result it is, for whoever watches over the client; `part` is what is missing of it.
    package func getLargeResult(
        at url: String, of job: JobID? = nil, _ part: FilePart? = nil, into sink: any BodySink,
        urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        let isPath = url.hasPrefix("/") && !url.hasPrefix("//")
        let subject = RequestSubject(.largeResult, job: job)
        let target: Target =
            isPath
            ? .api(path: WebAddress.encodedPath(url), for: subject)
            : .named(url: WebAddress.encoded(url) ?? url, for: subject)
        return try await get(target, part, into: sink, urgency: urgency)
    }

    /// Whether `getLargeResult` has anyone to ask: else nothing is sent, and nothing is used up.
    package static func canAsk(forLargeResultAt url: String) -> Bool {
        (url.hasPrefix("/") && !url.hasPrefix("//")) || WebAddress.encoded(url) != nil
    }
}
