package import Transfer

/// The API, one method an endpoint. Each request is sent once: whether to ask again is for the caller to decide.
package final class PulseClient: Sendable {
    package let origin: APIOrigin
    private let engine: TransferEngine
    private let key: @Sendable () -> APIKey?
    private let limits: TransferLimits

    /// `key` is asked for each request, so that a new one is used as soon as it is there.
    package init(
        origin: APIOrigin, engine: TransferEngine, limits: TransferLimits = TransferLimits(),
        key: @escaping @Sendable () -> APIKey?
    ) {
        self.origin = origin
        self.engine = engine
        self.limits = limits
        self.key = key
    }

    /// What to ask and whom.
    enum Target {
        /// A path of the API, percent-encoded; the key goes with it.
        case api(path: String)
        /// A URL that the API named; the key goes with it only when it is on the API's own origin.
        case named(url: String)
    }

    /// Sends one GET. The sink sees the body of a 200 and of nothing else.
    ///
    /// - Parameter refusesPages: whether a page of HTML is taken for the error that it is, as where an image is expected.
    func get(
        _ target: Target, into sink: any BodySink, refusesPages: Bool = false
    ) async throws(APIError) -> ResponseHead {
        let label: String
        let url: String
        let withKey: Bool
        switch target {
        case .api(let path):
            (label, url, withKey) = ("GET \(path.prefix { $0 != "?" && $0 != "#" })", "\(origin)\(path)", true)
        case .named(let named):
            guard let parts = URLParts(named) else {
                throw APIError(
                    "GET of a URL in an answer", cause: .badURL,
                    message: "the answer names a URL that is not http or https")
            }
            label = origin.contains(named) ? "GET \(parts.path)" : "GET \(parts.path) at \(parts.host)"
            (url, withKey) = (named, origin.contains(named))
        }
        var request = TransferRequest(.get, url: url, limits: limits)
        let key = withKey ? key() : nil
        if withKey {
            guard let key else {
                throw APIError(
                    label, cause: .noKey, message: "no API key: set PULSE_API_KEY or name a file with --api-key-file")
            }
            key.withSecret { request.headers.append(name: "x-api-key", value: $0) }
        }
        do {
            let response = try await engine.perform(request, into: OnlyWhole(sink, refusesPages: refusesPages))
            guard response.head.status == 200 else { throw APIError(label, response, sentWith: key) }
            return response.head
        } catch let error as TransferError where error.underlying is OnlyWhole.Unexpected {
            throw APIError(
                label, cause: .transport(.invalidResponse), message: "the answer is not what was asked for")
        } catch let error as TransferError {
            throw APIError(label, cause: .transport(error.code), message: error.message)
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError(label, cause: .transport(.other), message: "\(error)")
        }
    }
}

/// Lets only the body of a 200 through: a 204 or 206 that nobody asked for is no file's content.
private final class OnlyWhole: BodySink {
    private let sink: any BodySink

    private let refusesPages: Bool

    init(_ sink: any BodySink, refusesPages: Bool) {
        self.sink = sink
        self.refusesPages = refusesPages
    }

    struct Unexpected: Error {}

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        let isPage = head.fields["content-type"]?.lowercased().hasPrefix("text/html") == true
        guard head.status == 200, !(refusesPages && isPage) else { throw Unexpected() }
        try sink.receive(head: head, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand { try sink.receive(body: body) }
}
