import ArtifactStore
import FUSE
package import JobCache
package import PulseAPI
package import SystemPackage

/// Writes jobs into a directory as a mount shows them, without a mount: what is in a file, and which files there are, is
/// what the tree answers the kernel.
package final class Exporter: Sendable {
    /// What has become of a job's directory.
    package struct Outcome: Sendable {
        /// As the API spells it.
        package let status: String
        /// All that the job has, whether written now or before.
        package let files: Int
        package let bytes: UInt64
        /// Files that were written now; nil when the directory was as it should be.
        package let written: Int?
    }

    /// A job that is ready to get its name, or needs none.
    package struct Prepared: Sendable {
        let outcome: Outcome
        let draft: JobDraft?
    }

    private let library: JobLibrary
    private let reader: TreeReader
    private let target: ExportTarget
    private let publisher: JobPublisher
    private let disk = ExportDisk()

    /// A job that changes while it is copied is copied again so often.
    package static let attempts = 3

    /// `path` is there, and checked (``ExportGround``).
    package init(_ opening: LibraryOpening, to path: FilePath, _ rules: ExportTarget.Rules) throws(ExportFailure) {
        library = opening.library
        let tree = PulseFileSystem(
            library: library, keyring: opening.keyring, policy: AttributePolicy(mountedAt: .now),
            control: ControlFiles { _ in "" })
        reader = TreeReader(tree, library)
        do throws(Errno) { target = try ExportTarget(path, rules) } catch {
            throw ExportFailure(.target, "cannot open \(path): \(error)")
        }
        publisher = JobPublisher(target, disk)
    }

    /// Removes what is not needed any more. To be called when all that was begun has ended.
    package func close() async { await disk.run { [target] in target.close() } }

    // MARK: Jobs

    /// Brings a job into the cache and writes it, unless it is in the directory already: then nothing is asked and nothing
    /// written. `places` and `wait` are as for ``JobLibrary/fetchWhole(_:_:tally:waiting:)``; a job that still runs is
    /// written as it is now.
    package func prepare(
        _ id: JobID, _ places: Places, tally: FetchTally,
        waiting wait: (@Sendable (JobID) async throws(Failure) -> Job)?
    ) async throws(ExportFailure) -> Prepared {
        if let known = try? library.catalog.job(id), let plan = await reader.knownPlan(of: known),
            let outcome = try await unchanged(plan)
        {
            tally.lists(id, files: outcome.files, ofWhichHere: outcome.files)
            return Prepared(outcome: outcome, draft: nil)
        }
        let troubles = try await fetch(id, places, tally, wait)
        for _ in 1..<Self.attempts {
            do throws(ExportFailure) { return try await write(id, troubles) } catch {
                guard error.code == .changed else { throw error }
            }
        }
        return try await write(id, troubles)
    }

    /// Gives a prepared job its name. `ExportFailure.Code.changed` when someone else writes the same job: prepare it again.
    package func publish(_ job: Prepared) async throws(ExportFailure) -> Outcome {
        if let draft = job.draft { try await publisher.publish(draft) }
        return job.outcome
    }

    /// Why files of the job could not be fetched, by their paths.
    private func fetch(
        _ id: JobID, _ places: Places, _ tally: FetchTally,
        _ wait: (@Sendable (JobID) async throws(Failure) -> Job)?
    ) async throws(ExportFailure) -> [FilePath: String] {
        do throws(Failure) {
            let fetched = try await library.fetchWhole(id, places, tally: tally, waiting: wait)
            return Dictionary(
                fetched.problems.compactMap { problem in problem.file.map { (FilePath($0), problem.reason) } },
                uniquingKeysWith: { first, _ in first })
        } catch {
            if error.reason == .interrupted { throw ExportFailure(.interrupted, error.words) }
            // What is known of it is shown, as a mount would.
            guard error.leavesKnownJobsReadable, wait == nil, (try? library.catalog.job(id)) ?? nil != nil else {
                throw ExportFailure(.job, error.words)
            }
            return [:]
        }
    }

    private func write(_ id: JobID, _ troubles: [FilePath: String]) async throws(ExportFailure) -> Prepared {
        try Self.checkCancellation()
        let job: Job?
        do throws(Failure) { job = try library.catalog.job(id) } catch { throw ExportFailure(.job, error.words) }
        guard let job else { throw ExportFailure(.job, "the job is no longer known") }
        let plan = try await reader.plan(of: job, troubles)
        if let outcome = try await unchanged(plan) { return Prepared(outcome: outcome, draft: nil) }
        let existing = try await disk.run { [target] () throws(ExportFailure) in try target.job(id.text) }
        let writer = JobWriter(plan, reader, target, replacing: existing, troubles: troubles)
        do throws(ExportFailure) {
            try await run(writer, of: plan)
            let draft = try writer.finished()
            let outcome = Outcome(
                status: plan.status, files: plan.files.count, bytes: plan.bytes, written: writer.count)
            return Prepared(outcome: outcome, draft: draft)
        } catch {
            await disk.run { writer.discard() }
            throw error
        }
    }

    private func run(_ writer: JobWriter, of plan: ExportPlan) async throws(ExportFailure) {
        var reply: ReadReply?
        while true {
            let later = try await disk.run { [reply] () throws(ExportFailure) in try writer.proceed(with: reply) }
            guard let later else { return }
            try Self.checkCancellation()
            do throws(Errno) { reply = try await later() } catch { throw writer.failure(error) }
        }
    }

    /// What is to be said of a job whose directory is as it should be; nil when it is not.
    private func unchanged(_ plan: ExportPlan) async throws(ExportFailure) -> Outcome? {
        let found = try await disk.run { [target, reader] () throws(ExportFailure) in try target.equal(plan, reader) }
        return found.map { Outcome(status: plan.status, files: $0.files, bytes: $0.bytes, written: nil) }
    }

    private static func checkCancellation() throws(ExportFailure) {
        if Task.isCancelled { throw ExportFailure(.interrupted, "it was interrupted") }
    }
}
