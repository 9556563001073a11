import ArgumentParser
import ArtifactStore
import JobCache
import PulseAPI

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch whole jobs into the cache, so that reading them needs no network.",
        discussion: """
            Fetches the result, every image that it lists, and the form, with up to 16 requests at a time over all jobs. \
            Cached files are not requested again, so an interrupted fetch continues where it stopped. Results that can be \
            fetched only once are fetched too, also for mounts with --large-results=manual, which show them a second later.

              pulsefs fetch 0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f
              pulsefs fetch --from ids.txt && cp -r ~/pulse/jobs/* archive/
              submit *.pdf | pulsefs fetch --wait --from -
              pulsefs fetch --all --json | jq -r '.[] | select(.whole | not) | .id'
              pulsefs fetch --watch submitted.txt

            The result of a pipeline may hold a link to its content. Such a job is complete only after --follow-links has \
            downloaded the content. The link may work only once, and ends an hour after the job.

            A job without a result, because it failed, was canceled or expired, is not complete. Neither is a job that still \
            runs, unless --wait waits for its end; other jobs are fetched meanwhile. --watch reads a file as tail -F does: all \
            ids in it, and then those that are appended, each once and when its line is complete, also after the file was \
            truncated or replaced. It runs until ^C or SIGTERM; a FIFO or - is read to its end.

            Prints a line for each complete job: its id, and its files and bytes in the cache; in the order of the ids, or \
            with --watch as the jobs end. Keys of the JSON: id, status (null if the API gave none), files, bytes, whole, and \
            problems, each with file (null if it is about the job) and reason.

            Exit codes: 0 all are complete, 1 some are not (each file reported on standard error, with the reason), 64 an id \
            is malformed (no request was sent), or wrong usage, 74 the output cannot be written, 130 or 143 interrupted before \
            all were complete. With --watch, a malformed id gives 1 and stops nothing, and an interruption is the normal end: \
            0 if every fetch that was started is complete.
            """)

    @OptionGroup var jobs: JobIDOptions

    @Flag(help: "Also fetch every other job that the cache knows for this key.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "A file to which ids are appended, one per line; - is standard input. Implies --wait.", valueName: "file"),
        completion: .file())
    var watch: String?

    @Flag(help: "Wait for running jobs, and fetch them when they have ended.")
    var wait = false

    @Flag(help: "Follow a link that a result holds instead of its content; the link may work only once.")
    var followLinks = false

    @OptionGroup var waiting: WaitOptions

    @Flag(help: "Print one JSON array at the end; with --watch, one JSON object per line as jobs end.")
    var json = false

    @OptionGroup var library: CommandLibrary

    func run() async throws {
        guard waiting.waitTimeout == nil || wait || watch != nil else {
            throw Terminal.failure("--wait-timeout is for --wait and --watch", code: 64)
        }
        if let watch {
            guard !all, jobs.from == nil, jobs.ids.isEmpty else {
                throw Terminal.failure(
                    "--watch cannot be used with ids, --from or --all: append ids to its file", code: 64)
            }
            try await follow(watch)
        } else {
            let ids = try jobs.identifiers(mayBeNone: all, otherwise: ", or all known jobs with --all")
            try await fetch(ids)
        }
    }

    private func fetch(_ named: [JobID]) async throws {
        let (isComplete, signal) = try await interruptible { library in
            let ids = all ? Self.adding(try library.knownJobs(), to: named) : named
            if ids.isEmpty { Terminal.complain("there is nothing to fetch: the cache knows no job for this key") }
            let report = JobReport<FetchRun.Outcome>(json ? .array : .lines, of: ids) { library.receivedBytes }
            var rest = ids.makeIterator()
            await FetchRun(library, report, waits: wait, followsLinks: followLinks).run { rest.next() }
            await library.makeDurable(report)
            return report.finish(isInterrupted: false)
        }
        guard !isComplete else { return }
        throw ExitCode(signal.map { 128 + $0 } ?? 1)
    }

    private static func adding(_ known: [JobID], to named: [JobID]) -> [JobID] {
        var seen = Set(named)
        return named + known.filter { seen.insert($0).inserted }
    }

    private func follow(_ path: String) async throws {
        let (isComplete, _) = try await interruptible { library in
            let report = JobReport<FetchRun.Outcome>(json ? .objects : .lines, of: nil) { library.receivedBytes }
            let ids = try FollowedIDs(path) { report.complain($0) }
            await FetchRun(library, report, waits: true, followsLinks: followLinks).run { await ids.next() }
            await library.makeDurable(report)
            return report.finish(isInterrupted: Task.isCancelled)
        }
        if !isComplete { throw ExitCode(1) }
    }

    /// Works with the library until that is done or a signal ends it.
    private func interruptible(
        _ work: @escaping @Sendable (JobLibrary) async throws -> Bool
    ) async throws -> (isComplete: Bool, signal: Int32?) {
        let (outcome, signal) = await Interruption.during { [library, waiting] () -> Result<Bool, any Error> in
            do {
                return .success(
                    try await library.with("pulsefs fetch", waiting, polls: .prefetch) { try await work($0) })
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let isComplete): return (isComplete, signal)
        case .failure(let code as ExitCode): throw code
        case .failure(let error): throw Terminal.failure(error)
        }
    }
}

extension JobLibrary {
    /// What is said to be fetched is on the disk when the command ends.
    fileprivate func makeDurable(_ report: JobReport<FetchRun.Outcome>) async {
        guard !store.isTemporary else { return }
        do throws(StoreError) { try await store.makeDurable() } catch { report.complain("\(error)") }
    }

    /// Every job that the cache knows for the key, in the order in which they became known.
    fileprivate func knownJobs() throws(Failure) -> [JobID] {
        var jobs: [JobID] = []
        var last = JobOrdinal(0)
        while true {
            let page = try catalog.known(after: last, limit: 1024)
            guard let end = page.last else { return jobs }
            jobs += page.compactMap { JobID($0.id) }
            last = end.ordinal
        }
    }
}
