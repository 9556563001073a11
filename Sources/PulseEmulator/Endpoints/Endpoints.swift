/// The API itself: from a request to the answer, with no regard to connections and faults.
struct Endpoints: Sendable {
    let jobs: JobRegistry
    let features: FeatureSwitches

    /// The answer to a request; every refusal is an answer too.
    func reply(to request: IncomingRequest) -> Reply {
        do throws(APIFailure) {
            switch Route(path: request.path) {
            case .job(let id):
                return answer(try job(id, request), to: request)
            case .image(let job, let filename):
                return try image(filename, of: job, request)
            case .pdf(let job):
                return try pdf(of: job, request)
            case .largeResult(let job):
                return answer(try largeResult(of: job, request), to: request)
            case .pages:
                return try pages(request)
            case .control, .unknown:
                throw .pathNotFound
            }
        } catch {
            let headers = error == .methodNotAllowed ? [("Allow", "GET")] : []
            return .failure(error, shape: features.value.errorShape, headers: headers)
        }
    }

    private func answer(_ reply: Reply, to request: IncomingRequest) -> Reply {
        features.value.gzip ? reply.compressed(for: request) : reply
    }
}
