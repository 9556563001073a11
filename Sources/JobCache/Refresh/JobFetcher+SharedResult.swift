import ArtifactStore
import PulseAPI
import Quantities
import SharedStore

/// Results that can be fetched only once, where machines share a store: what this machine does about them. ``SharedFetch`` says when.
extension JobFetcher {
    /// Waits for whoever has claimed the result, or claims it and fetches it.
    func fetchShared(
        _ job: Job, _ results: SharedResults, _ progress: SingleUseProgress, _ reader: KeyInUse
    ) async throws(Failure) -> Job {
        let fetch = sharedFetch(job, results, progress, reader)
        if let whole = try await fetch() { return whole }
        return try await fetchAlone(job, progress, reader)
    }

    private func sharedFetch(
        _ job: Job, _ results: SharedResults, _ progress: SingleUseProgress, _ reader: KeyInUse
    ) -> SharedFetch<JobResultWork> {
        SharedFetch(
            JobResultWork(fetcher: self, shown: job, reader: reader, results: results, progress: progress), results,
            progress, until: job.facts.modifiedAt.hourLater, time: now)
    }

    /// A result that was evicted here, once more from the store that it came from, or was brought to; nil when it is not there.
    func takeAgain(_ job: Job) async throws(Failure) -> Job? {
        guard let results, job.artifact(.result)?.isSingleUse == false,
            try await history(of: job).contains(where: { $0.event == .taken || $0.event == .uploaded })
        else { return nil }
        return try await sharedFetch(job, results, SingleUseProgress(of: job.id), try reader(of: job)).again()
    }

    // MARK: To the store

    func delivery(of job: JobID, _ key: BlobKey, isNeeded: Bool = true, _ results: SharedResults) -> SharedDelivery {
        SharedDelivery(of: job, isNeeded: isNeeded) { [self] in
            await upload(job, key, results)
        } noteUploaded: { [self] isNew in
            await noteUploaded(job, isNew: isNew)
        }
    }

    /// There is something to be brought when it came from the link.
    func delivery(of job: Job, _ results: SharedResults) -> SharedDelivery {
        let isNeeded = job.artifact(.result).map { $0.isSingleUse && $0.isStored } ?? false
        return delivery(of: job.id, job.blobKey(.result), isNeeded: isNeeded, results)
    }

    private func upload(_ job: JobID, _ key: BlobKey, _ results: SharedResults) async -> SharedDelivery.Upload {
        guard let blob = store.open(key), blob.isKept else { return .impossible }
        let isIntact = try? await store.onDisk { () throws(StoreError) in blob.isIntact(0..<blob.size) }
        guard isIntact == true else { return .impossible }
        let source = CachedSource([], blob)
        guard let delivery = await results.tier.put(source, sha256: blob.sha256, of: job) else { return .failed }
        store.steps.reached(.uploaded)
        return .done(delivery)
    }

    private func noteUploaded(_ job: JobID, isNew: Bool) async {
        do throws(Failure) {
            let last = try await store { store throws(StoreError) in try store.ledger(origin: origin, id: job.text) }
                .last
            if isNew || last?.event != .uploaded { try await enter(.uploaded, job) }
        } catch {
            // It is there all the same, and whoever looks next says so.
            store.reportUnwritable(error.storeError ?? StoreError(.system, error.words))
        }
    }

    // MARK: What can be told

    /// Which machine has, holds or lost the result of a job, as this one last saw it; nil when nothing is known of that. Asks nobody.
    package func claimant(of job: Job) -> String? {
        guard let results, let known = results.known(of: job.id) else { return nil }
        let record = known.record
        let machine = Event.bounded(record.machine) ?? "Another machine"
        let claimed = "\(machine) claimed it at \(Self.text(record.time))"
        let begin = "Its result can be fetched once."
        switch record.state {
        case .claimed(let progress):
            let part = progress.total.map { "\(ByteCount(progress.received)) of \(ByteCount($0))" }
            let has = "has \(part ?? "\(ByteCount(progress.received))")"
            guard !results.isHeld(job.id) else {
                return "\(begin) This machine claimed it at \(Self.text(record.time)) and \(has)."
            }
            let age = max(0, (results.tier.now() - known.since).components.seconds)
            let silence = results.tier.claimRules.silence.components.seconds
            return "\(begin) \(claimed) and \(has), \(age) s ago. If it falls silent, another machine takes over after "
                + "\(silence) s; the link ends at \(APITime.text(job.facts.modifiedAt.hourLater))."
        case .released:
            return "\(begin) \(claimed) and gave it back, as nothing had come: whoever looks next asks for it."
        case .gone(let evidence):
            let who = Event.bounded(evidence.machine) ?? "a machine"
            return "\(begin) The API told \(who) at \(Self.text(evidence.time)) that it has been."
        case .delivered(let delivery):
            let who = Event.bounded(delivery.machine) ?? "A machine"
            return "\(begin) \(who) did, and put it into the shared store at \(Self.text(delivery.time))."
        }
    }

    private static func text(_ seconds: Int64) -> String { APITime.text(Timestamp(seconds: seconds)) }

    // MARK: The audit

    /// What is durable here, and others cannot have yet, is brought to them.
    func beginAudit() {
        guard let results else { return }
        results.audit { [self] in await audit(results) }
    }

    /// Whether all of it is with the others now.
    private func audit(_ results: SharedResults) async -> Bool {
        guard results.tier.mayClaim else { return true }
        let (origin, store) = (origin, store)
        await publishLeftovers(results)
        let keys = try? await store.onDisk { () throws(StoreError) in try store.singleUseResults(origin: origin) }
        guard let keys else { return false }
        var isComplete = true
        for key in keys where !Task.isCancelled {
            guard let id = JobID(key.job) else { continue }
            let delivery = delivery(of: id, key, results)
            let begun = results.deliver(id) { await delivery.bring(in: results, isPatient: false) }
            if await begun.task?.value != true { isComplete = false }
        }
        return isComplete
    }

    /// What has come whole, and is no file yet as the process died that fetched it.
    private func publishLeftovers(_ results: SharedResults) async {
        let (origin, store) = (origin, store)
        let ids = (try? await store.onDisk { () throws(StoreError) in store.leftoverClaims(origin: origin) }) ?? []
        for id in ids where !Task.isCancelled {
            guard let id = JobID(id), let job = (try? catalog.job(id)) ?? nil, job.facts.largeResultURL != nil,
                let reader = try? reader(of: job),
                var claim = (try? await store.claimNow(origin: origin, id: id.text)) ?? nil
            else { continue }
            // What is wrong with it is said to whoever looks.
            guard let found = (try? await here(job, &claim, SingleUseProgress(of: id), reader)) ?? nil else { continue }
            catalog.noteListing(of: found.ordinal)
            let delivery = delivery(of: found, results)
            _ = results.deliver(id) { await delivery.bring(in: results, isPatient: true) }
        }
    }
}
