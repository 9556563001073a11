import ArgumentParser
import Foundation
import JobCache
import PulseAPI
import Settings
import Synchronization

struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until jobs have ended, and report how.",
        discussion: """
            Asks the API about each job after 1 s, then at intervals that grow by half while nothing changes, up to 10 s. \
            Mounts and commands of the same cache that wait for the same job share these requests. Prints a line for each job \
            as it ends: its id and how it ended, with the API's message if it failed. On a terminal, a line below shows the \
            jobs that still run.

              pulsefs wait 0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f && cp ~/pulse/jobs/0b1c7d3e-…/result.md .
              pulsefs wait --from submitted.txt --timeout 2h --json | jq -r '.[] | select(.ended != "completed") | .id'

            The answer that says completed also brings the result into the cache. pulsefs fetch --wait downloads images and \
            large results too. In a mount, cat jobs/<jobId>/.wait waits in the same way.

            The JSON is an array of objects in the order of the ids: id, ended (completed, failed, canceled, expired; null if \
            unknown), message (null if there is none), problem (why the command stopped waiting; null if it did not), \
            updated_at and seconds (how long this command waited).

            Exit codes: 0 all completed, 1 one failed, 2 one was canceled, 3 one has expired, 4 the command stopped waiting \
            for one, or never began (each reported on standard error, with the reason); of several, the highest. 64 an id is \
            malformed (no request was sent), or wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var jobs: JobIDOptions
    @OptionGroup var library: CommandLibrary
    @OptionGroup var waiting: WaitOptions

    @Option(
        help: ArgumentHelp(
            "Longest time to wait in all (default: no limit).",
            discussion: "Seconds, or a number with s, m or h.", valueName: "time"))
    var timeout: TimeSpan?

    @Flag(help: "Print one JSON array at the end.")
    var json = false

    static let gaveUp: Int32 = 4

    private struct Line: Encodable {
        let id: String
        let ended, message, problem, updatedAt: OrNull<String>
        let seconds: Double
    }

    func run() async throws {
        let ids = try jobs.identifiers()
        var code: Int32 = 0
        do {
            code = try await library.with("pulsefs wait", waiting) { library in
                let lines = await wait(for: ids, in: library)
                if json { try Terminal.say(json: ids.compactMap { lines[$0]?.line }) }
                return lines.values.map(\.code).max() ?? 0
            }
        } catch {
            throw Terminal.failure(error, code: Self.gaveUp)
        }
        if code != 0 { throw ExitCode(code) }
    }

    // MARK: Waiting

    private enum Event: Sendable {
        case ended(JobID, Result<Job, Failure>)
        case tick
        case timeIsUp
    }

    private func wait(for ids: [JobID], in library: JobLibrary) async -> [JobID: (line: Line, code: Int32)] {
        let began = ContinuousClock.now
        let width = ids.map(\.text.count).max() ?? 0
        let bar = ProgressBar()
        var open = Set(ids)
        var lines: [JobID: (line: Line, code: Int32)] = [:]
        var isTimeUp = false
        await withTaskGroup(of: Event.self) { group in
            for id in ids {
                group.addTask {
                    do throws(Failure) { return .ended(id, .success(try await library.untilEnded(id))) } catch {
                        return .ended(id, .failure(error))
                    }
                }
            }
            group.addTask { await Self.tick() }
            if let timeout {
                group.addTask {
                    try? await Task.sleep(for: timeout.duration)
                    return .timeIsUp
                }
            }
            for await event in group {
                switch event {
                case .tick:
                    if open.isEmpty { break }
                    bar.show(Double(lines.count) / Double(ids.count), Self.words(open, of: ids, library, since: began))
                    group.addTask { await Self.tick() }
                case .timeIsUp:
                    isTimeUp = !open.isEmpty
                    group.cancelAll()
                case .ended(let id, let outcome):
                    open.remove(id)
                    bar.clear()
                    lines[id] = say(id, outcome, width, after: began.duration(to: .now), isTimeUp: isTimeUp)
                    if open.isEmpty { group.cancelAll() }
                }
            }
        }
        bar.clear()
        return lines
    }

    private static func tick() async -> Event {
        try? await Task.sleep(for: .milliseconds(500))
        return .tick
    }

    private func say(
        _ id: JobID, _ outcome: Result<Job, Failure>, _ width: Int, after time: Duration, isTimeUp: Bool
    ) -> (line: Line, code: Int32) {
        let seconds =
            (Double(time.components.seconds) * 1000 + Double(time.components.attoseconds / 1_000_000_000_000_000))
            .rounded() / 1000
        switch outcome {
        case .success(let job):
            let ending = JobEnding(job)
            if !json { Table.say([id.text, ending?.line ?? job.status], firstWidth: width) }
            let line = Line(
                id: id.text, ended: OrNull(ending?.kind.rawValue), message: OrNull(ending?.message),
                problem: OrNull(nil),
                updatedAt: OrNull(job.updatedAt.map(APITime.text)), seconds: seconds)
            return (line, ending?.kind.exitCode ?? Self.gaveUp)
        case .failure(let failure):
            let problem =
                if isTimeUp, failure.reason == .interrupted, let timeout {
                    "it has not ended within \(timeout.duration.components.seconds) s"
                } else {
                    PrintableText.line(failure.words)
                }
            if !KeyRefusal.isTold() { Terminal.complain("\(id): \(problem)") }
            let line = Line(
                id: id.text, ended: OrNull(nil), message: OrNull(nil), problem: OrNull(problem), updatedAt: OrNull(nil),
                seconds: seconds)
            return (line, Self.gaveUp)
        }
    }

    /// What is still running, of which there may be thousands: the first one stands for all.
    private static func words(
        _ open: Set<JobID>, of ids: [JobID], _ library: JobLibrary, since began: ContinuousClock.Instant
    ) -> String {
        let seconds = began.duration(to: .now).components.seconds
        let clock = seconds < 3600 ? "" : "\(seconds / 3600):"
        let time = clock + String(format: seconds < 3600 ? "%d:%02d" : "%02d:%02d", seconds / 60 % 60, seconds % 60)
        guard let first = ids.first(where: open.contains) else { return time }
        let others = open.count > 1 ? " and \(open.count - 1) more" : ""
        let status =
            library.watches.trouble(with: first).map { "no answer, trying again (\($0.words))" }
            ?? ((try? library.catalog.job(first)) ?? nil)?.status ?? "not asked yet"
        return "\(time)  \(first): \(PrintableText.line(String(status.prefix(100))))\(others)"
    }
}

extension JobEnding.Kind {
    fileprivate var exitCode: Int32 {
        switch self {
        case .completed: 0
        case .failed: 1
        case .canceled: 2
        case .expired: 3
        }
    }
}
