/// Where an image's bytes are, from the `image_url` of a result.
package enum ImageLocation: Hashable, Sendable {
    /// `GET /results/{jobId}/images/{segment}` of the API.
    case endpoint(PathSegment)
    /// Somewhere else.
    case url(String)

    /// The endpoint is recognised by its path, whatever host the URL names: the host mirrors the one that was asked, and
    /// the key is sent to the API's own origin in any case.
    ///
    /// Nil for what is not an http or https URL, nor a path; and for a path that climbs (`..`), however it is spelled.
    package init?(imageURL: String, of job: JobID) {
        let isPath = imageURL.hasPrefix("/")
        guard let imageURL = isPath ? WebAddress.encodedPath(imageURL) : WebAddress.encoded(imageURL) else {
            return nil
        }
        let path: String
        if imageURL.hasPrefix("/"), !imageURL.hasPrefix("//") {
            path = String(imageURL.prefix { $0 != "?" && $0 != "#" })
        } else if let parts = URLParts(imageURL) {
            path = parts.path
        } else {
            return nil
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let dots = [Array(".".utf8), Array("..".utf8)]
        guard !segments.contains(where: { dots.contains(PathSegment(asWritten: $0).decoded) }) else { return nil }
        if segments.count >= 4, let name = segments.last, !name.isEmpty, segments[segments.count - 2] == "images",
            segments[segments.count - 3] == job.text, segments[segments.count - 4] == "results"
        {
            let segment = PathSegment(asWritten: name)
            // The key goes there.
            guard !segment.climbs else { return nil }
            self = .endpoint(segment)
        } else if !imageURL.hasPrefix("/") {
            self = .url(imageURL)
        } else {
            return nil
        }
    }

    /// The file name the URL ends with, decoded; nil when it is not UTF-8 or empty.
    package var fileName: String? {
        switch self {
        case .endpoint(let segment): return String(validating: segment.decoded, as: UTF8.self)
        case .url(let url):
            guard let last = URLParts(url)?.path.split(separator: "/").last else { return nil }
            return String(validating: PathSegment(asWritten: last).decoded, as: UTF8.self)
        }
    }
}
