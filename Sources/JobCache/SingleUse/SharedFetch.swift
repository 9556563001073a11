package import ArtifactStore
import PulseAPI
import SharedStore

/// How one machine comes to have a result that can be fetched only once, where machines share a store: one of them asks the link, and
/// the others have the bytes from there. docs/store.md draws what becomes of a claim.
package struct SharedFetch<Work: SingleUseWork>: Sendable {
    /// What one turn at a result came to.
    private enum Turn: Sendable {
        case done(Work.Whole)
        /// Look again after so long.
        case wait(Duration)
        /// This machine's claim has come to nothing; another may be had.
        case anew(after: Duration)
    }

    private let work: Work
    private let results: SharedResults
    private let progress: SingleUseProgress
    /// When the link ends, by the API's clock.
    private let end: Timestamp
    private let time: @Sendable () -> Timestamp
    private let chance: @Sendable () -> Double

    private var tier: any ClaimTier { results.tier }
    private var job: JobID { work.job }

    /// - Parameters:
    ///   - end: when the link ends, by the API's clock.
    ///   - time: now, by this machine's.
    ///   - chance: evenly from 0 to 1.
    package init(
        _ work: Work, _ results: SharedResults, _ progress: SingleUseProgress, until end: Timestamp,
        time: @escaping @Sendable () -> Timestamp, chance: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        (self.work, self.results, self.progress) = (work, results, progress)
        (self.end, self.time, self.chance) = (end, time, chance)
    }

    /// Waits for whoever has claimed the result, or claims it and fetches it. The lock that the processes of the cache have in common is
    /// held for each turn alone: while one waits for another machine, the others can look too.
    ///
    /// Nil when claims are worth nothing, and each machine asks for itself.
    package func callAsFunction() async throws(Failure) -> Work.Whole? {
        if let loss = results.loss(of: job) { throw loss }
        var search = begun()
        while true {
            guard tier.sharesResults else { return nil }
            let pause: Duration
            switch try await turn(&search) {
            case .done(let whole): return whole
            case .wait(let time): pause = time
            case .anew(let time):
                pause = time
                search = begun()
            }
            let known = results.known(of: job)?.record
            progress.note(
                .elsewhere(Self.waiting(for: known, isAnswered: search.isAnswered)), received: known?.received ?? 0)
            do { try await tier.sleep(pause) } catch {
                throw Failure(.interrupted, "the wait for the result of job \(job) was given up")
            }
        }
    }

    private func begun() -> ClaimSearch { ClaimSearch(job, until: end, in: tier, time: time(), chance: chance()) }

    /// What is waited for, as a part of a sentence.
    private static func waiting(for record: ClaimRecord?, isAnswered: Bool) -> String {
        if record?.delivery != nil { return "the shared store, which has it, does not answer" }
        guard let record, let received = record.received else {
            return isAnswered
                ? "no machine has claimed it in the shared store, and this one cannot write there"
                : "the shared store, which would know who fetches it, cannot be asked"
        }
        return "\(Explanation.words(record.machine) ?? "another machine") has claimed it and has \(received) bytes"
    }

    private func turn(_ search: inout ClaimSearch) async throws(Failure) -> Turn {
        var lock = try await work.lock()
        let outcome: Turn
        do throws(Failure) { outcome = try await turn(&search, &lock) } catch {
            await work.leave(lock)
            throw error
        }
        if case .done = outcome { results.found(job) } else { await work.leave(lock) }
        return outcome
    }

    private func turn(_ search: inout ClaimSearch, _ lock: inout Work.Lock) async throws(Failure) -> Turn {
        let isPartKnown = search.isKnown(work.remains(in: lock))
        if let found = try await work.found(&lock, isPartKnown: isPartKnown) {
            share(found, nil)
            return .done(found)
        }
        let remains = work.remains(in: lock)
        search.know(remains)
        switch await search.next(former: remains.nonce, seen: { results.saw($0, of: job) }) {
        case .wait(let pause): return .wait(pause)
        case .damaged(let words):
            throw Failure(
                .badAnswer,
                "the result of job \(job) can be fetched only once, and what the shared store says of it is damaged (\(words)): nobody asks for it, so that it is not lost"
            )
        case .gone(let record): throw try await lost(record)
        case .take(let delivery):
            guard let whole = try await take(delivery, lock) else { return .wait(tier.claimRules.repeated) }
            return .done(whole)
        case .askAlone:
            // The link has said that it is spent: only the store can have the result.
            guard try await !work.isSpent() else { return .wait(tier.claimRules.recheck) }
            tier.count(.late)
            progress.note(.asking, received: remains.received)
            switch try await work.ask(lock) {
            case .whole(let whole):
                share(whole, nil)
                return .done(whole)
            case .spent(let failure): return try await spent(lock, failure, SealedHeader.randomNonce())
            }
        case .hold(let grip, let silent):
            if let silent {
                tier.count(.takenOver)
                work.noteTakenOver(from: silent.machine)
            } else {
                tier.count(.claimed)
            }
            return try await fetch(lock, grip)
        }
    }

    // MARK: As the claimant

    private enum Raced: Sendable {
        case asked(Result<SingleUseAnswer<Work.Whole>, Failure>)
        /// The claim could not be kept alive, and another machine may have begun.
        case lost
        case ended
    }

    private func fetch(_ lock: Work.Lock, _ grip: ClaimGrip) async throws(Failure) -> Turn {
        let held = HeldClaim(grip, of: job, in: tier, progress) { results.saw($0, of: job) }
        progress.note(.asking, received: work.remains(in: lock).received)
        results.hold(held)
        await work.note(nonce: held.nonce, in: lock)
        let (outcome, isLost) = await race(lock, held)
        switch outcome {
        case .success(.whole(let whole)):
            share(whole, held)
            return .done(whole)
        case .success(.spent(let failure)):
            await results.letGo(held)
            return try await spent(lock, failure, held.nonce)
        case .failure(let failure):
            await results.letGo(held)
            if isLost { return .anew(after: tier.claimRules.look) }
            // What has come whole and is no file yet is this machine's to bring: nobody else is to ask.
            if !progress.isWhole || failure.reason == .notAJob || failure.reason == .partialBody {
                await release(held)
            }
            throw failure
        }
    }

    private func race(
        _ lock: Work.Lock, _ held: HeldClaim
    ) async -> (outcome: Result<SingleUseAnswer<Work.Whole>, Failure>, isLost: Bool) {
        await withTaskGroup(of: Raced.self) { group in
            group.addTask {
                do throws(Failure) { return .asked(.success(try await work.ask(lock))) } catch {
                    return .asked(.failure(error))
                }
            }
            group.addTask { await held.untilLost() ? .lost : .ended }
            var outcome = Result<SingleUseAnswer<Work.Whole>, Failure>.failure(
                Failure(.interrupted, "it was given up"))
            var isLost = false
            for await raced in group {
                switch raced {
                case .asked(let result): outcome = result
                case .lost: isLost = true
                case .ended: continue
                }
                group.cancelAll()
            }
            return (outcome, isLost)
        }
    }

    /// Others may ask: nothing has come of it. Goes on when the caller is cancelled.
    private func release(_ held: HeldClaim) async {
        let ending = Task {
            await results.end(job) { seen in ClaimEnd.release(nonce: held.nonce, after: seen) }
        }
        if case .record(let record, _)? = await ending.value, record.word == "released" { tier.count(.released) }
    }

    // MARK: When the link is spent

    /// The link has told this machine that it is spent: whoever had the claim before may have the bytes.
    private func spent(_ lock: Work.Lock, _ failure: Failure, _ nonce: String) async throws(Failure) -> Turn {
        try await work.noteSpent(lock)
        let evidence = ClaimRecord.Evidence(
            words: failure.words, machine: tier.machine, time: FleetRules.seconds(time()))
        let there = await results.end(job) { ClaimEnd.gone(evidence, nonce: nonce, after: $0) }
        guard case .record(let record, _)? = there else {
            let unknown = Failure(
                .timedOut,
                "the result of job \(job) can be fetched only once, and has been; the shared store, which may have it, cannot be asked"
            )
            results.lose(job, unknown, try await work.words(forSpent: failure.words))
            throw unknown
        }
        switch record.state {
        case .gone:
            tier.count(.gone)
            throw try await lost(record)
        // Somebody has it by now, or asks and will be told the same.
        case .delivered, .claimed, .released: return .anew(after: tier.claimRules.look)
        }
    }

    /// Nobody can have it now, as far as anyone of the fleet has said.
    private func lost(_ record: ClaimRecord) async throws(Failure) -> Failure {
        let words = try await work.words(for: record)
        let failure = Failure(
            .gone,
            "the result of job \(job) can be fetched only once, and the API says that it was, or that its hour is over")
        results.lose(job, failure, words)
        return failure
    }

    // MARK: From the store

    /// A result that was evicted here, once more from the store that it came from, or was brought to; nil when it is not there.
    package func again() async throws(Failure) -> Work.Whole? {
        let lock = try await work.lock()
        let seen = await tier.claim(of: job)
        results.saw(seen, of: job)
        var whole: Work.Whole?
        do throws(Failure) {
            if case .record(let record, _) = seen, let delivery = record.delivery {
                whole = try await take(delivery, lock)
            }
        } catch {
            await work.leave(lock)
            throw error
        }
        if whole == nil { await work.leave(lock) }
        return whole
    }

    /// Nil when the store cannot be asked now.
    private func take(_ delivery: ClaimRecord.Delivery, _ lock: Work.Lock) async throws(Failure) -> Work.Whole? {
        let file = try await work.file(for: delivery)
        progress.note(.taking, received: 0)
        let arrival = await tier.bring(delivery, of: job, into: file) { [progress] in
            progress.note(.taking, received: $0)
        }
        switch arrival {
        case .unreachable: return nil
        case .unwritable(let error): throw Failure(noRoom: error, Self.noRoom(job))
        case .damaged(let words):
            throw Failure(.badAnswer, "the result of job \(job) is damaged in the shared store: \(words)")
        case .missing:
            let failure = Failure(
                .gone,
                "the result of job \(job) was in the shared store, and is not there any more; \(delivery.machine) may bring it again"
            )
            results.lose(job, failure, work.words(forMissing: delivery))
            throw failure
        case .whole: break
        }
        let whole = try await work.publish(file, delivery, lock)
        tier.count(.taken)
        return whole
    }

    static func noRoom(_ job: JobID) -> String {
        "the result of job \(job) is in the shared store, and the cache's disk has no room for it: make room"
    }

    // MARK: To the others

    /// Brings a result that is durable here to the others, beside readers. Takes over the claim, if there is one.
    private func share(_ whole: Work.Whole, _ held: HeldClaim?) {
        let delivery = work.delivery(of: whole)
        let begun = results.deliver(job) { [results] in
            let isDone = await delivery.bring(as: held?.nonce, in: results, isPatient: true) { await held?.end() }
            if let held { await results.letGo(held) }
            return isDone
        }
        // The mount is ending: the next one brings it.
        if !begun.isBegun, let held { Task { [results] in await results.letGo(held) } }
    }
}

extension ClaimRecord {
    /// Bytes that the claimant has, as it last said; nil when nobody has claimed it now.
    var received: UInt64? { if case .claimed(let progress) = state { progress.received } else { nil } }
}
