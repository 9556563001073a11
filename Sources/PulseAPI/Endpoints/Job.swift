package import Transfer

extension PulseClient {
    /// `GET /job/{jobId}`: the job's fields, and its result once it is completed (get-job).
    ///
    /// The body, JSON of any length, goes to the sink as it arrives. `isAskedOnce` is for polls: they are repeated anyway.
    package func getJob(
        _ job: JobID, into sink: any BodySink, isAskedOnce: Bool = false, urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        try await get(
            .api(path: Self.path(of: job), for: RequestSubject(.job, job: job)), into: sink,
            isAskedOnce: isAskedOnce,
            urgency: urgency)
    }

    /// Below the API's origin.
    package static func path(of job: JobID) -> String { "/job/\(job.text)" }
}
