import ArtifactStore
import JSONStream
import PulseAPI
import Quantities
import SystemPackage

/// Results that came as a link, which works once. Nothing that is decided here loses one: docs/cache.md draws the states.
extension JobFetcher {
    /// Follows the link. The bytes are on disk, checked and durable, before anyone sees a file of them; at most one
    /// process of the cache asks, and one that finds what another left behind goes on from there.
    ///
    /// Takes as long as the link and the disk do. When the task is cancelled, what has come stays.
    func fetchLargeResult(of job: Job, _ progress: SingleUseProgress) async throws(Failure) -> Job {
        let reader = try reader(of: job)
        guard !store.isTemporary else {
            if let found = try await delivered(job, reader) { return found }
            throw Failure(
                .cacheFailed,
                "the result of job \(job.id) can be fetched only once, and the cache that should keep it cannot be written: name another with --cache-dir"
            )
        }
        if let results, results.tier.sharesResults { return try await fetchShared(job, results, progress, reader) }
        return try await fetchAlone(job, progress, reader)
    }

    /// The same where no other machine has to be asked.
    func fetchAlone(
        _ job: Job, _ progress: SingleUseProgress, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        var claim = try await claim(job, progress)
        do throws(Failure) {
            return try await fetch(latest(job, for: reader), &claim, progress, reader)
        } catch {
            await settleIfEmpty(claim)
            throw error
        }
    }

    /// A claim that has brought nothing stands for nothing.
    func settleIfEmpty(_ claim: SingleUseClaim) async {
        if (try? await onDisk({ () throws(StoreError) in try claim.document.size() })) == 0 { claim.settle() }
    }

