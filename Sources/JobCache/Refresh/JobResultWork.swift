import ArtifactStore
import JSONStream
import PulseAPI
import SharedStore
import SystemPackage

/// What this machine does about one result that machines share: with its cache, by way of its fetcher.
struct JobResultWork: SingleUseWork {
    struct Lock: Sendable {
        var claim: SingleUseClaim
        /// As it is known since the lock was taken.
        let job: Job
    }

    let fetcher: JobFetcher
    /// As it was known when this began.
    let shown: Job
    let reader: KeyInUse
    let results: SharedResults
    let progress: SingleUseProgress

    var job: JobID { shown.id }
    private var recheck: Duration { results.tier.claimRules.recheck }
    private var kept: [Explanation.Kept] { fetcher.store.kept(origin: fetcher.origin, id: job.text) }

    func lock() async throws(Failure) -> Lock {
        let claim = try await fetcher.claim(shown, progress)
        do throws(Failure) { return Lock(claim: claim, job: try fetcher.latest(shown, for: reader)) } catch {
            await fetcher.settleIfEmpty(claim)
            throw error
        }
    }

    func leave(_ lock: Lock) async { await fetcher.settleIfEmpty(lock.claim) }

    func remains(in lock: Lock) -> SingleUseRemains {
        SingleUseRemains(received: lock.claim.leftover, nonce: lock.claim.formerNonce)
    }

    func found(_ lock: inout Lock, isPartKnown: Bool) async throws(Failure) -> Job? {
        try await fetcher.here(lock.job, &lock.claim, progress, reader, isPartKnown: isPartKnown)
    }

    func note(nonce: String, in lock: Lock) async {
        try? await fetcher.onDisk { () throws(StoreError) in try lock.claim.note(nonce: nonce) }
        fetcher.store.steps.reached(.held)
    }

    func ask(_ lock: Lock) async throws(Failure) -> SingleUseAnswer<Job> {
        try await fetcher.ask(lock.job, lock.claim, progress, reader)
    }

    func isSpent() async throws(Failure) -> Bool {
        try await fetcher.history(of: shown).contains { $0.event == .gone }
    }

    func noteSpent(_ lock: Lock) async throws(Failure) {
        try await fetcher.noteSpent(lock.claim, lock.job)
        lock.claim.settle()
    }

    func file(for delivery: ClaimRecord.Delivery) async throws(Failure) -> SpoolFile {
        guard await fetcher.store.arrivals.find(delivery.size, of: delivery.size) else {
            throw Failure(
                noRoom: StoreError(.system, "the cache has no room for it", cause: .noSpace),
                SharedFetch<Self>.noRoom(job))
        }
        return try await fetcher.store { store throws(StoreError) in try await store.spoolWhenPossible() }
    }

    func publish(_ file: SpoolFile, _ delivery: ClaimRecord.Delivery, _ lock: Lock) async throws(Failure) -> Job {
        let taken = try await fetcher.publish(file, delivery, lock.job, reader)
        lock.claim.settle()
        return taken
    }

    func delivery(of whole: Job) -> SharedDelivery { fetcher.delivery(of: whole, results) }

    func words(for record: ClaimRecord) async throws(Failure) -> String {
        Explanation.lost(record, try await fetcher.history(of: shown), kept, recheck: recheck)
    }

    func words(forSpent words: String) async throws(Failure) -> String {
        Explanation.spent(words, try await fetcher.history(of: shown), kept)
    }

    func words(forMissing delivery: ClaimRecord.Delivery) -> String {
        Explanation.missing(delivery, kept, recheck: recheck)
    }

    func noteTakenOver(from machine: String) {
        fetcher.events.record(
            .claimTakenOver, Place(job: job.text),
            message: "this machine asks for the result in place of \(machine), which has fallen silent")
    }
}

extension JobFetcher {
    /// Makes the bytes that have come the result of the job.
    func publish(
        _ spool: SpoolFile, _ delivery: ClaimRecord.Delivery, _ job: Job, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        let document = DocumentSource(spool, length: delivery.size)
        let scanned = try await ResultHarvest.scan(document, in: store) { source throws(JSONError) in
            try ResultFacts.scan(source)
        }
        let facts: ResultFacts
        switch scanned {
        case .success(let found): facts = found
        case .failure(let error):
            throw Failure(.notAJob, "what the shared store has as the result of job \(job.id): \(error)")
        }
        var known = job.facts
        (known.largeResultURL, known.explanation) = (nil, nil)
        await ResultHarvest.describe(&known, facts, in: document, store)
        noteCut(facts, of: job.id)
        let harvest = ResultHarvest(
            store: store, facts: known, job: job.id, grantee: reader.fingerprint, document: document)
        // What the API says of a pipeline's job has a result of its own, which would take the place of this one.
        let artifacts = try await harvest.adopt(spool, facts, isKept: job.holdsLink)
        let whole = try await shown(known, artifacts, of: job, for: reader)
        do throws(Failure) { try await enter(.taken, job) } catch {
            store.reportUnwritable(error.storeError ?? StoreError(.system, error.words))
        }
        return (try? await harvestAgain(whole)) ?? whole
    }
}
