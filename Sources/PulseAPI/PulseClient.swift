import Synchronization
package import Transfer

/// The API, one method an endpoint. What fails and may pass is asked again, as its retry policy says; a key that the API
/// refuses is replaced by another at once, when its source has one.
package final class PulseClient: Sendable {
    package let origin: APIOrigin
    private let engine: TransferEngine
    private let keys: any KeySource
    private let limits: TransferLimits
    private let scheduler: RequestScheduler
    private let observer: @Sendable (RequestReport) -> Void
    let persistence: Persistence
    let repeats = Atomic<UInt64>(0)
    let rests = Rests()
    private let breakers: CircuitBreakers

    /// `keys` is asked for each request, so that a new key is used as soon as it is there. `scheduler` decides when each is
    /// sent, those of other clients that share it included. `observer` is told of each request when it has ended, before
    /// anyone is answered; it must return at once.
    package init(
        origin: APIOrigin, engine: TransferEngine, limits: TransferLimits = TransferLimits(),
        scheduler: RequestScheduler = RequestScheduler(), persistence: Persistence = .none, keys: any KeySource,
        observer: @escaping @Sendable (RequestReport) -> Void = { _ in }
    ) {
        self.origin = origin
        self.engine = engine
        self.limits = limits
        self.scheduler = scheduler
        self.observer = observer
        self.persistence = persistence
        breakers = CircuitBreakers(api: APIOrigin.name(of: origin.description), now: persistence.now)
        self.keys = keys
    }

    /// A client whose key nobody watches over.
    package convenience init(
        origin: APIOrigin, engine: TransferEngine, limits: TransferLimits = TransferLimits(),
        scheduler: RequestScheduler = RequestScheduler(), persistence: Persistence = .none,
        key: @escaping @Sendable () -> APIKey?
    ) {
        self.init(
            origin: origin, engine: engine, limits: limits, scheduler: scheduler, persistence: persistence,
            keys: UnwatchedKey(find: key))
    }

    /// Bytes of the bodies that have come so far, those of answers that nobody could use included; of all clients that share
    /// the scheduler.
    package var receivedBytes: UInt64 { scheduler.receivedBytes }

    /// Requests that were sent again so far, as the one before them had failed.
    package var repeatedRequests: UInt64 { repeats.load(ordering: .relaxed) }

    /// What to ask and whom.
    enum Target {
        /// A path of the API, percent-encoded; the key goes with it.
        case api(path: String, for: RequestSubject)
        /// A URL that the API named; the key goes with it only when it is on the API's own origin.
        case named(url: String, for: RequestSubject)

        var subject: RequestSubject {
            switch self {
            case .api(_, let subject), .named(_, let subject): subject
            }
        }

        /// What a file never is. The API's JSON in place of one is an error; another place may call a file whatever it likes.
        var typesOfErrors: [String] {
            if case .api = self, !isAboutJob { Self.typesOfPages + ["application/json"] } else { Self.typesOfPages }
        }

        static let typesOfPages = ["text/html"]

        /// The answer says something about the key, whatever it says about the job.
        var isAboutJob: Bool {
            if case .api(let path, _) = self { path.hasPrefix("/job/") } else { false }
        }
    }

    /// Whether requests to the API are kept back, as it did not answer.
    package var isAPIKeptBack: Bool { APIOrigin.name(of: origin.description).map(breakers.isOpen) ?? false }

    /// Ends all pauses between attempts, those to come included: what rests, or fails from now on, is not tried again.
    package func endRests() { rests.end() }

    /// Pauses for whoever asks again by rules of their own, until `endRests`.
    package func rest(_ pause: Duration) async throws {
        try await rests.rest(pause) { try await Task.sleep(for: $0) }
    }

    /// How long a request is tried for.
    package var budget: Duration { persistence.policy.budget }

    /// Sends a GET with the key in use, and tells the key's source what became of it. The sink sees the body of a 200 and
    /// of nothing else, or of a 206 with what was asked for when that was a part: a server may answer with all of it instead.
    ///
    /// - Parameters:
    ///   - refusesPages: whether a page of HTML, or JSON of the API, is taken for the error that it is, as where an image is
    ///     expected.
    ///   - isAskedOnce: for whoever asks again by a clock of their own.
    func get(
        _ target: Target, _ part: FilePart? = nil, into sink: any BodySink, refusesPages: Bool = false,
        isAskedOnce: Bool = false, urgency: Urgency
    ) async throws(APIError) -> ResponseHead {
        var policy = policy(for: target)
        if isAskedOnce { policy.asksOnce = true }
        return try await persist(.get, into: sink, policy) { attempt, time throws(APIError) in
            try await ask(
                .get, target, part, into: attempt, refusesPages: refusesPages, urgency: urgency, within: time)
        }
    }

    /// Sends a HEAD for a file, under the rules of ``get(_:_:into:refusesPages:isAskedOnce:urgency:)``.
    func head(_ target: Target, urgency: Urgency) async throws(APIError) -> FileAnnouncement {
        FileAnnouncement(
            try await persist(.head, into: MemorySink(limit: 0), policy(for: target)) {
                attempt, time throws(APIError) in
                try await ask(.head, target, nil, into: attempt, refusesPages: true, urgency: urgency, within: time)
            })
    }

    private func ask(
        _ method: TransferRequest.Method, _ target: Target, _ part: FilePart?, into sink: any BodySink,
        refusesPages: Bool, urgency: Urgency, within time: Duration
    ) async throws(APIError) -> ResponseHead {
        let key = takesKey(target) ? keys.key : nil
        do throws(APIError) {
            let head = try await send(
                method, target, part, with: key, into: sink, refusesPages: refusesPages, urgency: urgency,
                within: time)
            if let key, target.isAboutJob { await keys.wasAccepted(key) }
            return head
        } catch {
            guard let key, !error.isFromElsewhere else { throw error }
            switch error.cause {
            case .status(404) where target.isAboutJob: await keys.wasAccepted(key)
            case .status(401):
                guard let other = await keys.wasRefused(key) else { break }
                return try await send(
                    method, target, part, with: other, into: sink, refusesPages: refusesPages, urgency: urgency,
                    within: time)
            default: break
            }
            throw error
        }
    }

    /// A file is at a host of its own, whose trouble is not to become the API's. A link that works once is tried as long as
    /// anything is.
    private func isElsewhere(_ target: Target) -> Bool {
        guard case .named(let url, let subject) = target, subject.endpoint != .largeResult else { return false }
        return !origin.contains(url)
    }

    private func policy(for target: Target) -> RetryPolicy {
        var policy = persistence.policy
        policy.isElsewhere = isElsewhere(target)
        return policy
    }

    /// A host that is not the API has so long to take a connection.
    private static let timeToConnectElsewhere = Duration.seconds(3)

    private func limits(of target: Target, within time: Duration) -> TransferLimits {
        var limits = limits
        limits.connectTimeout = min(
            limits.connectTimeout, time, isElsewhere(target) ? Self.timeToConnectElsewhere : limits.connectTimeout)
        if target.subject.endpoint == .largeResult {
            // To ask for it is to have it or to lose it: only a connection that is dead is given up.
            limits.maximumBodySize = nil
            limits.stallTimeout = Self.linkLifetime
        } else {
            limits.answerTimeout = time
            // What is begun late is not silent for long: all of it ends about when the time is over.
            limits.stallTimeout = min(limits.stallTimeout, budget, max(time, Self.leastSilence))
        }
        return limits
    }

    private static let leastSilence = Duration.seconds(5)

    /// A link that works once ends an hour after its job.
    private static let linkLifetime = Duration.seconds(3600)

    private func takesKey(_ target: Target) -> Bool {
        switch target {
        case .api: true
        case .named(let url, _): origin.contains(url)
        }
    }

    /// Sends one request when it is its turn, and reports what became of it; a key goes with it where it may. The server has
    /// to begin its answer within `time` from then on.
    func send(
        _ method: TransferRequest.Method, _ target: Target, _ part: FilePart? = nil, with key: APIKey?,
        into sink: any BodySink, refusesPages: Bool, urgency: Urgency, within time: Duration
    ) async throws(APIError) -> ResponseHead {
        do throws(APIError) {
            let head = try await transmit(
                method, target, part, with: key, into: sink, refusesPages: refusesPages, urgency: urgency,
                within: time)
            observer(RequestReport(target.subject, method: method.rawValue, .success(head.status)))
            return head
        } catch {
            observer(RequestReport(target.subject, method: method.rawValue, .failure(error)))
            throw error
        }
    }

    private func transmit(
        _ method: TransferRequest.Method, _ target: Target, _ part: FilePart?, with key: APIKey?,
        into sink: any BodySink, refusesPages: Bool, urgency: Urgency, within time: Duration
    ) async throws(APIError) -> ResponseHead {
        let url: String
        switch target {
        case .api(let path, _): url = "\(origin)\(path)"
        case .named(let named, _): url = named
        }
        let label = try label(method, target)
        var request = TransferRequest(method, url: url, range: part?.range, limits: limits(of: target, within: time))
        // JSON shrinks to a fifth; images do not, and a large result may have to be gone on with by range.
        request.acceptsCompression = target.isAboutJob && part == nil
        if let validator = part?.validator { request.headers.append(name: "If-Range", value: validator) }
        var withKey = takesKey(target)
        if withKey {
            guard let key else {
                throw APIError(
                    label, cause: .noKey, message: "no API key: set PULSE_API_KEY or name a file with --api-key-file")
            }
            key.withSecret { request.headers.append(name: "x-api-key", value: $0) }
        }
        for hop in 0...Redirect.most {
            // Another place may call a file whatever it likes.
            let types = origin.contains(request.url) ? target.typesOfErrors : Target.typesOfPages
            let body = OnlyExpected(sink, isPart: part != nil, refusing: refusesPages ? types : [])
            request.reach = origin.contains(request.url) ? .home : .elsewhere
            let response = try await perform(request, label, into: body, urgency)
            guard !body.isExpected(response.head.status) else { return response.head }
            guard let redirect = Redirect(response.head, from: request.url) else {
                var error = APIError(label, response, sentWith: key)
                error.isFromElsewhere = hop > 0 && !withKey
                throw error
            }
            guard hop < Redirect.most else { break }
            try check(redirect.url, label, "the answer is a redirect")
            // What another place says is nothing about the key.
            guard target.subject.endpoint != .keyCheck || origin.contains(redirect.url) else {
                throw APIError(label, response, sentWith: key)
            }
            // From another place the key is not sent again, wherever that sends whoever asks.
            if withKey, !origin.contains(redirect.url) {
                request.headers = request.headers.without(name: "x-api-key")
                withKey = false
            }
            request.url = redirect.url
        }
        throw APIError(
            label, cause: .badURL, message: "the answer is a redirect, for more than \(Redirect.most) times in a row")
    }

    /// What a request is called in words for people: without host, query or header where it goes to the API.
    private func label(_ method: TransferRequest.Method, _ target: Target) throws(APIError) -> String {
        switch target {
        case .api(let path, _): return "\(method.rawValue) \(path.prefix { $0 != "?" && $0 != "#" })"
        case .named(let named, _):
            let unnamed = "\(method.rawValue) of a URL in an answer"
            guard let parts = URLParts(named) else {
                throw APIError(
                    unnamed, cause: .badURL, message: "the answer names a URL that is not http or https")
            }
            let label =
                origin.contains(named)
                ? "\(method.rawValue) \(parts.path)" : "\(method.rawValue) \(parts.path) at \(parts.host)"
            try check(named, label, "the answer names a URL")
            if target.subject.endpoint != .largeResult { try checkIsNoLink(parts, named, label) }
            return label
        }
    }

    /// What is named as an image is no place for the key to ask a link that is good for one use.
    private func checkIsNoLink(_ parts: URLParts, _ url: String, _ label: String) throws(APIError) {
        guard origin.contains(url), parts.path.split(separator: "/").contains("large_results") else { return }
        throw APIError(label, cause: .badURL, message: "the answer names the link to a large result as a file")
    }

    /// Refuses to ask a place that is none, or that would have what an API keeps secret travel in clear text.
    private func check(_ url: String, _ label: String, _ what: String) throws(APIError) {
        guard let parts = URLParts(url) else {
            throw APIError(label, cause: .badURL, message: "\(what) that is not http or https")
        }
        // The key goes along to the API, and so does whatever the server makes of the path.
        if origin.contains(url), parts.path.split(separator: "/").contains(where: { PathSegment(asWritten: $0).climbs })
        {
            throw APIError(
                label, cause: .badURL, message: "\(what) of the API with a path that leads out of its directory")
        }
        guard !origin.isSecure || parts.scheme == "https" else {
            throw APIError(
                label, cause: .badURL,
                message:
                    "\(what) to \(parts.host) by http, and the API is asked by https: it is not asked in clear text")
        }
    }

    /// What an answer names may be where the API is, which nobody knows before it was asked.
    private func transfer(
        _ request: TransferRequest, into sink: ProgressSink
    ) async throws(TransferError) -> TransferResponse {
        do throws(TransferError) { return try await engine.perform(request, into: sink) } catch {
            guard error.code == .forbiddenAddress, await engine.findHome(origin.host) else { throw error }
            return try await engine.perform(request, into: sink)
        }
    }

    /// Sends one request, unless its server is left alone for now.
    private func perform(
        _ request: TransferRequest, _ label: String, into body: OnlyExpected, _ urgency: Urgency
    ) async throws(APIError) -> TransferResponse {
        let server = APIOrigin.name(of: request.url) ?? request.url
        var pass: CircuitBreaker.Pass?
        var refusal: CircuitBreaker.Refusal?
        do throws(TransferError) {
            return try await scheduler.schedule(urgency) { place throws(TransferError) in
                // As late as can be: others may have found out while it waited for its turn.
                switch breakers.admit(to: server) {
                case .success(let admitted): pass = admitted
                case .failure(let kept):
                    refusal = kept
                    throw kept.last
                }
                body.whenHeadIsThere { [breakers, pass] in if let pass { breakers.answered(pass, server) } }
                let response = try await transfer(request, into: ProgressSink(body, place))
                if let pass { breakers.answered(pass, server) }
                return response
            }
        } catch {
            if let refusal { throw APIError(label, refusal) }
            if let pass, !body.hasHead {
                // Whoever answers is there, whatever is wrong with the answer.
                if error.status == nil {
                    breakers.ended(pass, server, error, for: String(request.url.prefix { $0 != "?" && $0 != "#" }))
                } else {
                    breakers.answered(pass, server)
                }
            }
            var failure =
                error.underlying is OnlyExpected.Unexpected
                ? APIError(label, cause: .transport(.invalidResponse), message: "the answer does not fit the request")
                : APIError(label, cause: .transport(error.code), message: error.message)
            if pass?.isProbe == true, !body.hasHead, error.status == nil { failure.breaker = .probe }
            throw failure
        }
    }
}

/// Lets only the body of a 200 through, or of a 206 where a part was asked for: a 204, or a 206 that nobody asked for, is no
/// file's content.
private final class OnlyExpected: BodySink {
    private struct State {
        var hasHead = false
        var observer: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let sink: any BodySink
    private let isPart: Bool
    private let refusedTypes: [String]

    /// `types` are beginnings of media types, in lower case.
    init(_ sink: any BodySink, isPart: Bool, refusing types: [String]) {
        self.sink = sink
        self.isPart = isPart
        refusedTypes = types
    }

    struct Unexpected: Error {}

    /// The head of a 2xx has come.
    var hasHead: Bool { state.withLock { $0.hasHead } }

    func whenHeadIsThere(_ observer: @escaping @Sendable () -> Void) { state.withLock { $0.observer = observer } }

    func isExpected(_ status: Int) -> Bool { status == 200 || (isPart && status == 206) }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        let observer = state.withLock { state in
            state.hasHead = true
            return state.observer
        }
        observer?()
        let type = head.fields["content-type"]?.lowercased() ?? ""
        guard isExpected(head.status), !refusedTypes.contains(where: type.hasPrefix) else { throw Unexpected() }
        try sink.receive(head: head, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand { try sink.receive(body: body) }
}