    func claim(_ job: Job, _ progress: SingleUseProgress) async throws(Failure) -> SingleUseClaim {
        let (origin, id) = (origin, job.id.text)
        var pause = Duration.milliseconds(2)
        while true {
            let claim = try await store { store throws(StoreError) in try await store.claimNow(origin: origin, id: id) }
            if let claim { return claim }
            let seen = store.claimant(origin: origin, id: id)
            progress.note(.queued(seen?.holder), received: seen?.received ?? 0)
            do { try await Task.sleep(for: pause) } catch {
                throw Failure(.interrupted, "the wait for the result of job \(job.id) was given up")
            }
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    private func fetch(
        _ job: Job, _ claim: inout SingleUseClaim, _ progress: SingleUseProgress, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        if let found = try await here(job, &claim, progress, reader) { return found }
        progress.note(.asking, received: claim.leftover)
        switch try await ask(job, claim, progress, reader) {
        case .whole(let job): return job
        case .spent(let failure): return try await giveUp(claim, job, failure, reader)
        }
    }

    /// The job when nobody has to be asked: its result is here, or there is none to be had. Nil when its link is to be asked, of which
    /// a part may have come.
    /// - Parameter isPartKnown: what is on the disk has been found not to be all of it.
    func here(
        _ job: Job, _ claim: inout SingleUseClaim, _ progress: SingleUseProgress, _ reader: KeyInUse,
        isPartKnown: Bool = false
    ) async throws(Failure) -> Job? {
        guard let url = job.facts.largeResultURL else {
            // Someone has brought it meanwhile, or found that it is gone.
            if !claim.hasLeftover { claim.settle() }
            return job
        }
        guard PulseClient.canAsk(forLargeResultAt: url) else {
            claim.settle()
            throw Failure(
                .badAnswer, "the result of job \(job.id) is a link that cannot be followed: nothing was asked")
        }
        if let found = try await delivered(job, reader) {
            // Whoever published it died before the ledger said so.
            if try await !history(of: job).endsWithDelivery { try await enter(.delivered, job) }
            claim.settle()
            return found
        }
        if let back = try await takenBack(claim, job) { claim = back }
        if claim.hasLeftover, !isPartKnown {
            switch try await look(at: claim, job, isComplete: claim.leftoverFacts?.length != nil) {
            case .result(let facts): return try await deliver(facts, claim, job, reader, progress)
            case .part: break
            case .other(let words):
                _ = try await setAside(claim, job, words)
                claim = try await self.claim(job, progress)
            }
        }
        return nil
    }

    /// Asks the link, and goes on where a part has come.
    func ask(
        _ job: Job, _ claim: SingleUseClaim, _ progress: SingleUseProgress, _ reader: KeyInUse
    ) async throws(Failure) -> SingleUseAnswer<Job> {
        guard let url = job.facts.largeResultURL else { return .whole(job) }
        do throws(Failure) { try await download(url, claim, job, progress) } catch  where error.reason == .gone {
            return .spent(error)
        }
        switch try await look(at: claim, job, isComplete: true) {
        case .result(let facts): return .whole(try await deliver(facts, claim, job, reader, progress))
        case .part: throw Failure(.partialBody, "the large result of job \(job.id) has not come whole")
        case .other(let words):
            let path = try await setAside(claim, job, words)
            throw Failure(.notAJob, "the large result of job \(job.id): \(words); what arrived is kept in \(path)")
        }
    }

    // MARK: The download

    /// Room that there must be before a link is asked that does not say how much it has.
    private static let leastRoom: UInt64 = 1 << 20
    /// Room that is made if it can be.
    private static let room: UInt64 = 16 << 20

    private func download(
        _ url: String, _ claim: SingleUseClaim, _ job: Job, _ progress: SingleUseProgress
    ) async throws(Failure) {
        try await reserve(claim, job)
        // Facts of bytes that are gone are those of no others.
        if !claim.hasLeftover { claim.forgetFacts() }
        try await enter(.claimed, job)
        store.steps.reached(.claimed)
        let sink = SingleUseDownload(into: claim, in: store, progress)
        var patience = Patience(client.budget, from: .now)
        while true {
            let (part, before) = (sink.missingPart, sink.received)
            sink.begin(part)
            progress.note(.asking, received: before)
            let problem: APIError
            do throws(APIError) {
                _ = try await client.getLargeResult(at: url, of: job.id, part, into: sink, urgency: .foreground)
                break
            } catch {
                problem = error
            }
            // What came is on the disk before anything else is decided.
            try await store { _ throws(StoreError) in try await sink.settle(isWhole: false) }
            // The server has no such part, or sent another one: all of it is asked for.
            if part != nil, problem.cause == .status(416) || sink.hasRefused {
                sink.forgetValidator()
                continue
            }
            let brought = sink.received -| before
            // A server that refuses downloads that overlap has not noticed yet that the last one has ended.
            let isOccupied = problem.cause == .status(409) || problem.cause == .status(423)
            guard isOccupied || (sink.hasBegun && problem.isCut),
                let pause = patience.pause(afterBringing: brought, at: .now)
            else {
                throw Failure(problem)
            }
            do { try await Task.sleep(for: pause) } catch { throw Failure(problem) }
        }
        progress.note(.publishing, received: sink.received)
        // From here on the API will not give it again: the bytes must outlive whatever happens next.
        try await store { _ throws(StoreError) in
            try await sink.settle(isWhole: true)
            try await sink.finish()
        }
        progress.note(.publishing, received: sink.received)
        store.steps.reached(.downloaded)
        guard !sink.isRescued else { throw try await keptOutside(claim, job) }
    }

    /// A result that came when the cache's disk had no room, brought into the cache. Nobody is asked while it cannot be.
    private func takenBack(_ claim: SingleUseClaim, _ job: Job) async throws(Failure) -> SingleUseClaim? {
        do throws(StoreError) { return try await store.takeBack(claim) } catch {
            guard error.isOutOfRoom else { throw Failure(error) }
            throw try await keptOutside(claim, job, error)
        }
    }

    private func keptOutside(
        _ claim: SingleUseClaim, _ job: Job, _ cause: StoreError? = nil
    ) async throws(Failure) -> Failure {
        let path = try await store { store throws(StoreError) in
            try await store.onDisk { () throws(StoreError) in try store.rescued(claim) }
        }
        let place = path.map { "\($0)" } ?? "memory"
        return Failure(
            noRoom: cause ?? StoreError(.system, "the cache's disk has no room", cause: .noSpace),
            "the result of job \(job.id) can be fetched only once, and has come, but the cache's disk has no room for it: make room; "
                + "until then it is kept in \(place)")
    }

    /// The link is not asked before there is room for what it gives, as far as that can be known.
    private func reserve(_ claim: SingleUseClaim, _ job: Job) async throws(Failure) {
        let present = claim.leftover
        let announced = claim.leftoverFacts?.announced ?? 0
        do throws(StoreError) {
            do throws(StoreError) {
                return try await store.reserve(max(present +| Self.room, announced), for: claim)
            } catch  where error.isOutOfRoom {
                try await store.reserve(max(present +| Self.leastRoom, announced), for: claim)
            }
        } catch {
            throw Failure(
                noRoom: error,
                "the result of job \(job.id) can be fetched only once, and the cache's disk has no room for it, so it was not asked for: make room (\(error))"
            )
        }
    }

    // MARK: What has come

    private enum Content {
        case result(ResultFacts)
        /// The beginning of a result, as far as can be told.
        case part
        /// Something else, in words.
        case other(String)
    }

    /// Throws when it cannot be read: then nothing is known of it, and it stays as it is.
    private func look(at claim: SingleUseClaim, _ job: Job, isComplete: Bool) async throws(Failure) -> Content {
        let length = try await onDisk { () throws(StoreError) in
            let size = try claim.document.size()
            return isComplete ? size : claim.leftover
        }
        let document = DocumentSource(claim.document, length: claim.leftoverFacts?.length ?? length)
        let scanned = try await ResultHarvest.scan(document, in: store) { source throws(JSONError) in
            // An error that the API sends as if it were a result is small.
            if length <= Self.longestErrorObject, try ErrorObject.isOne(source) { return ResultFacts?.none }
            return try ResultFacts.scan(source)
        }
        switch scanned {
        case .success(let facts?): return .result(facts)
        case .success(nil): return .other("the answer is the object of an error, and no result")
        case .failure(let error):
            switch error.code {
            // A cut may be amid an escape or a character, which then is none.
            case _ where !isComplete && (error.code == .unexpectedEnd || error.offset +| Self.longestToken >= length):
                return .part
            default: return .other("\(error)")
            }
        }
    }

    private static let longestErrorObject: UInt64 = 1 << 20
    /// Bytes of a token of which a cut may leave the beginning.
    private static let longestToken: UInt64 = 16

    /// The job with its result, when that is in the store and the index does not know.
    private func delivered(_ job: Job, _ reader: KeyInUse) async throws(Failure) -> Job? {
        let key = job.blobKey(.result)
        let tree = try await store { store throws(StoreError) in
            try await store.onDisk { () throws(StoreError) in try store.publishedTree(key) }
        }
        guard let tree, tree.artifacts.contains(where: { $0.slot == .result && $0.isStored && $0.isSingleUse }) else {
            return nil
        }
        var known = job.facts
        (known.largeResultURL, known.explanation) = (nil, nil)
        return try await shown(known, tree.artifacts, of: job, for: reader)
    }

    private func deliver(
        _ facts: ResultFacts, _ claim: SingleUseClaim, _ job: Job, _ reader: KeyInUse, _ progress: SingleUseProgress
    ) async throws(Failure) -> Job {
        progress.note(.publishing, received: claim.leftover)
        let length = try await onDisk { () throws(StoreError) in
            // What a process that died wrote behind the end is no content.
            if let length = claim.leftoverFacts?.length { try claim.document.cut(to: length) }
            return try claim.document.size()
        }
        var known = job.facts
        (known.largeResultURL, known.explanation) = (nil, nil)
        let document = DocumentSource(claim.document, length: length)
        await ResultHarvest.describe(&known, facts, in: document, store)
        noteCut(facts, of: job.id)
        let harvest = ResultHarvest(
            store: store, facts: known, job: job.id, grantee: reader.fingerprint, document: document)
        let artifacts = try await harvest.adopt(claim, facts)
        let whole = try await shown(known, artifacts, of: job, for: reader)
        // The file and what it says of itself are durable; only when the ledger is too may what stands beside it go.
        do throws(Failure) {
            try await enter(.delivered, job)
            store.steps.reached(.delivered)
            claim.settle()
        } catch {
            // It is delivered all the same: whoever starts next says so.
            store.reportUnwritable(error.storeError ?? StoreError(.system, error.words))
        }
        // Cut out of it now, as whoever looks wants them next; what does not fit is cut out when it is read.
        return (try? await harvestAgain(whole)) ?? whole
    }

    /// The job with these files: as the index has it, or in memory alone while the index takes nothing. The blob says the
    /// same of itself. Without `artifacts` it has the files that it had.
    func shown(
        _ facts: StoredJob, _ artifacts: [StoredArtifact]?, of job: Job, for reader: KeyInUse
    ) async throws(Failure) -> Job {
        do throws(Failure) { return try await record(facts, artifacts, of: job.id, for: reader) } catch {
            guard let cause = error.storeError else { throw error }
            store.reportUnwritable(cause)
            let shown = Job(
                ordinal: job.ordinal, id: job.id, facts: facts, artifacts: artifacts ?? job.artifacts)
            catalog.put(shown, for: reader, changed: true)
            return shown
        }
    }

    private func giveUp(
        _ claim: SingleUseClaim, _ job: Job, _ failure: Failure, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        let history = try await history(of: job)
        try await noteSpent(claim, job)
        var known = job.facts
        known.largeResultURL = nil
        known.explanation = Explanation.deliveredBefore(
            failure, history, kept: store.kept(origin: origin, id: job.id.text))
        let job = try await shown(known, nil, of: job, for: reader)
        claim.settle()
        return job
    }

    /// The ledger has it that the link is spent, and the part that has come is kept aside.
    func noteSpent(_ claim: SingleUseClaim, _ job: Job) async throws(Failure) {
        try await enter(.gone, job)
        let size = try await onDisk { () throws(StoreError) in try claim.document.size() }
        guard size > 0 else { return }
        let directory = store.directory.aside
        _ = try await onDisk { () throws(StoreError) in try claim.document.setAside(in: directory) }
    }

    /// What the link gave is no result. It may have been all there is, so the bytes are kept; it may have come from someone
    /// in between, so the link is followed again when the result is next looked for.
    private func setAside(_ claim: SingleUseClaim, _ job: Job, _ words: String) async throws(Failure) -> FilePath {
        let directory = store.directory.aside
        let path = try await onDisk { () throws(StoreError) in try claim.document.setAside(in: directory) }
        claim.settle()
        try await enter(.unusable, job)
        return path
    }

    // MARK: The store, with its errors as failures

    func history(of job: Job) async throws(Failure) -> [LedgerEntry] {
        try await store { store throws(StoreError) in try store.ledger(origin: self.origin, id: job.id.text) }
    }

    func enter(_ event: LedgerEvent, _ job: Job) async throws(Failure) { try await enter(event, job.id) }

    func enter(_ event: LedgerEvent, _ job: JobID) async throws(Failure) {
        try await store { store throws(StoreError) in
            try await store.enter(event, origin: self.origin, id: job.text, actor: self.actor, at: APITime.now)
        }
        events.record(Event.Kind(event), Place(job: job.text), message: "entered in the ledger by \(actor)")
    }

    func onDisk<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(Failure) -> Value {
        try await store { store throws(StoreError) in try await store.onDisk(work) }
    }

    func store<Value: Sendable>(
        _ work: (ArtifactStore) async throws(StoreError) -> Value
    ) async throws(Failure) -> Value {
        do throws(StoreError) { return try await work(store) } catch { throw Failure(error) }
    }
}

extension Event.Kind {
    fileprivate init(_ event: LedgerEvent) {
        self =
            switch event {
            case .claimed: .resultClaimed
            case .delivered: .resultDelivered
            case .gone: .resultGone
            case .unusable: .resultUnusable
            case .uploaded: .resultUploaded
            case .taken: .resultTaken
            case .lost: .resultLost
            }
    }
}
