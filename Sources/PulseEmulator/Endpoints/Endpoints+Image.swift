extension Endpoints {
    /// `GET /results/{jobId}/images/{filename}`: one image, as often as wanted, for its organisation.
    func image(_ filename: String, of job: String, _ request: IncomingRequest) throws(APIFailure)
        -> Reply
    {
        try allowFileMethod(request)
        let organization = try request.caller.authenticated()
        guard Self.isSafe(filename) else { throw .unsafeFilename }
        let snapshot = try jobs.snapshot(id: job, for: organization)
        guard snapshot.isCompleted, let image = snapshot.job.image(named: filename) else {
            throw .imageNotFound
        }
        return .file(
            image.content, contentType: image.contentType, request: request,
            features: features.value)
    }

    /// Refuses all methods but GET, and HEAD where it is switched on.
    func allowFileMethod(_ request: IncomingRequest) throws(APIFailure) {
        let isAllowed = request.method == "GET" || (request.method == "HEAD" && features.value.head)
        guard isAllowed else { throw .methodNotAllowed }
    }

    /// Whether a decoded name is one segment that stays where it is put. Its length is not judged.
    static func isSafe(_ filename: String) -> Bool {
        guard !filename.isEmpty, filename != ".", filename != ".." else { return false }
        return filename.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/" && scalar != "\\"
        }
    }
}
