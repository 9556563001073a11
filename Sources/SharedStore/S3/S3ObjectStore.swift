package import Quantities
import Synchronization
package import Transfer

/// An object store that speaks S3: signs, sends, asks again what may pass, and tells apart why something did not come about.
///
/// Requests are kept from an engine that cannot be reached, but for one in five seconds. A region that the engine names is
/// followed by signing for it; the bucket is never asked for at a host that an answer names.
package final class S3ObjectStore: ObjectStore {
    package struct Rules: Sendable {
        package var connectTimeout = Duration.seconds(1)
        /// Silence inside an answer.
        package var stallTimeout = Duration.seconds(15)
        /// Larger bodies are sent in several requests.
        package var largestSingle: ByteCount = 67_108_864
        package var partSize: ByteCount = 33_554_432

        package init() {}
    }

    struct State {
        var breaker = StoreBreaker()
        /// Seconds by which the engine's clock is ahead.
        var clockOffset: Int64 = 0
        var region: String
    }

    package let location: StoreLocation
    let rules: Rules
    let time: StoreTime
    let state: Mutex<State>
    private let engine: TransferEngine
    private let credentials: CredentialKeeper

    package init(
        _ location: StoreLocation, credentials: CredentialKeeper, engine: TransferEngine, rules: Rules = Rules(),
        time: StoreTime = .system
    ) {
        (self.location, self.credentials, self.engine) = (location, credentials, engine)
        (self.rules, self.time) = (rules, time)
        state = Mutex(State(region: location.region))
    }

    /// Requests are kept from the engine, as it was not reached.
    package var isKeptBack: Bool { state.withLock { $0.breaker.isOpen } }

    /// Seconds by which the engine's clock is ahead of this machine's, as far as it has complained.
    package var clockOffset: Int64 { state.withLock { $0.clockOffset } }

    // MARK: Calls

    /// What one attempt came to, when it was not a success.
    struct Failure: Error {
        let verdict: S3Verdict
        var error: ObjectStoreError
        /// The engine's clock when it answered.
        let date: Int64?
        /// The engine was not reached, or said nothing.
        let isUnreached: Bool
    }

    /// Makes a call until it is answered with success, or `.unchanged`'s 304, or asking again is not worth it any more.
    func send(_ call: S3Call, into sink: any CallSink, within budget: Duration) async throws(ObjectStoreError)
        -> ResponseHead
    {
        let begin = time.now()
        var course = S3Course(call)
        let (call, payload) = try await Self.withPayload(call, isTLS: location.isTLS)
        while true {
            course.attempts += 1
            let pass = try admit(call, course)
            let left = max(budget - (time.now() - begin), .milliseconds(50))
            let used: StoreCredentials
            do throws(CredentialTrouble) { used = try await credentials.current() } catch {
                state.withLock { $0.breaker.withdrawn(pass, at: time.now()) }
                throw ObjectStoreError(.noCredentials, error.words)
            }
            let outcome = await attempt(call, payload, used, into: sink, within: left)
            settle(outcome, pass, call, sink)
            let failure: Failure
            switch outcome {
            case .success(let response): return response.head
            case .failure(let reason): failure = reason
            }
            guard
                let pause = course.pause(
                    after: failure.verdict, elapsed: time.now() - begin, budget: budget, chance: time.chance()),
                await correct(failure, used), sink.restart()
            else { throw course.conclusion(of: failure.error) }
            course.last = failure.error
            guard pause > .zero else { continue }
            do { try await time.sleep(pause) } catch {
                throw course.conclusion(of: ObjectStoreError(.cancelled, "\(call.words) was given up."))
            }
        }
    }

    private func admit(_ call: S3Call, _ course: S3Course) throws(ObjectStoreError) -> StoreBreaker.Pass {
        switch state.withLock({ $0.breaker.admit(at: time.now()) }) {
        case .success(let pass): return pass
        case .failure(let kept):
            if let last = course.last { throw course.conclusion(of: last) }
            throw ObjectStoreError(
                .unavailable(.keptBack(kept.wait)), "\(call.words) was not sent: the store did not answer a moment ago."
            )
        }
    }

    private func settle(
        _ outcome: Result<TransferResponse, Failure>, _ pass: StoreBreaker.Pass, _ call: S3Call, _ sink: any CallSink
    ) {
        let now = time.now()
        state.withLock { state in
            guard case .failure(let failure) = outcome else { return state.breaker.answered(pass) }
            switch failure.verdict.kind {
            case .unavailable(.status), .unavailable(.slowDown): state.breaker.erred(pass, for: call.words, at: now)
            case _ where failure.isUnreached && !sink.hasBegun: state.breaker.unreached(pass, at: now)
            case _ where failure.error.status != nil || sink.hasBegun: state.breaker.answered(pass)
            default: state.breaker.withdrawn(pass, at: now)
            }
        }
    }

    /// Puts right what the answer complained of; false when there is nothing to do about it.
    private func correct(_ failure: Failure, _ used: StoreCredentials) async -> Bool {
        switch failure.verdict.correction {
        case nil: return true
        case .credentials: return await credentials.replace(used)
        case .clock:
            guard let date = failure.date else { return false }
            state.withLock { $0.clockOffset = date -| time.wall() }
            return true
        case .region(let region):
            guard let region else { return false }
            return state.withLock { state in
                defer { state.region = region }
                return state.region != region
            }
        }
    }

    // MARK: One attempt

    private func attempt(
        _ call: S3Call, _ payload: RequestSigner.Payload, _ credentials: StoreCredentials, into sink: any CallSink,
        within left: Duration
    ) async -> Result<TransferResponse, Failure> {
        let request = request(call, payload, credentials, within: left)
        do throws(TransferError) {
            let response = try await engine.perform(request, into: sink)
            if response.head.isSuccess || response.head.status == 304 { return .success(response) }
            return .failure(Self.failure(call, response.head, response.errorBody))
        } catch {
            var verdict = S3Verdict(error, isWrite: call.isWrite)
            var words = "failed: \(error.message)"
            if error.underlying is MissingFacts {
                verdict = S3Verdict(status: 200, S3ErrorBody([]))
                words = "was answered with what is no object: it has no ETag, or no length"
            }
            var failure = ObjectStoreError(verdict.kind, "\(call.words) \(words)")
            failure.mayHaveBeenDone = verdict.mayHaveBeenDone
            return .failure(
                Failure(verdict: verdict, error: failure, date: nil, isUnreached: error.isUnreached))
        }
    }

    /// What an answer means that is no success.
    static func failure(_ call: S3Call, _ head: ResponseHead, _ body: [UInt8]) -> Failure {
        let words = S3ErrorBody(body)
        let status = head.isSuccess ? 500 : head.status
        let verdict = S3Verdict(
            status: status, words,
            region: head.fields["x-amz-bucket-region"].flatMap { StoreLocation.isRegion($0) ? $0 : nil })
        let said = [words.code, words.message].compactMap { $0 }.joined(separator: ": ")
        var error = ObjectStoreError(
            verdict.kind, "\(call.words) was answered with status \(head.status)\(said.isEmpty ? "" : ", \(said)")")
        (error.status, error.code) = (head.status, words.code)
        error.requestID = head.fields["x-amz-request-id"].flatMap { $0.utf8.count <= 128 ? $0 : nil }
        error.mayHaveBeenDone = verdict.mayHaveBeenDone && call.isWrite
        return Failure(
            verdict: verdict, error: error, date: head.fields["Date"].flatMap { HTTPDate.seconds($0) },
            isUnreached: false)
    }

    /// Signed when it is sent: a signature holds for minutes, and a call may have waited.
    private func request(
        _ call: S3Call, _ payload: RequestSigner.Payload, _ credentials: StoreCredentials, within left: Duration
    ) -> TransferRequest {
        let (region, offset) = state.withLock { ($0.region, $0.clockOffset) }
        let place = location.place(of: call.key, region: region)
        let signed = RequestSigner(region: region).sign(
            .init(
                method: call.method.rawValue, authority: place.authority, path: place.path, query: call.query,
                headers: call.headers, payload: payload),
            credentials, at: time.wall() +| offset)
        let url =
            "\(location.isTLS ? "https" : "http")://\(place.authority)\(place.path)"
            + (signed.query.isEmpty ? "" : "?\(signed.query)")
        let isLarge = (call.body?.length ?? .zero) > PayloadDigest.largestDigested
        return TransferRequest(
            call.method, url: url, headers: signed.headers, body: call.body, range: call.range,
            limits: TransferLimits(
                connectTimeout: min(rules.connectTimeout, left), stallTimeout: max(rules.stallTimeout, left),
                answerTimeout: isLarge ? nil : left))
    }

    private static func withPayload(
        _ call: S3Call, isTLS: Bool
    ) async throws(ObjectStoreError) -> (S3Call, RequestSigner.Payload) {
        guard let body = call.body else { return (call, .bytes([])) }
        var call = call
        do {
            let (kept, payload) = try await PayloadDigest.of(body, isTLS: isTLS)
            call.body = kept
            return (call, payload)
        } catch {
            throw ObjectStoreError(.notTaken, "\(call.words) was not sent: \(error)")
        }
    }
}

extension TransferError {
    /// The engine was not reached, or said nothing at all. One that breaks a connection off, or answers what is no HTTP, is there.
    fileprivate var isUnreached: Bool {
        switch code {
        case .nameNotResolved, .refused, .hostUnreachable, .networkUnreachable, .connectTimedOut, .stalled,
            .totalTimedOut, .tls:
            true
        case .connectionReset, .partialBody, .invalidResponse, .invalidURL, .forbiddenAddress, .invalidRequest,
            .tooLarge, .sink, .source, .cancelled, .shutDown, .other:
            false
        }
    }
}
