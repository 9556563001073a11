import Transfer

/// What the API thinks of a key. The words are for people, and hold nothing of the key.
package enum KeyVerdict: Sendable, Hashable {
    case good
    case refused(String)
    /// Nothing that was heard says anything about the key.
    case unknown(String)
}

extension PulseClient {
    /// No job has this name.
    private static let nobody = "pulsefs-key-check"
    /// The answer to a question about no job is short.
    private static let longestAnswer = 1 << 20

    /// `GET /job/{jobId}` for a job that does not exist: the API has nothing cheaper that looks at the key.
    ///
    /// Whether there is such a job does not matter, only whether the key may ask: a key that may not is 401, or 403 when
    /// its account is closed. The key source is not told. It is asked once: whoever watches a key has a clock for that.
    package func check(_ key: APIKey) async -> KeyVerdict {
        do throws(APIError) {
            _ = try await send(
                .get, .api(path: "/job/\(Self.nobody)", for: RequestSubject(.keyCheck)), with: key,
                into: MemorySink(limit: Self.longestAnswer),
                refusesPages: true, urgency: .foreground, within: budget)
            return .good
        } catch {
            switch error.cause {
            case .status(400), .status(404): return .good
            case .status(401), .status(403): return .refused(error.outcome)
            default: return .unknown(error.outcome)
            }
        }
    }
}
