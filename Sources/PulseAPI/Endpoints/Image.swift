extension RemoteFile {
    /// `GET /results/{jobId}/images/{filename}`: one visual image, PNG or JPEG (get-results-image).
    package static func image(_ job: JobID, _ file: PathSegment) -> RemoteFile {
        let name = String(decoding: file.decoded, as: UTF8.self)
        return RemoteFile(
            target: .api(
                path: "/results/\(job.text)/images/\(file.encoded)",
                for: RequestSubject(.image, job: job, name: name)))
    }

    /// An image that a result names by a URL of another place than the endpoint above. The key stays here unless the URL
    /// is on the API's own origin. `subject` is what it is an image of, for whoever watches over the client.
    package static func image(
        at url: String, for subject: RequestSubject = RequestSubject(.image)
    ) -> RemoteFile {
        RemoteFile(target: .named(url: url, for: subject))
    }
}
