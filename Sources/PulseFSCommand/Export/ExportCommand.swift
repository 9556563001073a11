import ArgumentParser
import JobCache
import PulseAPI
import PulseFS
import Settings
import SystemPackage

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write jobs into a directory as a mount shows them, without a mount.",
        discussion: """
            Each job becomes a directory DIR/<jobId> with the same files as in a mount. Files that are not in the cache are \
            fetched into it first, as pulsefs fetch does. Needs neither /dev/fuse nor libfuse, so it works in containers, CI \
            jobs and notebooks.

              pulsefs export 0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f results
              pulsefs export --wait --from ids.txt results && ls results/*/result.md
              pulsefs export --watch submitted.txt results
              pulsefs export --delete --json --from ids.txt results | jq -r '.[] | select(.exported | not) | .id'

            A job appears completely or not at all, also when the command is killed or the machine stops: it is written into a \
            hidden directory in DIR, made durable, and then renamed. A second export sends no request and writes nothing for a \
            job that has ended and whose files have the same sizes and dates; otherwise it writes the files that differ. Files \
            have the date updated_at. Only their owner can read and write them, unless --umask says otherwise.

            A job that still runs is exported as it is now, unless --wait waits for its end. A failed job is exported with the \
            reason in error.txt. If a file of a job cannot be fetched, the job is not written, and an earlier export of it \
            stays. --watch reads a file as tail -F does, as pulsefs fetch --watch, and implies --wait.

            Prints a line for each job: its id, its status, the number of its files, their bytes, and written or unchanged; in \
            the order of the ids, or with --watch as the jobs end. Keys of the JSON: id, status (null if the job was not \
            written), exported, files, bytes, written (files that were written now), and problems, each with file (null if it \
            is about the job) and reason.

            After the first ^C or SIGTERM, the command renames the jobs that are complete, finishes results that can be \
            fetched only once, and ends. A second signal ends it at once. In both cases the next export continues from there.

            Exit codes: 0 all were exported, 1 some were not (each reported on standard error, with the reason), 64 an id is \
            malformed (no request was sent), or wrong usage, 73 DIR cannot be used, or its disk is full, 74 the output cannot \
            be written, 130 or 143 interrupted before all were exported. With --watch, a malformed id gives 1 and stops \
            nothing, and an interruption is the normal end: 0 if every export that was started is complete.
            """)

    @Argument(
        help: ArgumentHelp("Ids of jobs, as the API gave them, and the directory to write to.", valueName: "id-or-dir"),
        completion: JobIDCompletion.idsOrDirectories)
    var words: [String] = []

    @Option(
        help: ArgumentHelp("A file with more ids, one per line; - is standard input.", valueName: "file"),
        completion: .file())
    var from: String?

    @Option(
        help: ArgumentHelp(
            "A file to which ids are appended, one per line; - is standard input. Implies --wait.", valueName: "file"),
        completion: .file())
    var watch: String?

    @Flag(help: "Wait for running jobs, and export them when they have ended.")
    var wait = false

    @OptionGroup var waiting: WaitOptions

    @Flag(help: "Remove other files from the directories of exported jobs.")
    var delete = false

    @Option(help: .of(.umask, discussion: "Applied to 0666 and 0777: 077 gives files 0600 and directories 0700."))
    var umask: PermissionBits?

    @Option(help: .of(.parts))
    var parts: PartsPolicy.Choice?

    @Flag(inversion: .prefixedNo, help: .of(.csvGuard))
    var csvGuard: Bool?

    @Option(help: .of(.largeResults))
    var largeResults: LargeResultPolicy?

    @Flag(help: "Print one JSON array at the end; with --watch, one JSON object per line as jobs end.")
    var json = false

    @OptionGroup var library: CommandLibrary

    /// EX_CANTCREAT (sysexits(3)).
    private static let cannotWrite: Int32 = 73

    private var flags: SettingsFlags {
        waiting.flags
            + SettingsFlags([
                .umask: umask.map { "\($0)" }, .parts: parts?.rawValue, .csvGuard: csvGuard.map { "\($0)" },
                .largeResults: largeResults?.rawValue,
            ])
    }

    func run() async throws {
        guard waiting.waitTimeout == nil || wait || watch != nil else {
            throw Terminal.failure("--wait-timeout is for --wait and --watch", code: 64)
        }
        guard let directory = words.last, !directory.isEmpty else {
            throw Terminal.failure("name the jobs, and then the directory to write to", code: 64)
        }
        let named = Array(words.dropLast())
        if let watch {
            guard from == nil, named.isEmpty else {
                throw Terminal.failure("--watch cannot be used with ids or --from: append ids to its file", code: 64)
            }
            try await follow(watch, to: .absolute(directory))
        } else {
            let ids = try JobIDOptions.identifiers(named, from: from, otherwise: ", and then the directory to write to")
            try await export(ids, to: .absolute(directory))
        }
    }

    private func export(_ ids: [JobID], to directory: FilePath) async throws {
        let (end, signal) = try await interruptible(to: directory) { library, exporter in
            let report = JobReport<ExportRun.Outcome>(json ? .array : .lines, of: ids, done: "exported") {
                library.receivedBytes
            }
            var rest = ids.makeIterator()
            let run = ExportRun(library, exporter, report, waits: wait)
            await run.run { rest.next() }
            return await End(isComplete: report.finish(isInterrupted: false), failure: run.failure)
        }
        if end.failure != nil { throw ExitCode(Self.cannotWrite) }
        guard !end.isComplete else { return }
        throw ExitCode(signal.map { 128 + $0 } ?? 1)
    }

    private func follow(_ path: String, to directory: FilePath) async throws {
        let (end, _) = try await interruptible(to: directory) { library, exporter in
            let report = JobReport<ExportRun.Outcome>(json ? .objects : .lines, of: nil, done: "exported") {
                library.receivedBytes
            }
            let ids = try FollowedIDs(path) { report.complain($0) }
            let run = ExportRun(library, exporter, report, waits: true)
            await run.run { await ids.next() }
            return await End(isComplete: report.finish(isInterrupted: Task.isCancelled), failure: run.failure)
        }
        if end.failure != nil { throw ExitCode(Self.cannotWrite) }
        if !end.isComplete { throw ExitCode(1) }
    }

    private struct End: Sendable {
        let isComplete: Bool
        /// Why nothing more was written, if that is so.
        let failure: ExportFailure?
    }

    /// Works with the library until that is done or a signal ends it.
    private func interruptible(
        to directory: FilePath, _ work: @escaping @Sendable (JobLibrary, Exporter) async throws -> End
    ) async throws -> (end: End, signal: Int32?) {
        let (outcome, signal) = await Interruption.during { [library, flags, delete] () -> Result<End, any Error> in
            do {
                return .success(
                    try await library.withMountSettings("pulsefs export", flags, polls: .prefetch) { settings in
                        try ExportGround.prepare(
                            directory, cache: settings.settings.cacheDirectory, Self.rules(settings, delete))
                    } _: { opening, settings in
                        let exporter = try Exporter(opening, to: directory, Self.rules(settings, delete))
                        do {
                            let end = try await work(opening.library, exporter)
                            await exporter.close()
                            return end
                        } catch {
                            await exporter.close()
                            throw error
                        }
                    })
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let end): return (end, signal)
        case .failure(let code as ExitCode): throw code
        case .failure(let error as ExportFailure): throw Terminal.failure(error, code: Self.cannotWrite)
        case .failure(let error): throw Terminal.failure(error)
        }
    }

    private static func rules(_ settings: MountSettings, _ deletes: Bool) -> ExportTarget.Rules {
        ExportTarget.Rules(deletes: deletes, umask: settings.umask)
    }
}
