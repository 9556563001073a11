import ArtifactStore
import PulseAPI

extension JobFetcher {
    /// Whether another machine has the answer, or asks for it. What machines share is for a key that the API calls good.
    func lookElsewhere(
        _ id: JobID, _ known: Job?, _ purpose: Purpose, for reader: KeyInUse
    ) async throws(Failure) -> JobLook {
        guard tier.isShared, purpose != .doubt else { return .alone }
        if !keyring.isOpen { await keyring.check() }
        guard keyring.generation == reader.generation else { throw Self.keyHasChanged }
        guard keyring.isOpen else { return .alone }
        let look = await tier.look(id, for: reader, isPoll: known.map { !$0.phase.isTerminal } ?? false)
        if keyring.generation != reader.generation {
            if case .ask(let ticket) = look { tier.settle(ticket, .failed) }
            throw Self.keyHasChanged
        }
        return look
    }

    /// What another machine was told of a job that runs, shown from then on; nil when it is of no use.
    func take(
        _ status: SharedStatus, _ id: JobID, _ shown: Job?, _ known: Job?, _ purpose: Purpose, for reader: KeyInUse
    ) async -> Job? {
        var job = shown
        if let document = status.document {
            job = try? await take(
                document, id, shown, known, purpose, for: reader, isShared: true, isLatest: true
            ).job
        } else if let shown, status.isAnswer {
            catalog.put(shown, for: reader, changed: false)
        }
        guard let job else { return nil }
        catalog.follow(job, interval: status.interval, pause: status.pause)
        return job
    }

    /// The API has said no to a key that it had shown the job to before: from now on also without asking it.
    func withdraw(_ job: Job, from reader: KeyInUse) async {
        if tier.isShared { tier.withdraw(job.id, from: reader) }
        do throws(StoreError) {
            try await store.revoke(job.ordinal, from: reader.fingerprint)
            catalog.checkListing()
        } catch {
            store.reportUnwritable(error)
        }
    }

    /// What is shared of an answer of the API.
    func outcome(_ document: SpoolFile, _ taken: (job: Job, isFinal: Bool)) -> JobOutcome {
        if taken.isFinal { return .ended(document) }
        // Whoever waits sees the end of a job also where its files are not shared.
        guard taken.job.phase != .expired else { return .released }
        return .running(document, interval: catalog.interval(of: taken.job) ?? StatusClock.shortest)
    }
}

extension JobAnswer {
    /// The API will say nothing else of the job, and gives the same files for as long as it has it. A link works once.
    func isFinal(_ phase: JobPhase) -> Bool {
        switch phase {
        case .running, .expired: false
        case .failed, .canceled: true
        case .completed: result.map { !$0.facts.isURL && !$0.facts.pipelineIsURL } ?? false
        }
    }
}
