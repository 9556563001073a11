import Foundation

/// A job at one moment.
struct JobSnapshot {
    /// How long a single-use link lives after completion.
    static let linkLifetime: TimeInterval = 3600

    let job: EmulatedJob
    let status: EmulatedJobStatus
    let created: Date
    let updated: Date
    let completion: Date?
    /// Whether the single-use result was downloaded before.
    let delivered: Bool
    /// When the result was put behind a link by the wish of a client.
    let offloaded: Date?
    let now: Date

    var isCompleted: Bool { status == .completed }

    /// Where the result is, if it is not in the answer.
    var link: EmulatedResult.Link? { job.result?.link ?? (offloaded == nil ? nil : .own) }

    var linkHasExpired: Bool {
        guard let completion = offloaded ?? completion else { return true }
        return now >= completion.addingTimeInterval(Self.linkLifetime)
    }

    /// The body of `GET /job/{jobId}`.
    func content(origin: String) -> ByteSource {
        var fields: [(String, JSONNode)] = [
            ("job_id", .string(job.id)),
            ("status", .string(status.rawValue)),
            ("created_at", .string(job.timestamps.text(created))),
            ("updated_at", .string(job.timestamps.text(updated))),
        ]
        if status == .failed, let error = job.error { fields.append(("error", .string(error))) }
        if status == .expired { fields.append(("result", Self.expiredStub)) }

        var rest = JSONWriter.bytes(of: .object(job.extraFields), origin: origin)
        if !job.extraFields.isEmpty { rest[0] = UInt8(ascii: ",") }
        let tail = job.extraFields.isEmpty ? Array("}".utf8) : rest
        let head = Array(JSONWriter.bytes(of: .object(fields), origin: origin).dropLast())
        guard isCompleted, let result = job.result else {
            return ByteSource(head + tail)
        }
        return ByteSource(
            pieces: [.stored(head + Array(#","result":"#.utf8))] + pieces(of: result, origin: origin)
                + [.stored(tail)])
    }

    private func pieces(of result: EmulatedResult, origin: String) -> [ByteSource.Piece] {
        guard let link else { return result.content(job: job.id, origin: origin) }
        let url: JSONNode =
            switch link {
            case .own, .ownForSteps: .hosted("/large_results/\(job.id)")
            case .elsewhere(let url): .string(url)
            }
        let stub: JSONNode = ["is_url": true, "url": url]
        let node: JSONNode =
            switch link {
            case .own, .elsewhere: stub.appending(result.linkFacts)
            case .ownForSteps:
                [
                    "execution_id": .string("exe-\(job.id)"), "status": "completed", "results": stub,
                    "auto_delete": false,
                ]
            }
        return [.stored(JSONWriter.bytes(of: node, origin: origin))]
    }

    private static let expiredStub: JSONNode = [
        "expired": true, "message": "The stored output of this job has been purged.",
    ]
}
