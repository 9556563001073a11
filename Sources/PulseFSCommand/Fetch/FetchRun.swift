import JobCache
import PulseAPI

/// Fetches jobs as their ids come, so many requests at a time over all of them.
struct FetchRun: Sendable {
    enum Outcome: Sendable {
        case fetched(FetchedJob)
        /// `status` is what was known of the job before, if anything was.
        case failed(Failure, status: String?)
        case interrupted
    }

    private let library: JobLibrary
    private let report: JobReport<Outcome>
    /// Whether jobs that still run are waited for.
    private let waits: Bool
    /// Whether links within results are followed.
    private let followsLinks: Bool
    /// For requests.
    private let places = Places(CommandLibrary.width)
    /// For jobs that are not waited for: how many of them there are at a time.
    private let lanes = Places(CommandLibrary.width)

    init(_ library: JobLibrary, _ report: JobReport<Outcome>, waits: Bool, followsLinks: Bool) {
        (self.library, self.report, self.waits, self.followsLinks) = (library, report, waits, followsLinks)
    }

    /// Returns when `next` has no more ids and each job has ended; when the task is cancelled, as soon as can be.
    func run(_ next: () async -> JobID?) async {
        async let _: Void = report.showProgress()
        await withDiscardingTaskGroup { group in
            var number = 0
            while let id = await next() {
                await lanes.take()
                guard !Task.isCancelled else { break }
                report.begins()
                group.addTask { [number] in
                    report.ended(number, id, await fetch(id))
                    await lanes.give()
                }
                number += 1
            }
        }
    }

    private func fetch(_ id: JobID) async -> Outcome {
        let wait: (@Sendable (JobID) async throws(Failure) -> Job)? =
            if waits { { (id) async throws(Failure) in try await untilEnded(id) } } else { nil }
        do throws(Failure) {
            let job = try await library.fetchWhole(
                id, places, tally: report.tally, followsLinks: followsLinks, waiting: wait)
            return Task.isCancelled && !job.isWhole ? .interrupted : .fetched(job)
        } catch {
            if Task.isCancelled { return .interrupted }
            return .failed(error, status: (try? library.catalog.job(id))?.status)
        }
    }

    /// Waits for a job while others take its lane.
    private func untilEnded(_ id: JobID) async throws(Failure) -> Job {
        report.tally.waits()
        await lanes.give()
        let outcome: Result<Job, Failure>
        do throws(Failure) { outcome = .success(try await library.untilEnded(id)) } catch {
            outcome = .failure(error)
        }
        await lanes.take()
        report.tally.goesOn()
        return try outcome.get()
    }
}

extension FetchRun.Outcome: JobOutcome {
    var isInterrupted: Bool { if case .interrupted = self { true } else { false } }

    var cells: [String] {
        if case .fetched(let job) = self { ["\(job.files)", byteText(job.bytes)] } else { [] }
    }

    func entry(_ id: JobID) -> FetchedEntry { FetchedEntry(id, self) }

    var isWhole: Bool {
        if case .fetched(let job) = self { job.isWhole } else { false }
    }

    var problems: [FetchProblem] {
        switch self {
        case .fetched(let job): job.problems
        case .failed(let failure, _): [FetchProblem(failure.words)]
        case .interrupted: [FetchProblem("it was interrupted")]
        }
    }
}
