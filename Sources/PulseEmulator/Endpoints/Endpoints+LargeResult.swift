extension Endpoints {
    /// `GET /large_results/{jobId}`: a whole result, once.
    ///
    /// The link is used up when one download has been sent whole; one that the client breaks off, even at the very end,
    /// leaves it good.
    /// Downloads that overlap are all served. Nobody needs a key, but a wrong one is refused.
    func largeResult(of job: String, _ request: IncomingRequest) throws(APIFailure) -> Reply {
        guard request.method == "GET" else { throw .methodNotAllowed }
        let snapshot = try snapshotForDownload(job, request.caller)
        guard let result = snapshot.job.result, result.isSingleUse else { throw .jobNotFound }
        if snapshot.delivered { throw .alreadyDelivered }
        if snapshot.status == .expired { throw .linkExpired }
        guard snapshot.isCompleted else { throw .jobNotFound }
        if snapshot.linkHasExpired { throw .linkExpired }

        let content = ByteSource(pieces: result.content(job: job, origin: request.origin))
        return Reply(contentType: "application/json", body: content) { [jobs] isDelivered in
            jobs.setDelivered(isDelivered, id: job)
        }
    }

    private func snapshotForDownload(_ job: String, _ caller: Caller) throws(APIFailure)
        -> JobSnapshot
    {
        if case .anonymous = caller { return try jobs.snapshot(id: job) }
        return try jobs.snapshot(id: job, for: try caller.authenticated())
    }
}
