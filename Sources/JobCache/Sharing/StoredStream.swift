import PulseAPI
import Quantities
import SharedStore
import Synchronization
import Transfer

/// A large file of the store, sent part by part as the API would send it, each byte as soon as its piece has come and opened.
///
/// What goes wrong is met once: from then on it sends nothing, and whoever reads asks the API for what is left.
package final class StoredStream: Sendable {
    /// What became of a request for a part.
    enum Outcome: Sendable {
        /// The store is not asked any more.
        case unasked
        /// All of it was sent.
        case sent
        /// What the sink has not taken is to be asked for anew, unless it has refused it for good.
        case leftOff
    }

    /// Why the store is not asked any more.
    private enum Loss {
        /// It is gone.
        case absent
        /// It does not open, or is not as long as it says.
        case damaged
        /// The store could not be asked, or has another object by now, or the bytes found no place here.
        case unread
    }

    private struct State {
        var etag: ETag
        var loss: Loss?
        var hasSent = false
    }

    let file: WholeFile
    private let tier: FleetTier
    private let key: ObjectKey
    private let beginning: FleetTier.Beginning
    private let facts: ObjectFacts
    private let state: Mutex<State>

    /// Requests of one part: once more after the object was renewed.
    private static let mostRequests = 2

    init(
        _ file: WholeFile, _ beginning: FleetTier.Beginning, _ facts: ObjectFacts, _ key: ObjectKey, in tier: FleetTier
    ) {
        (self.file, self.beginning, self.facts, self.key, self.tier) = (file, beginning, facts, key, tier)
        state = Mutex(State(etag: facts.etag))
    }

    /// Which version it is. Of one that cannot be compared, parts of two answers are not put together.
    var validators: Validators {
        Validators(entityTag: file.entityTag, lastModified: file.lastModified, size: file.size.bytes)
    }

    /// With what the file is to be shared anew when it has come otherwise; nil while what is there can stay.
    var ticket: FileTicket? {
        state.withLock { state in
            switch state.loss {
            case .absent: FileTicket(condition: .ifAbsent)
            case .damaged: FileTicket(condition: .ifStill(state.etag))
            case .unread, nil: nil
            }
        }
    }

    /// Hexadecimal SHA-256 of the whole file, where the store has had a part in it; nil where that is not known.
    var digest: String? { state.withLock { $0.hasSent } ? file.sha256 : nil }

    /// The file has come whole.
    /// - Parameter isRight: it has the digest.
    func end(isRight: Bool) {
        if !isRight {
            tier.noteRejected(key, "wrong_digest")
        } else if state.withLock({ $0.hasSent && $0.loss == nil }) {
            tier.renew(key, facts)
        }
    }

    // MARK: Sending

    /// Sends a part of the file, or all of it, into a sink: a head as the API's, and the body. Returns when nothing more of it comes. A
    /// task that is cancelled leaves off.
    func send(_ range: ByteRange?, into sink: any BodySink) async -> Outcome {
        guard !isLost, tier.admits() else { return .unasked }
        let size = file.size.bytes
        let (first, end) = (range?.first ?? 0, min(range?.last.map { $0 +| 1 } ?? size, size))
        guard first < end else { return .unasked }
        let part = first..<end
        let start = UInt64(beginning.start)
        let feed = StreamFeed(start +| part.lowerBound..<start +| part.upperBound, into: sink)
        do { try sink.receive(head: head(of: part, isPart: range != nil), flow: feed.flow) } catch { return .leftOff }
        do { try await feed.pass(beginning.first) } catch { return leaveOff(feed) }
        for _ in 0..<Self.mostRequests where !feed.isComplete {
            guard !isLost, !Task.isCancelled, await request(feed) else { break }
        }
        return feed.isComplete ? note(.sent, feed) : leaveOff(feed)
    }

    /// Where the sink has thrown for want of a place for the bytes, the answer to the next request meets the same and says so.
    private func leaveOff(_ feed: StreamFeed) -> Outcome {
        if !Task.isCancelled { lose(.unread) }
        return note(.leftOff, feed)
    }

    private func note(_ outcome: Outcome, _ feed: StreamFeed) -> Outcome {
        if feed.hasBegun { state.withLock { $0.hasSent = true } }
        return outcome
    }

    private var isLost: Bool { state.withLock { $0.loss != nil } }

    private func lose(_ loss: Loss) { state.withLock { $0.loss = $0.loss ?? loss } }

    /// As the API sent it with these bytes.
    private func head(of part: Range<UInt64>, isPart: Bool) -> ResponseHead {
        var fields: HTTPFields = ["Accept-Ranges": "bytes"]
        fields.append(name: "Content-Length", value: "\(part.upperBound -| part.lowerBound)")
        if isPart {
            let last = part.upperBound -| 1
            fields.append(name: "Content-Range", value: "bytes \(part.lowerBound)-\(last)/\(file.size.bytes)")
        }
        if let tag = file.entityTag { fields.append(name: "ETag", value: tag) }
        if let modified = file.lastModified { fields.append(name: "Last-Modified", value: modified) }
        return ResponseHead(status: isPart ? 206 : 200, httpVersion: .http11, fields: fields)
    }

    // MARK: Asking the store

    private struct OtherObject: Error {}

    /// Asks for the pieces of what is missing. True when it is to be asked once more.
    private func request(_ feed: StreamFeed) async -> Bool {
        let (missing, etag) = (feed.missing, state.withLock { $0.etag })
        let count = ByteCount(missing.upperBound -| missing.lowerBound)
        guard let span = beginning.opener.span(of: ByteCount(missing.lowerBound), count: count) else {
            reject("incomplete")
            return false
        }
        let sink = SpanSink(beginning.opener, span) { facts, flow in
            guard facts.etag == etag else { throw OtherObject() }
            feed.begin(flow)
        } take: { contents, offset in
            try feed.take(contents, at: offset)
        }
        do throws(ObjectStoreError) {
            try await get(span, etag, sink, feed)
        } catch {
            return await isWorthRepeating(error, sink, feed)
        }
        do { while try !sink.passOn() { try await feed.waitForResume() } } catch {
            if let problem = sink.problem { reject(problem.word) }
            return false
        }
        if !feed.isComplete { reject("incomplete") }
        return false
    }

    /// Bounds the time without a piece: one that trickles is not waited for.
    private func get(
        _ span: ObjectOpener.Span, _ etag: ETag, _ sink: SpanSink, _ feed: StreamFeed
    ) async throws(ObjectStoreError) {
        let (objects, rules, key, sleep) = (tier.fleet.objects, tier.rules, key, tier.sleep)
        let range = ByteRange(first: span.offset.bytes, last: (span.offset + span.count).bytes -| 1)
        let outcome = await withTaskGroup(of: Result<Void, ObjectStoreError>.self) { group in
            group.addTask {
                do throws(ObjectStoreError) {
                    _ = try await objects.get(key, range: range, .ifStill(etag), into: sink, within: rules.timeout)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                var seen = feed.progress
                while (try? await sleep(rules.fileTimeout)) != nil {
                    let now = feed.progress
                    if let now, now == seen { break }
                    seen = now
                }
                return .failure(
                    ObjectStoreError(
                        .unavailable(.unreached(.totalTimedOut)),
                        "a piece of \(key) takes longer than \(rules.fileTimeout)"))
            }
            defer { group.cancelAll() }
            return await group.next()
        }
        try outcome?.get()
    }

    private func isWorthRepeating(_ error: ObjectStoreError, _ sink: SpanSink, _ feed: StreamFeed) async -> Bool {
        guard !feed.isComplete, !Task.isCancelled else { return false }
        switch error.kind {
        case .conditionFailed:
            return await isRenewed()
        case .absent: lose(.absent)
        case .beyondEnd, .tooLarge: reject("incomplete")
        case .notTaken:
            if let problem = sink.problem { reject(problem.word) }
        default: tier.failed(error)
        }
        return false
    }

    /// What does not open, or ends too early, is written over when the file has come whole.
    private func reject(_ reason: String) {
        let isFirst = state.withLock { state in
            defer { state.loss = state.loss ?? .damaged }
            return state.loss == nil
        }
        if isFirst { tier.noteRejected(key, reason) }
    }

    /// Whether it has another name only because somebody has copied it onto itself: each writing has a nonce of its own.
    private func isRenewed() async -> Bool {
        guard case .bytes(let bytes, let facts)? = try? await tier.head(of: key),
            let opener = try? ObjectOpener(key, head: bytes, total: facts.size, tier.fleet.secret),
            opener.header.nonce == beginning.opener.header.nonce, opener.size == beginning.opener.size
        else { return false }
        state.withLock { $0.etag = facts.etag }
        return true
    }
}
