import ArgumentParser
import ArtifactStore
import PulseFS
import Quantities

struct CachePruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Make the cache smaller, and remove what nobody will look for.",
        discussion: """
            Files go that were used least recently, until the cache is a little below the size, and the disk has 5 % free; \
            they are fetched again when they are next read. Damaged files, downloads of processes that died, locks that \
            nobody holds, and files of jobs that the cache no longer knows go in any case.

            What cannot be fetched again stays: only pulsefs jobs forget --lose-results lets go of it.

              pulsefs cache prune
              pulsefs cache prune --to 500M

            On a terminal it says what went; elsewhere it prints a line a part: its name as in the JSON, and its files and \
            bytes or its count, separated by tabs. Keys of the JSON: evicted, orphans, quarantined, kept_in_quarantine and spool, each with bytes and files; locks, \
            restored_jobs.

            Exit codes: 0 done, 1 it failed, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var cache: CacheChoice

    @Option(
        help: ArgumentHelp(
            "How much may stay: 10G, 500M, 1.5GiB or bytes (default: what --cache-size says).", valueName: "size"))
    var to: ByteCount?

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        let evicted, orphans, quarantined, keptInQuarantine, spool: FileTotal
        let locks, restoredJobs: Int
    }

    func run() async throws {
        do {
            let outcome = try await cache.open().prune(to: to?.bytes)
            if json {
                return try Terminal.say(
                    json: Report(
                        evicted: outcome.evicted, orphans: outcome.orphans, quarantined: outcome.quarantined,
                        keptInQuarantine: outcome.keptInQuarantine, spool: outcome.spool, locks: outcome.locks,
                        restoredJobs: outcome.restoredJobs))
            }
            Self.table(outcome).say()
        } catch {
            throw Terminal.failure(error)
        }
    }

    /// For people what went; for programs every part, by its name in the JSON.
    private static func table(_ outcome: PruneOutcome) -> Table {
        let parts: [(key: String, words: String, total: FileTotal)] = [
            ("evicted", "used least recently", outcome.evicted),
            ("orphans", "of jobs that the cache does not know", outcome.orphans),
            ("quarantined", "damaged", outcome.quarantined),
            ("kept_in_quarantine", "damaged and kept: they cannot be fetched again", outcome.keptInQuarantine),
            ("spool", "half downloaded", outcome.spool),
        ]
        let counts: [(key: String, words: String, count: Int)] = [
            ("locks", "locks that nobody held", outcome.locks),
            ("restored_jobs", "jobs that the index had lost, and knows again", outcome.restoredJobs),
        ]
        let isWatched = Terminal.isWatched
        var table = Table(["files", "size", "what"])
        for part in parts where !isWatched {
            table.add([part.key, "\(part.total.files)", "\(part.total.bytes)"])
        }
        for part in parts where isWatched && part.total.files > 0 {
            table.add(["\(part.total.files)", byteText(part.total.bytes), part.words])
        }
        for part in counts where !isWatched { table.add([part.key, "\(part.count)"]) }
        for part in counts where isWatched && part.count > 0 { table.add(["\(part.count)", "", part.words]) }
        return table.isEmpty ? Table(["nothing had to go"]) : table
    }
}
