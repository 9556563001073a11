import PulseAPI
import PulseFS
import Settings
import Transfer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A few small requests, and what they say of the network, the key and the clock.
struct APIQuestions: Sendable {
    var reach: APIReach
    /// Nil when there is no key, or the API cannot be reached.
    var verdict: KeyVerdict?
    /// Seconds by which this machine's clock is ahead of the API's; nil when no answer said the time.
    var clockLead: Double?

    /// For each request.
    private static let patience = Duration.seconds(4)
    private static let limits = TransferLimits(
        connectTimeout: patience, stallTimeout: patience, answerTimeout: patience, totalTimeout: patience,
        maximumBodySize: 1 << 20)

    private init(_ origin: APIOrigin?) { reach = APIReach(origin: origin) }

    /// Asks for the head of the root, about the key, and for the head again. The key goes with the question about it alone.
    static func ask(
        _ origin: APIOrigin?, key: APIKey?, trusting authorities: CertificateAuthorities = .standard
    ) async -> APIQuestions {
        var questions = APIQuestions(origin)
        guard let origin else { return questions }
        let engine = TransferEngine(.init(userAgent: "pulsefs/\(Version.text)", authorities: authorities))
        await questions.look(origin, engine)
        if questions.reach.failure == nil {
            if let key { await questions.check(key, origin, engine) }
            await questions.look(origin, engine)
        }
        await engine.shutDown()
        return questions
    }

    private mutating func look(_ origin: APIOrigin, _ engine: TransferEngine) async {
        let begin = ContinuousClock.now
        do throws(TransferError) {
            let request = TransferRequest(.head, url: "\(origin)/", limits: Self.limits)
            let head = try await engine.perform(request, into: MemorySink(limit: 0)).head
            let time = begin.duration(to: .now)
            reach.answers.append(APIReach.Answer(status: head.status, time: time))
            reach.isHTTP2 = head.httpVersion == .http2
            if let date = head.fields["Date"].flatMap({ HTTPDate.seconds($0) }) {
                // Somewhere in the second that the date names, and on the way here.
                clockLead = Date().timeIntervalSince1970 - time / .seconds(2) - (Double(date) + 0.5)
            }
        } catch {
            reach.failure = error
        }
    }

    private mutating func check(_ key: APIKey, _ origin: APIOrigin, _ engine: TransferEngine) async {
        let client = PulseClient(
            origin: origin, engine: engine, limits: Self.limits,
            persistence: Persistence(RetryPolicy(budget: Self.patience, asksOnce: true)), key: { key })
        let begin = ContinuousClock.now
        verdict = await client.check(key)
        if verdict == .good { reach.answers.append(APIReach.Answer(status: 200, time: begin.duration(to: .now))) }
    }
}
