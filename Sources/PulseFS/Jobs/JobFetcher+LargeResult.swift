import ArtifactStore
import PulseAPI
import SystemPackage

/// Results that came as a link, which works once.
extension JobFetcher {
    /// Follows the link. The bytes are on disk, checked and durable, before anyone sees a file of them; at most one
    /// process of the cache asks, and one that finds what another left behind asks no more.
    func fetchLargeResult(of job: Job) async throws(Failure) -> Job {
        let reader = try reader(of: job)
        guard !store.isTemporary else {
            if let found = try await delivered(job, reader) { return found }
            throw Failure(
                .cacheFailed,
                "the result of job \(job.id) can be fetched only once, and the cache that should keep it cannot be written: name another with --cache-dir"
            )
        }
        guard
            let claim = try await store({ store throws(StoreError) in
                try await store.claim(origin: self.origin, id: job.id.text)
            })
        else { throw Failure(.interrupted, "the wait for the result of job \(job.id) was given up") }
        let job = try latest(job, for: reader)
        guard let url = job.facts.largeResultURL else {
            claim.settle()
            return job
        }
        guard PulseClient.canAsk(forLargeResultAt: url) else {
            claim.settle()
            throw Failure(
                .badAnswer, "the result of job \(job.id) is a link that cannot be followed: nothing was asked")
        }
        if let found = try await delivered(job, reader) {
            // Whoever published it died before the ledger said so.
            if try await history(of: job).last?.event != .delivered { try await enter(.delivered, job) }
            claim.settle()
            return found
        }
        do throws(Failure) {
            if claim.hasLeftover, case .success(let facts) = try await scan(claim.document) {
                return try await deliver(facts, claim, job, reader)
            }
            try await download(url, claim, job)
            switch try await scan(claim.document) {
            case .success(let facts): return try await deliver(facts, claim, job, reader)
            case .failure(let error): throw try await setAside(claim, job, error)
            }
        } catch  where error.reason == .gone {
            return try await giveUp(claim, job, error, reader)
        }
    }

    private func download(_ url: String, _ claim: SingleUseClaim, _ job: Job) async throws(Failure) {
        try await onDisk { () throws(StoreError) in try claim.document.restart() }
        try await enter(.claimed, job)
        store.steps.reached(.claimed)
        do throws(APIError) {
            _ = try await client.getLargeResult(
                at: url, of: job.id, into: ReservingSink(claim.document))
        } catch {
            throw Failure(error)
        }
        // From here on the API will not give it again: the bytes must outlive whatever happens next.
        try await onDisk { () throws(StoreError) in try claim.document.synchronize() }
        store.steps.reached(.downloaded)
    }

    /// The job with its result, when that is in the store and the index does not know.
    private func delivered(_ job: Job, _ reader: KeyInUse) async throws(Failure) -> Job? {
        guard let tree = store.labelledTree(origin: origin, id: job.id.text),
            tree.artifacts.contains(where: { $0.slot == .result && $0.isStored && $0.isSingleUse })
        else { return nil }
        var known = job.facts
        known.largeResultURL = nil
        return try await record(known, tree.artifacts, of: job.id, for: reader)
    }

    private func scan(_ document: SpoolFile) async throws(Failure) -> Result<ResultFacts, JSONError> {
        try await ResultHarvest.scan(document, in: store) { source throws(JSONError) in try ResultFacts.scan(source) }
    }

    private func deliver(
        _ facts: ResultFacts, _ claim: SingleUseClaim, _ job: Job, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        let size = try await onDisk { () throws(StoreError) in try claim.document.size() }
        var known = job.facts
        known.largeResultURL = nil
        known.pageCount = facts.pageCount
        let harvest = ResultHarvest(
            store: store, facts: known, job: job.id, grantee: reader.fingerprint, document: claim.document,
            isSingleUse: true)
        let artifacts = try await harvest.artifacts(JobResult(range: 0..<size, facts: facts))
        let whole = try await record(known, artifacts, of: job.id, for: reader)
        // The files and what they say of themselves are durable; only when the ledger is too may the download's own file go.
        try await enter(.delivered, job)
        store.steps.reached(.delivered)
        claim.settle()
        return whole
    }

    private func giveUp(
        _ claim: SingleUseClaim, _ job: Job, _ failure: Failure, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        let history = try await history(of: job)
        try await enter(.gone, job)
        var known = job.facts
        known.largeResultURL = nil
        known.explanation = Explanation.deliveredBefore(failure, history)
        let job = try await record(known, nil, of: job.id, for: reader)
        claim.settle()
        return job
    }

    /// What the link gave is no result. It may have been all there is, so the bytes are kept; it may have come from someone
    /// in between, so the link is followed again when the result is next looked for.
    private func setAside(_ claim: SingleUseClaim, _ job: Job, _ error: JSONError) async throws(Failure) -> Failure {
        let directory = store.directory.aside
        let path = try await onDisk { () throws(StoreError) in try claim.document.setAside(in: directory) }
        try await enter(.unusable, job)
        return Failure(.notAJob, "the large result of job \(job.id): \(error); what arrived is kept in \(path)")
    }

    // MARK: The store, with its errors as failures

    private func history(of job: Job) async throws(Failure) -> [LedgerEntry] {
        try await store { store throws(StoreError) in try store.ledger(origin: self.origin, id: job.id.text) }
    }

    private func enter(_ event: LedgerEvent, _ job: Job) async throws(Failure) {
        events.record(Event.Kind(event), Place(job: job.id.text), message: "entered in the ledger by \(actor)")
        try await store { store throws(StoreError) in
            try await store.enter(event, origin: self.origin, id: job.id.text, actor: self.actor, at: APITime.now)
        }
    }

    private func onDisk<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(Failure) -> Value {
        try await store { store throws(StoreError) in try await store.onDisk(work) }
    }

    private func store<Value: Sendable>(
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
            case .lost: .resultLost
            }
    }
}
