extension Endpoints {
    /// `GET /job/{jobId}`: status and result. `DELETE /job/{jobId}`: cancels it unless it has ended.
    func job(_ id: String, _ request: IncomingRequest) throws(APIFailure) -> Reply {
        let organization = try request.caller.authenticated()
        let snapshot = try jobs.snapshot(id: id, for: organization)
        switch request.method {
        case "GET":
            return Reply(
                contentType: "application/json", body: snapshot.content(origin: request.origin))
        case "DELETE":
            jobs.cancel(id: id)
            return .json(["job_id": .string(id), "message": "Job cancellation requested."])
        default:
            throw .methodNotAllowed
        }
    }
}
