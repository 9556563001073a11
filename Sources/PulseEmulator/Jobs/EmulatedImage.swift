/// A file served under `/results/{jobId}/images/`.
public struct EmulatedImage: Sendable {
    /// The last path segment of its URL, decoded.
    public let filename: String
    /// `image/png` or `image/jpeg`.
    public let contentType: String
    public let content: ByteSource

    public init(filename: String, contentType: String = "image/png", content: ByteSource) {
        self.filename = filename
        self.contentType = contentType
        self.content = content
    }

    /// The file's path on the service, with the file name percent-encoded.
    public func path(job: String) -> String {
        "/results/\(job)/images/\(PercentEncoding.encode(filename))"
    }
}
