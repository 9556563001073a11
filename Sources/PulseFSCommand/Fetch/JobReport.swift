import Foundation
import JobCache
import PulseAPI
import Quantities
import Synchronization

/// What has become of a job of a command that works on many.
protocol JobOutcome: Sendable {
    associatedtype Entry: Encodable

    /// It is as the command is to make it.
    var isWhole: Bool { get }
    /// Whoever interrupted the command knows why the job is not whole.
    var isInterrupted: Bool { get }
    /// Why it is not whole, or why nothing more will be.
    var problems: [FetchProblem] { get }

    /// The cells of the line of a whole job, behind its id.
    var cells: [String] { get }

    /// As JSON has it.
    func entry(_ id: JobID) -> Entry
}

/// Says what becomes of the jobs of `pulsefs fetch` or `pulsefs export`, and how far it has come.
final class JobReport<Outcome: JobOutcome>: Sendable {
    private struct State {
        /// Of jobs that ended before those that are to be told first.
        var early: [Int: (id: JobID, outcome: Outcome)] = [:]
        var next = 0
        var entries: [Outcome.Entry] = []
        var rate = TransferRate()
        var hasComplained = false
    }

    let tally = FetchTally()
    private let style: ReportStyle
    /// What whole jobs are.
    private let done: String
    /// How many jobs there are; nil when nobody knows yet, and then they are told as they end.
    private let count: Int?
    /// Of the first column.
    private let width: Int
    private let received: @Sendable () -> UInt64
    private let bar = ProgressBar()
    /// Held while something is said, so that the bar and other lines do not mix.
    private let state = Mutex(State())

    /// Problems of one job that are told one by one.
    private static var problemsTold: Int { 20 }
    private static var progressPause: Duration { .milliseconds(200) }

    /// `received` are the bytes that have come so far. `done` says in a word what whole jobs are.
    init(_ style: ReportStyle, of jobs: [JobID]?, done: String = "whole", received: @escaping @Sendable () -> UInt64) {
        (self.style, self.done, self.received) = (style, done, received)
        count = jobs?.count
        width = jobs?.lazy.map(\.text.count).max() ?? 0
    }

    func begins() { tally.begins() }

    /// `number` is the job's place among all.
    func ended(_ number: Int, _ id: JobID, _ outcome: Outcome) {
        tally.ended(id, isWhole: outcome.isWhole)
        state.withLock { state in
            guard count != nil else { return tell(id, outcome, &state) }
            state.early[number] = (id, outcome)
            while let ready = state.early.removeValue(forKey: state.next) {
                tell(ready.id, ready.outcome, &state)
                state.next += 1
            }
        }
    }

    /// Says something that is wrong with what was asked for.
    func complain(_ words: String) {
        state.withLock { state in
            state.hasComplained = true
            bar.clear()
            Terminal.complain(words)
        }
    }

    /// Says what is left to say; `isInterrupted` is whether some jobs may not have been begun. True when all are whole.
    func finish(isInterrupted: Bool) -> Bool {
        let counts = tally.counts
        let all = count ?? counts.begun
        return state.withLock { state in
            bar.clear()
            if style == .array { say(json: state.entries, inOneLine: false) }
            let isComplete = counts.whole == all && !state.hasComplained
            // Of one the reason has been said.
            if isInterrupted || (!isComplete && all > 1) {
                Terminal.complain("\(counts.whole) of \(all) jobs are \(done)")
            }
            return isComplete
        }
    }

    /// Shows how far it has come, until the task is cancelled.
    func showProgress() async {
        while !Task.isCancelled {
            state.withLock { show(&$0) }
            try? await Task.sleep(for: Self.progressPause)
        }
    }

    private func show(_ state: inout State) {
        let counts = tally.counts
        let (all, bytes) = (count ?? counts.begun, received())
        let rate = state.rate.note(bytes, at: .now)
        bar.show(
            (Double(counts.ended) + counts.partly) / Double(max(1, all)),
            [
                "\(counts.ended) of \(all) jobs", counts.waiting == 0 ? nil : "\(counts.waiting) still running",
                "\(counts.files) files", "\(ByteCount(bytes)) received", "\(ByteCount(rate))/s",
            ].compactMap(\.self).joined(separator: ", "))
    }

    private func tell(_ id: JobID, _ outcome: Outcome, _ state: inout State) {
        bar.clear()
        if outcome.isWhole, style == .lines { Table.say([id.text] + outcome.cells, firstWidth: width) }
        if !outcome.isInterrupted { Self.complain(id, outcome.problems) }
        switch style {
        case .lines: break
        case .array: state.entries.append(outcome.entry(id))
        case .objects: say(json: outcome.entry(id), inOneLine: true)
        }
    }

    private static func complain(_ id: JobID, _ problems: [FetchProblem]) {
        guard !problems.isEmpty, !KeyRefusal.isTold() else { return }
        for problem in problems.prefix(problemsTold) {
            let what = id.text + (problem.file.map { "/\($0)" } ?? "")
            Terminal.complain("\(PrintableText.line(what)): \(PrintableText.line(problem.reason))")
        }
        let more = problems.count - problemsTold
        if more > 0 { Terminal.complain("\(id): and \(more) more files could not be fetched") }
    }

    private func say(json value: some Encodable, inOneLine: Bool) {
        do { try Terminal.say(json: value, inOneLine: inOneLine) } catch { Terminal.complain("\(error)") }
    }
}

enum ReportStyle: Sendable {
    /// A line for each whole job.
    case lines
    /// One JSON array at the end.
    case array
    /// A JSON object for each job, in a line.
    case objects
}
