import Quantities
import System
import SystemPackage

/// What became of a job that was to be forgotten.
package enum ForgetOutcome: Sendable, Hashable {
    /// It is gone, with these files of it; some could not be fetched again if `losingResults`.
    case forgotten(FileTotal, losingResults: Bool)
    /// This cache does not have it.
    case unknown
    /// These files of it cannot be fetched again, and nothing was said about losing them.
    case wouldLose([String])
    /// Another process is fetching it.
    case busy
}

extension ArtifactStore {
    /// The points at which a process may die while it forgets a job.
    enum ForgettingStep: CaseIterable { case entered, resultRemoved, filesRemoved, factsRemoved }

    /// Lets go of a job: its files, its facts, the grants of all keys on it. Waits a few seconds for whoever is fetching it.
    ///
    /// Files that cannot be fetched again go only when `losingResults` says so, and the ledger has it first; what is left of
    /// such files in the quarantine, and a download that was not taken apart yet, are among them.
    package func forget(
        origin: String, id: String, losingResults: Bool, actor: String
    ) async throws(StoreError) -> ForgetOutcome {
        try await forget(origin: origin, id: id, losingResults: losingResults, actor: actor) { _ in }
    }

    /// The process may die between any two steps. Files go before facts: facts without their files are noticed and mended,
    /// while files without facts would bring the job back. And of the files that one first which tells of the whole job.
    func forget(
        origin: String, id: String, losingResults: Bool, actor: String,
        reached: (ForgettingStep) throws(StoreError) -> Void
    ) async throws(StoreError) -> ForgetOutcome {
        let files = JobFiles(origin: origin, id: id, shelf)
        guard try isKnown(files) else { return .unknown }
        // Both are held to the end: nobody brings the job while it goes.
        let locks = try await patiently { () throws(StoreError) in
            try await self.fetchLock(origin: origin, id: id, what: "job")
        }
        let claim = try await patiently { () throws(StoreError) in try await self.claim(origin: origin, id: id) }
        guard let locks, let claim else { return .busy }
        defer { withExtendedLifetime(locks) {} }
        // A claim that was free until now stands for nothing.
        defer { if !claim.hasLeftover { claim.settle() } }

        let irreplaceable = try irreplaceable(files, claim)
        if !irreplaceable.isEmpty {
            guard losingResults else { return .wouldLose(irreplaceable) }
            try await enter(.lost, origin: origin, id: id, actor: actor, at: Self.now)
            try reached(.entered)
        }
        var total = try await disk.run { () throws(StoreError) in try files.removeTellers() }
        try reached(.resultRemoved)
        let others = try await disk.run { () throws(StoreError) in try files.removeAll() }
        claim.settle()
        rescueShelf?.remove(claim.name)
        try reached(.filesRemoved)
        _ = try await index.remove(origin: origin, id: id)
        try reached(.factsRemoved)
        // Whoever had the result open may have cut files out of it meanwhile.
        let late = try await disk.run { [self] () throws(StoreError) in
            dropPartials(origin: origin, id: id)
            return try files.removeAll()
        }
        for part in [others, late] {
            total.files += part.files
            total.bytes +|= part.bytes
        }
        return .forgotten(total, losingResults: !irreplaceable.isEmpty)
    }

    private func isKnown(_ files: JobFiles) throws(StoreError) -> Bool {
        if try index.hasRow(origin: files.origin, id: files.id) || !files.isEmpty { return true }
        return FileFacts(of: directory.claims.appending(files.name)) != nil
    }

    /// The names of the files that are here and cannot be fetched again.
    private func irreplaceable(_ files: JobFiles, _ claim: SingleUseClaim) throws(StoreError) -> [String] {
        let rows = try index.tree(origin: files.origin, id: files.id)?.artifacts.filter(\.isSingleUse) ?? []
        var names: [ArtifactSlot: String] = [:]
        for (slot, label) in files.all {
            if let label, label.facts.isSingleUse { names[slot] = label.facts.name }
            // Damaged, and perhaps not all of it.
            if label == nil, let row = rows.first(where: { $0.slot == slot }) { names[slot] = row.name }
        }
        var known = names.sorted { $0.key < $1.key }.map(\.value)
        if claim.hasLeftover { known.append("a download that is not finished") }
        if let path = try rescued(claim) { known.append("\(path)") }
        return known
    }

    private static let patience = Duration.seconds(5)

    /// What `take` waits for, or nil after a few seconds.
    private func patiently<Lock: Sendable>(
        _ take: @escaping @Sendable () async throws(StoreError) -> Lock?
    ) async throws(StoreError) -> Lock? {
        let attempt = Task { () -> Result<Lock?, StoreError> in
            do throws(StoreError) { return .success(try await take()) } catch { return .failure(error) }
        }
        let clock = Task {
            try? await Task.sleep(for: Self.patience)
            attempt.cancel()
        }
        defer { clock.cancel() }
        return try await withTaskCancellationHandler {
            await attempt.value
        } onCancel: {
            attempt.cancel()
        }.get()
    }
}
