import Foundation
import PulseAPI
import PulseFS
import Quantities
import Synchronization

/// Says what becomes of the jobs of `pulsefs fetch`, and how far it has come.
final class FetchReport: Sendable {
    enum Style: Sendable {
        /// A line for each whole job.
        case lines
        /// One JSON array at the end.
        case array
        /// A JSON object for each job, in a line.
        case objects
    }

    private struct State {
        /// Of jobs that ended before those that are to be told first.
        var early: [Int: (id: JobID, outcome: FetchRun.Outcome)] = [:]
        var next = 0
        var entries: [FetchedEntry] = []
        var rate = TransferRate()
        var hasComplained = false
    }

    let tally = FetchTally()
    private let style: Style
    /// How many jobs there are; nil when nobody knows yet, and then they are told as they end.
    private let count: Int?
    /// Of the first column.
    private let width: Int
    private let received: @Sendable () -> UInt64
    private let bar = ProgressBar()
    /// Held while something is said, so that the bar and other lines do not mix.
    private let state = Mutex(State())

    /// Problems of one job that are told one by one.
    private static let problemsTold = 20
    private static let progressPause = Duration.milliseconds(200)

    /// `received` are the bytes that have come so far.
    init(_ style: Style, of jobs: [JobID]?, received: @escaping @Sendable () -> UInt64) {
        (self.style, self.received) = (style, received)
        count = jobs?.count
        width = jobs?.lazy.map(\.text.count).max() ?? 0
    }

    func begins() { tally.begins() }

    /// `number` is the job's place among all.
    func ended(_ number: Int, _ id: JobID, _ outcome: FetchRun.Outcome) {
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
                Terminal.complain("\(counts.whole) of \(all) jobs are whole")
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

    private func tell(_ id: JobID, _ outcome: FetchRun.Outcome, _ state: inout State) {
        bar.clear()
        if case .fetched(let job) = outcome, job.isWhole, style == .lines {
            Table.say([id.text, "\(job.files)", byteText(job.bytes)], firstWidth: width)
        }
        // Whoever interrupts knows why those jobs are not whole.
        if case .interrupted = outcome {} else { Self.complain(id, outcome.problems) }
        switch style {
        case .lines: break
        case .array: state.entries.append(FetchedEntry(id, outcome))
        case .objects: say(json: FetchedEntry(id, outcome), inOneLine: true)
        }
    }

    private static func complain(_ id: JobID, _ problems: [FetchProblem]) {
        for problem in problems.prefix(problemsTold) {
            let what = id.text + (problem.file.map { "/\($0)" } ?? "")
            Terminal.complain("\(ErrorLine.printable(what)): \(ErrorLine.printable(problem.reason))")
        }
        let more = problems.count - problemsTold
        if more > 0 { Terminal.complain("\(id): and \(more) more files could not be fetched") }
    }

    private func say(json value: some Encodable, inOneLine: Bool) {
        do { try Terminal.say(json: value, inOneLine: inOneLine) } catch { Terminal.complain("\(error)") }
    }
}
