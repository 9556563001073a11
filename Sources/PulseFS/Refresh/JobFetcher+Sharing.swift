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
            if case .ask(let ticket) = look { tier.settle(ticket, .released) }
            throw Self.keyHasChanged
        }
        return look
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
