package import Transfer

extension PulseClient {
    /// `GET /results/{jobId}/pdf`: the filled form of a form job; 404 for any other.
    package func getFormPDF(
        _ job: JobID, _ part: FilePart? = nil, into sink: any BodySink, urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        try await get(
            .api(path: EndpointPath.formPDF(job), for: RequestSubject(.pdf, job: job)), part, into: sink,
            refusesPages: true, urgency: urgency)
    }

    /// `HEAD /results/{jobId}/pdf`: what the server says of the form without sending it. Not documented.
    package func headFormPDF(
        _ job: JobID, urgency: Urgency = .foreground
    ) async throws(APIError) -> FileAnnouncement {
        try await head(.api(path: EndpointPath.formPDF(job), for: RequestSubject(.pdf, job: job)), urgency: urgency)
    }
}

extension EndpointPath {
    package static func formPDF(_ job: JobID) -> String { "/results/\(job.text)/pdf" }
}
