import Foundation

extension Endpoints {
    /// `GET /job/{jobId}`: status and result. `DELETE /job/{jobId}`: cancels it unless it has ended.
    /// `POST /job/{jobId}` with `{"force_url": true}`: as GET, and from then on the result is behind a link that works once.
    func job(_ id: String, _ request: IncomingRequest) throws(APIFailure) -> Reply {
        let organization = try request.caller.authenticated()
        let snapshot = try jobs.snapshot(id: id, for: organization)
        switch request.method {
        case "GET":
            return Reply(
                contentType: "application/json", body: snapshot.content(origin: request.origin))
        case "POST" where ForceOrder(request.body)?.forceURL == true:
            jobs.offload(id: id)
            let offloaded = try jobs.snapshot(id: id, for: organization)
            return Reply(contentType: "application/json", body: offloaded.content(origin: request.origin))
        case "DELETE":
            jobs.cancel(id: id)
            return .json(["job_id": .string(id), "message": "Job cancellation requested."])
        default:
            throw .methodNotAllowed
        }
    }
}

/// The body of `POST /job/{jobId}`.
private struct ForceOrder: Decodable {
    let forceURL: Bool

    enum CodingKeys: String, CodingKey {
        case forceURL = "force_url"
    }

    /// Nil for another body.
    init?(_ body: [UInt8]) {
        guard let order = try? JSONDecoder().decode(ForceOrder.self, from: Data(body)) else { return nil }
        self = order
    }
}
