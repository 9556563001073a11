extension Endpoints {
    /// `GET /large_results/{jobId}`: a whole result, once.
    ///
    /// The link is used up when one download has been sent whole; one that the client breaks off, even at the very end,
    /// leaves it good. `LinkRules` change that. Downloads that overlap are all served.
    /// Nobody needs a key, but a wrong one is refused.
    func largeResult(of job: String, _ request: IncomingRequest) throws(APIFailure) -> Reply {
        guard request.method == "GET" else { throw .methodNotAllowed }
        let rules = features.value.links
        let snapshot = try snapshotForDownload(job, request.caller)
        guard let result = snapshot.job.result, snapshot.link != nil else { throw .jobNotFound }
        if snapshot.delivered { throw .alreadyDelivered }
        if snapshot.status == .expired { throw .linkExpired }
        guard snapshot.isCompleted else { throw .jobNotFound }
        if snapshot.linkHasExpired { throw .linkExpired }
        if rules.refusesOverlaps, !jobs.beginDownload(id: job) { throw .downloadUnderWay }
        if rules.spending == .whenAsked { jobs.setDelivered(true, id: job) }

        let content = ByteSource(pieces: result.content(job: job, origin: request.origin))
        var reply = Reply(contentType: "application/json", body: content)
        var isWhole = true
        if rules.ranges {
            reply = .file(
                content, contentType: "application/json", request: request,
                features: EmulatorFeatures(ranges: true, ifRange: features.value.ifRange))
            if reply.status == 206 { isWhole = Self.reachesEnd(reply, of: content.count) }
        }
        if rules.spending == .atLastByte, isWhole {
            reply.delivered = { [jobs] isDelivered in jobs.setDelivered(isDelivered, id: job) }
        }
        if rules.spending == .atFirstByte { reply.begun = { [jobs] in jobs.setDelivered(true, id: job) } }
        if rules.refusesOverlaps { reply.ended = { [jobs] in jobs.endDownload(id: job) } }
        return reply
    }

    /// The request uses a link up before it is answered.
    func isSpentByAsking(_ request: IncomingRequest) -> Bool {
        guard features.value.links.spending == .whenAsked, case .largeResult = Route(path: request.path) else {
            return false
        }
        return true
    }

    /// A part that has the last byte.
    private static func reachesEnd(_ reply: Reply, of count: Int) -> Bool {
        reply.headers.contains { $0.0 == "Content-Range" && $0.1.hasSuffix("-\(count - 1)/\(count)") }
    }

    private func snapshotForDownload(_ job: String, _ caller: Caller) throws(APIFailure)
        -> JobSnapshot
    {
        if case .anonymous = caller { return try jobs.snapshot(id: job) }
        return try jobs.snapshot(id: job, for: try caller.authenticated())
    }
}
