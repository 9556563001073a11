import PulseAPI
import Quantities
import Transfer

/// Brings the bytes of one download: asks for its parts, several at a time where that helps, and goes on where an answer was
/// cut off.
struct DownloadRun: Sendable {
    let download: Download
    /// How long a worker goes on with answers that bring next to nothing.
    let budget: Duration
    /// Pauses before it asks again.
    var rest: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// The file as other machines have it: what it sends is not asked for.
    var stream: StoredStream?
    /// Sends one request for the file, or for a part of it.
    let ask: @Sendable (FilePart?, DownloadPart, Urgency) async throws(APIError) -> ResponseHead

    /// Returns when the download is complete or has failed, and no request for it is under way.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for await _ in download.workerCalls { group.addTask { await work() } }
            // The others' answers are of no use when one has failed.
            if !download.isComplete { group.cancelAll() }
        }
        // A cancelled task gets no calls any more.
        download.fail(Failure(.interrupted, "the download was given up"))
    }

    private func work() async {
        while let errand = download.claim() {
            do throws(Failure) { try await bring(errand) } catch { download.fail(error) }
        }
    }

    private func bring(_ errand: Download.Errand) async throws(Failure) {
        var order = errand.order
        var rest = Rest(order)
        var patience = Patience(budget, from: .now)
        while true {
            let part = DownloadPart(of: download, for: rest.order, from: rest.start)
            let before = download.received
            let answer = await answer(for: part, rest, errand.urgency)
            if part.reach?.isWhole == true { order = .whole }
            switch part.refusal {
            case .partIsFull: return
            case .givenUp: throw Failure(.interrupted, "nobody wants the file")
            case .changed: throw .changed
            case .outgrown: throw .outgrown
            case .rangeIgnored:
                guard order == .whole else {
                    // Whoever asked for the first part gets all.
                    if case .part(let range) = rest.order { download.giveBack(range) }
                    return
                }
                rest = Rest(.whole)
                continue
            case nil: break
            }
            switch answer {
            case .given: break
            case .leftOff:
                // Another request for what is left is nobody's fault.
                guard !Task.isCancelled else { throw Failure(.interrupted, "the download was given up") }
                rest = whatIsLeft(of: rest, after: part, ofWhole: order == .whole)
                continue
            case .refused(let problem):
                if download.knownSize == nil, part.reach == nil, order != .whole, problem.isOfRange {
                    // All of it may be had.
                    return download.firstPartIsRefused()
                }
                if problem.cause == .status(416) {
                    // It had such a range when the bytes came that a reader has, unless they were announced wrongly: asked for
                    // the same version, the server would have sent all of another.
                    if download.isRead, !download.canGoOn { throw .changed }
                    download.doubtSize()
                }
                // What had come before is no progress.
                let brought = download.received -| before
                guard part.reach != nil, problem.isCut, let pause = patience.pause(afterBringing: brought, at: .now)
                else {
                    throw Failure(problem)
                }
                do { try await self.rest(pause) } catch { throw Failure(problem) }
                rest = whatIsLeft(of: rest, after: part, ofWhole: order == .whole)
                continue
            }
            guard let reach = part.reach, reach.end != nil else {
                do throws(Download.Refusal) { return try download.end(at: part.next) } catch { throw .changed }
            }
            // A server may answer with less than it was asked for, though not with nothing.
            guard case .part(let range) = rest.order, !reach.isWhole, let size = download.knownSize,
                part.next < min(range.upperBound, size)
            else { return }
            guard part.next > range.lowerBound else {
                throw Failure(.badAnswer, "the server announces bytes that it does not send")
            }
            rest = Rest(.part(part.next..<range.upperBound))
        }
    }

    private func whatIsLeft(of rest: Rest, after part: DownloadPart, ofWhole isWhole: Bool) -> Rest {
        isWhole && !download.canGoOn ? Rest(.whole) : rest.after(part, of: download.knownSize)
    }

    private enum Answer {
        case given
        /// Another machine's copy is not to be had any further.
        case leftOff
        case refused(APIError)
    }

    /// Sends the request for what is left of an order.
    private func answer(for part: DownloadPart, _ rest: Rest, _ urgency: Urgency) async -> Answer {
        let asked: FilePart? =
            switch rest.order {
            case .whole: nil
            case .part(let range): FilePart(range, validator: download.validators?.condition)
            }
        switch await stream?.send(asked?.range, into: part) ?? .unasked {
        case .sent: return .given
        case .leftOff: return .leftOff
        case .unasked: break
        }
        do throws(APIError) {
            _ = try await ask(asked, part, urgency)
            return .given
        } catch {
            return .refused(error)
        }
    }

    /// What is left of an order.
    private struct Rest {
        let order: PartPlan.Order

        init(_ order: PartPlan.Order) { self.order = order }

        var start: UInt64 { order.range.lowerBound }

        /// What is left when so much of it has come; all of it when nobody knows where it ends.
        func after(_ part: DownloadPart, of size: UInt64?) -> Rest {
            let end: UInt64? =
                switch order {
                case .part(let range) where part.reach?.isWhole != true: min(range.upperBound, size ?? .max)
                default: part.reach?.end
                }
            guard let end, part.next < end else { return Rest(.whole) }
            return Rest(.part(part.next..<end))
        }
    }
}

/// How long to go on with a file whose answers are cut off.
struct Patience {
    private let budget: Duration
    /// Since when next to nothing has come.
    private var vainSince: ContinuousClock.Instant
    /// Cuts in a row that brought next to nothing.
    private var vain = 0
    private var cuts = 0

    private static let mostVain = 3
    private static let mostCuts = 64
    /// Bytes that are worth a request.
    private static let progress: UInt64 = 1 << 20
    private static let firstPause = Duration.milliseconds(250)

    init(_ budget: Duration, from now: ContinuousClock.Instant) { (self.budget, vainSince) = (budget, now) }

    /// How long to wait before the next attempt, at random up to a bound that doubles; nil when there is to be none.
    mutating func pause(afterBringing bytes: UInt64, at now: ContinuousClock.Instant) -> Duration? {
        if bytes >= Self.progress {
            (vain, vainSince) = (0, now)
        }
        vain += 1
        cuts += 1
        guard vain <= Self.mostVain, cuts <= Self.mostCuts else { return nil }
        let pause = Self.firstPause * (1 << (vain - 1)) * Double.random(in: 0...1)
        return vainSince.duration(to: now) + pause < budget ? pause : nil
    }
}

extension APIError {
    /// The request may be answered where it asks for no range.
    var isOfRange: Bool {
        switch cause {
        case .status(let status): [.rangeRefused, .unsupported].contains(StatusMeaning(status).kind)
        case .transport(.invalidResponse): true
        default: false
        }
    }

    /// The answer had begun and was broken off or fell silent, by nobody's decision.
    var isCut: Bool {
        switch cause {
        case .transport(.partialBody), .transport(.connectionReset), .transport(.stalled): true
        default: false
        }
    }
}
