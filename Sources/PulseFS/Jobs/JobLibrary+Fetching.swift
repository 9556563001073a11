import ArtifactStore
package import PulseAPI

/// What bringing a job into the cache has come to.
package struct FetchedJob: Sendable {
    /// As the API spells it.
    package let status: String
    /// Files of it that are in the cache.
    package let files: Int
    /// Their content.
    package let bytes: UInt64
    /// Why something is not there, in a line; nil when the job is whole.
    package let problem: String?
}

extension JobLibrary {
    /// Brings a job whole into the cache: its answer, a result that came as a link whatever the policy, every listed image,
    /// the form. What is there already is not asked for again.
    ///
    /// Requests wait for a place in `places`.
    package func fetchWhole(_ id: JobID, _ places: Places) async throws(Failure) -> FetchedJob {
        let asked = try await places.hold { () throws(Failure) in try await self.ask(id) }
        guard asked.phase.isTerminal else {
            return FetchedJob(asked, problem: "it is still running (\(asked.facts.status)): fetch it when it has ended")
        }
        let whole = try await places.hold { () throws(Failure) in
            let job = try await self.secure(self.isWorthAskingAgain(asked) ? await self.doubt(asked) : asked)
            // A file that was cut out of the answer, and evicted since.
            guard let cut = self.missing(of: job).first(where: { $0.source == nil }) else { return job }
            return try await self.refill(cut, of: job)
        }
        let missing = missing(of: whole)
        guard whole.phase != .expired || missing.isEmpty else {
            return FetchedJob(whole, problem: Self.firstLine(whole.facts.explanation))
        }
        let failures = await withTaskGroup(of: FileFailure?.self, returning: [FileFailure].self) { group in
            for artifact in missing {
                group.addTask {
                    do throws(Failure) {
                        try await places.hold { () throws(Failure) in try await self.bring(artifact, of: whole) }
                        return nil
                    } catch {
                        return FileFailure(name: artifact.name, failure: error)
                    }
                }
            }
            return await group.reduce(into: []) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        let job = try catalog.job(id) ?? whole
        return FetchedJob(job, problem: Self.problem(failures, of: job, listed: missing.count))
    }

    private func bring(_ artifact: StoredArtifact, of job: Job) async throws(Failure) {
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            throw Failure(.cacheFailed, "it is not in the cache, nor any more at the API")
        }
        let brought = try await seeking(artifact, of: job) { () throws(Failure) in
            try await self.downloads.bring(artifact.name, from: source, of: job, isLost: artifact.isStored)
        }
        guard brought != nil else {
            throw Failure(.cacheFailed, "the cache's disk does not take it: make room")
        }
    }

    /// The files of a job that its result lists and the cache does not hold.
    private func missing(of job: Job) -> [StoredArtifact] {
        job.listedFiles.filter { store.open(job.blobKey($0.slot)) == nil }
    }

    private static func problem(
        _ failures: [FileFailure], of job: Job, listed: Int
    ) -> String? {
        if let first = failures.min(by: { $0.name < $1.name }) {
            return "\(failures.count) of \(listed) files could not be fetched: \(first.name): \(first.failure)"
        }
        // Why there is no result.
        return job.artifact(.result) == nil ? firstLine(job.facts.explanation) : nil
    }

    private static func firstLine(_ text: String?) -> String? {
        text?.split(separator: "\n").first.map { $0.hasSuffix(":") ? String($0.dropLast()) : String($0) }
    }
}

private struct FileFailure: Sendable {
    let name: String
    let failure: Failure
}

extension FetchedJob {
    fileprivate init(_ job: Job, problem: String?) {
        let stored = job.listedFiles.filter(\.isStored)
        self.init(
            status: job.facts.status, files: stored.count, bytes: stored.reduce(0) { $0 + ($1.size ?? 0) },
            problem: problem)
    }
}

extension Job {
    /// The files that the result has or lists, with or without their bytes.
    fileprivate var listedFiles: [StoredArtifact] {
        ([.markdown, .result, .html, .form] + listedImages).compactMap { artifact($0) }.filter(\.isListed)
    }
}
