package import Transfer

extension PulseClient {
    /// `GET /results/{jobId}/pdf`: the filled form of a form job; 404 for any other.
    package func getFormPDF(_ job: JobID, into sink: any BodySink) async throws(APIError) -> ResponseHead {
        try await get(.api(path: "/results/\(job.text)/pdf"), into: sink, refusesPages: true)
    }
}
