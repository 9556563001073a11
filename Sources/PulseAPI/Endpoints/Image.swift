package import Transfer

extension PulseClient {
    /// `GET /results/{jobId}/images/{filename}`: one visual image, PNG or JPEG; may be asked any number of times
    /// (get-results-image).
    package func getImage(
        _ job: JobID, _ file: PathSegment, _ part: FilePart? = nil, into sink: any BodySink,
        urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        try await get(
            Self.image(job, file), part, into: sink, refusesPages: true,
            urgency: urgency)
    }

    /// An image that a result names by a URL of another place than the endpoint above. The key stays here unless the URL
    /// is on the API's own origin. `subject` is what it is an image of, for whoever watches over the client.
    package func getImage(
        at url: String, for subject: RequestSubject = RequestSubject(.image), _ part: FilePart? = nil,
        into sink: any BodySink, urgency: Urgency = .foreground
    ) async throws(APIError) -> ResponseHead {
        try await get(.named(url: url, for: subject), part, into: sink, refusesPages: true, urgency: urgency)
    }

    /// `HEAD /results/{jobId}/images/{filename}`: what the server says of the image without sending it. Not
    /// documented: a server may refuse the method, or answer less truly than to GET.
    package func headImage(
        _ job: JobID, _ file: PathSegment, urgency: Urgency = .foreground
    ) async throws(APIError) -> FileAnnouncement {
        try await head(Self.image(job, file), urgency: urgency)
    }

    /// The same of an image that a result names by a URL. One that is signed is often good for GET alone.
    package func headImage(
        at url: String, for subject: RequestSubject = RequestSubject(.image), urgency: Urgency = .foreground
    ) async throws(APIError) -> FileAnnouncement {
        try await head(.named(url: url, for: subject), urgency: urgency)
    }

    private static func image(_ job: JobID, _ file: PathSegment) -> Target {
        .api(
            path: EndpointPath.image(job, file),
            for: RequestSubject(.image, job: job, name: String(decoding: file.decoded, as: UTF8.self)))
    }
}

extension EndpointPath {
    package static func image(_ job: JobID, _ file: PathSegment) -> String {
        "/results/\(job.text)/images/\(file.encoded)"
    }
}
