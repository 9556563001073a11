import ArtifactStore
package import PulseAPI
import Quantities

/// What bringing a job into the cache has come to.
package struct FetchedJob: Sendable {
    /// As the API spells it.
    package let status: String
    /// Files of it that are in the cache.
    package let files: Int
    /// Their content.
    package let bytes: UInt64
    /// Why something is not there, by the names of files; none when the job is whole.
    package let problems: [FetchProblem]

    package var isWhole: Bool { problems.isEmpty }
}

/// Why something of a job is not in the cache.
package struct FetchProblem: Sendable, Hashable {
    /// The file's path below the job's directory; nil when it is about the job.
    package let file: String?
    /// In a line.
    package let reason: String

    package init(file: String? = nil, _ reason: String) {
        (self.file, self.reason) = (file, reason)
    }
}

extension JobLibrary {
    /// Brings a job whole into the cache: its answer, a result that came as a link unless this library withholds such, every
    /// listed image, the form. What is there already is not asked for again. A link within the result is followed if
    /// `followsLinks`; else the job is not whole.
    ///
    /// Requests wait for a place in `places`. A job that still runs, or that cannot be asked about just now, is left to
    /// `wait`, which holds no place and returns the job when it has ended; without one, it is not whole. When the task is
    /// cancelled, what has landed stays, and nothing more is begun.
    package func fetchWhole(
        _ id: JobID, _ places: Places, tally: FetchTally = FetchTally(), followsLinks: Bool = false,
        waiting wait: (@Sendable (JobID) async throws(Failure) -> Job)? = nil
    ) async throws(Failure) -> FetchedJob {
        let asked = try await asked(id, places, wait)
        guard asked.phase.isTerminal else {
            let advice = "fetch it when it has ended, or with --wait"
            return fetched(asked, [FetchProblem("it is still running (\(asked.facts.status)): \(advice)")])
        }
        guard !withholds(asked) || asked.holdsLink else { return fetched(asked, [FetchProblem(Self.withheld)]) }
        let whole = try await places.hold { () throws(Failure) in
            var job = try await self.large.secure(self.isWorthAskingAgain(asked) ? await self.doubt(asked) : asked)
            if followsLinks { job = try await self.large.followLink(of: self.known(job)) }
            // A file that was cut out of the answer, and evicted since.
            guard let cut = self.missing(of: job).first(where: { $0.source == nil }) else { return job }
            return try await self.refresher.refill(cut, of: job)
        }
        let missing = missing(of: whole)
        // Not to be had any more, and the reason is the job's.
        guard whole.phase != .expired || missing.isEmpty else { return fetched(whole, Self.reason(whole)) }
        let listed = whole.listedFiles.count
        tally.lists(id, files: listed, ofWhichHere: listed - missing.count)
        let problems = await bring(missing, of: whole, places, tally)
        let job = try catalog.job(id) ?? whole
        // What has become of the job says more than what has become of its files.
        let isExpired = job.phase == .expired && whole.phase != .expired
        return fetched(job, problems.isEmpty ? Self.problems(of: job) : (isExpired ? Self.reason(job) : []) + problems)
    }

    private static let withheld =
        "its result can be fetched only once, and is not fetched because of --large-results=manual"

    private func asked(
        _ id: JobID, _ places: Places, _ wait: (@Sendable (JobID) async throws(Failure) -> Job)?
    ) async throws(Failure) -> Job {
        do throws(Failure) {
            let job = try await places.hold { () throws(Failure) in try await self.ask(id) }
            guard let wait, !job.phase.isTerminal else { return job }
            return try await wait(id)
        } catch {
            guard let wait, error.mayPass(isKnown: false) else { throw error }
            return try await wait(id)
        }
    }

    private func bring(
        _ missing: [StoredArtifact], of job: Job, _ places: Places, _ tally: FetchTally
    ) async -> [FetchProblem] {
        await withTaskGroup(of: FetchProblem?.self) { group in
            for artifact in missing {
                group.addTask {
                    do throws(Failure) {
                        try await places.hold { () throws(Failure) in try await self.bring(artifact, of: job) }
                        tally.landed(1, of: job.id)
                        return nil
                    } catch {
                        return FetchProblem(file: artifact.path, error.words)
                    }
                }
            }
            var problems: [FetchProblem] = []
            for await problem in group.compactMap(\.self) { problems.append(problem) }
            return problems.sorted { ($0.file ?? "") < ($1.file ?? "") }
        }
    }

    private func bring(_ artifact: StoredArtifact, of job: Job) async throws(Failure) {
        // A download goes on without whoever started it: none is started for one who has gone.
        guard !Task.isCancelled else { throw Failure(.interrupted, "it was given up before it was asked for") }
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            throw Failure(.cacheFailed, "it is neither in the cache nor at the API")
        }
        let brought = try await reader.absences.seeking(artifact, of: job) { () throws(Failure) in
            try await self.downloads.bring(artifact.name, from: source, of: job, isLost: artifact.isStored)
        }
        guard brought != nil else {
            throw Failure(.cacheFailed, "the cache's disk has no room for it: free some space")
        }
    }

    /// The files of a job that its result lists and the cache does not hold.
    private func missing(of job: Job) -> [StoredArtifact] {
        job.listedFiles.filter { store.open(job.blobKey($0.slot)) == nil }
    }

    private func fetched(_ job: Job, _ problems: [FetchProblem]) -> FetchedJob {
        // A process that was killed may have left a file here that the index does not know of.
        let sizes = job.listedFiles.compactMap { $0.isStored ? $0.size : store.open(job.blobKey($0.slot))?.size }
        return FetchedJob(
            status: job.facts.status, files: sizes.count, bytes: sizes.saturatingSum, problems: problems)
    }

    /// Why there is no result.
    private static func problems(of job: Job) -> [FetchProblem] {
        if job.holdsLink {
            return [FetchProblem("its result holds a link that was not followed: follow it with --follow-links")]
        }
        // A link that gave nothing, or no result: what there is to say is why.
        return job.artifact(.result) == nil || job.explanation != nil ? reason(job) : []
    }

    /// What `error.txt` says first.
    private static func reason(_ job: Job) -> [FetchProblem] {
        guard let line = job.facts.explanation?.split(separator: "\n").first else { return [] }
        return [FetchProblem(line.hasSuffix(":") ? String(line.dropLast()) : String(line))]
    }
}

extension Job {
    /// The files that the result has or lists, with or without their bytes.
    fileprivate var listedFiles: [StoredArtifact] {
        (ArtifactKind.all.filter(\.isFetched).map(\.slot) + listedImages).compactMap { artifact($0) }.filter(\.isListed)
    }
}
