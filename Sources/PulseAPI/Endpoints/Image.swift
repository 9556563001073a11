package import Transfer

extension PulseClient {
    /// `GET /results/{jobId}/images/{filename}`: one visual image, PNG or JPEG; may be asked any number of times
    /// (get-results-image).
    package func getImage(_ job: JobID, _ file: PathSegment, into sink: any BodySink) async throws(APIError)
        -> ResponseHead
    {
        try await get(.api(path: "/results/\(job.text)/images/\(file.encoded)"), into: sink, refusesPages: true)
    }

    /// An image that a result names by a URL of another place than the endpoint above. The key stays here unless the URL
    /// is on the API's own origin.
    package func getImage(at url: String, into sink: any BodySink) async throws(APIError) -> ResponseHead {
        try await get(.named(url: url), into: sink, refusesPages: true)
    }
}
