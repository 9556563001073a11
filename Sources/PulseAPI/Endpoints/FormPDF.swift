package import Transfer

extension PulseClient {
    /// `GET /results/{jobId}/pdf`: the filled form of a form job; 404 for any other.
    package func getFormPDF(
        _ job: JobID, into sink: any BodySink, urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        try await get(.api(path: "/results/\(job.text)/pdf"), into: sink, refusesPages: true, urgency: urgency)
    }

    /// `HEAD /results/{jobId}/pdf`: the form's size in bytes; nil when the answer does not announce it. Not documented.
    package func headFormPDF(_ job: JobID, urgency: Urgency = .foreground) async throws(APIError) -> UInt64? {
        try await head(.api(path: "/results/\(job.text)/pdf"), urgency: urgency)
    }
}
