import JobCache
import PulseAPI
import PulseFS

/// Exports jobs as their ids come.
///
/// A job that is written gives its lane to the next one while it waits for the disk: those that wait are made durable
/// together.
struct ExportRun: Sendable {
    enum Outcome: Sendable {
        case exported(Exporter.Outcome)
        case failed(ExportFailure)
        /// Nothing more is written, for a reason that was said once.
        case notBegun
    }

    private let library: JobLibrary
    private let exporter: Exporter
    private let report: JobReport<Outcome>
    /// Whether jobs that still run are waited for.
    private let waits: Bool
    private let end = ExportEnd()
    /// For requests.
    private let places = Places(CommandLibrary.width)
    /// For jobs that are looked at or written: how many of them there are at a time.
    private let lanes = Places(CommandLibrary.width)
    /// For jobs that were begun and have not ended, other than those that are waited for.
    private let drafts = Places(mostDrafts)

    private static let mostDrafts = 512

    init(_ library: JobLibrary, _ exporter: Exporter, _ report: JobReport<Outcome>, waits: Bool) {
        (self.library, self.exporter, self.report, self.waits) = (library, exporter, report, waits)
    }

    /// Why nothing more was written, if that is so.
    var failure: ExportFailure? { get async { await end.failure } }

    /// Returns when `next` has no more ids and each job has ended; when the task is cancelled, as soon as can be.
    func run(_ next: () async -> JobID?) async {
        async let _: Void = report.showProgress()
        await withDiscardingTaskGroup { group in
            var number = 0
            while let id = await next() {
                await drafts.take()
                await lanes.take()
                guard !Task.isCancelled, await end.failure == nil else { break }
                report.begins()
                group.addTask { [number] in
                    let outcome = await export(id)
                    await drafts.give()
                    if case .failed(let failure) = outcome, failure.code == .target, await !end.begin(failure) {
                        return report.ended(number, id, .notBegun)
                    }
                    report.ended(number, id, outcome)
                }
                number += 1
            }
        }
    }

    /// Has a lane when it begins, and none when it ends.
    private func export(_ id: JobID) async -> Outcome {
        var attempt = 1
        while true {
            let prepared: Exporter.Prepared
            do throws(ExportFailure) {
                prepared = try await exporter.prepare(id, places, tally: report.tally, waiting: wait)
            } catch {
                await lanes.give()
                return .failed(error)
            }
            await lanes.give()
            do throws(ExportFailure) { return .exported(try await exporter.publish(prepared)) } catch {
                guard error.code == .changed, attempt < Exporter.attempts else { return .failed(error) }
                attempt += 1
            }
            await lanes.take()
        }
    }

    private var wait: (@Sendable (JobID) async throws(Failure) -> Job)? {
        guard waits else { return nil }
        return { (id) async throws(Failure) in try await untilEnded(id) }
    }

    /// Waits for a job while others take its lane.
    private func untilEnded(_ id: JobID) async throws(Failure) -> Job {
        report.tally.waits()
        await lanes.give()
        await drafts.give()
        let outcome: Result<Job, Failure>
        do throws(Failure) { outcome = .success(try await library.untilEnded(id)) } catch {
            outcome = .failure(error)
        }
        await drafts.take()
        await lanes.take()
        report.tally.goesOn()
        return try outcome.get()
    }
}

/// Why nothing more is written.
private actor ExportEnd {
    private(set) var failure: ExportFailure?

    /// False when that was known.
    func begin(_ failure: ExportFailure) -> Bool {
        guard self.failure == nil else { return false }
        self.failure = failure
        return true
    }
}

extension ExportRun.Outcome: JobOutcome {
    var isWhole: Bool { if case .exported = self { true } else { false } }

    var isInterrupted: Bool {
        switch self {
        case .exported: false
        case .failed(let failure): failure.code == .interrupted
        case .notBegun: true
        }
    }

    var problems: [FetchProblem] {
        switch self {
        case .exported: []
        case .failed(let failure): [FetchProblem(file: failure.file, failure.words)]
        case .notBegun: [FetchProblem("it was not started, because nothing more can be written")]
        }
    }

    var cells: [String] {
        guard case .exported(let job) = self else { return [] }
        return [job.status, "\(job.files)", byteText(job.bytes), job.written == nil ? "unchanged" : "written"]
    }

    func entry(_ id: JobID) -> ExportedEntry { ExportedEntry(id, self) }
}
