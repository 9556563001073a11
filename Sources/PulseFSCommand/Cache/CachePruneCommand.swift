import ArgumentParser
import ArtifactStore
import Foundation
import JobCache
import PulseFS
import Quantities
import Settings
import System

struct CachePruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Shrink the cache, and remove leftovers.",
        discussion: """
            Removes the least recently used files until the cache is a little below the size and 5 % of the disk are free. \
            These files are fetched again when they are next read. Always removes damaged files, downloads of processes that \
            died, locks that no process holds, and files of jobs that the cache no longer knows.

            Files that cannot be fetched again stay. Only pulsefs jobs forget --lose-results removes them. With --in-store, such \
            results are removed if the shared store has them complete, which is checked by reading each of them from the store. They \
            are fetched from the store when they are next read.

              pulsefs cache prune
              pulsefs cache prune --to 500M
              pulsefs cache prune --in-store --store s3://bucket/pulse

            On a terminal, prints what was removed. Otherwise prints one line per kind: its name as in the JSON, and its files \
            and bytes or its count, separated by tabs. Keys of the JSON: evicted, orphans, quarantined, kept_in_quarantine, \
            spool and in_store, each with bytes and files; locks, restored_jobs.

            Exit codes: 0 success, 1 failure, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var cache: CacheChoice
    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Size to shrink the cache to: 10G, 500M, 1.5GiB or bytes (default: that of --cache-size).",
            valueName: "size"))
    var to: ByteCount?

    @Flag(help: "Remove results that can be fetched only once if the shared store has them complete.")
    var inStore = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        let evicted, orphans, quarantined, keptInQuarantine, spool, inStore: FileTotal
        let locks, restoredJobs: Int
    }

    func run() async throws {
        do {
            let opened = try await cache.open()
            let released = inStore ? try await letGo(of: opened) : FileTotal()
            let outcome = try await opened.prune(to: to?.bytes)
            if json {
                return try Terminal.say(
                    json: Report(
                        evicted: outcome.evicted, orphans: outcome.orphans, quarantined: outcome.quarantined,
                        keptInQuarantine: outcome.keptInQuarantine, spool: outcome.spool, inStore: released,
                        locks: outcome.locks, restoredJobs: outcome.restoredJobs))
            }
            Self.table(outcome, released).say()
        } catch {
            throw Terminal.failure(error)
        }
    }

    private func letGo(of cache: ArtifactStore) async throws -> FileTotal {
        let surroundings = Surroundings.process
        let flags = self.cache.configuration.flags + store.flags
        let fleet = try await FleetStore.open(try StoreSettings(SettingsSources(flags, surroundings)), surroundings)
        do {
            let total = try await StoredResults(cache, fleet, actor: "cache prune, process \(ThisProcess.identifier)")
                .letGo()
            await fleet.close()
            return total
        } catch {
            await fleet.close()
            throw error
        }
    }

    /// For people what went; for programs every part, by its name in the JSON.
    private static func table(_ outcome: PruneOutcome, _ released: FileTotal) -> Table {
        let parts: [(key: String, words: String, total: FileTotal)] = [
            ("evicted", "least recently used", outcome.evicted),
            ("orphans", "of jobs that the cache does not know", outcome.orphans),
            ("quarantined", "damaged", outcome.quarantined),
            ("kept_in_quarantine", "damaged and kept: they cannot be fetched again", outcome.keptInQuarantine),
            ("spool", "incomplete downloads", outcome.spool),
            ("in_store", "fetchable only once, and in the shared store", released),
        ]
        let counts: [(key: String, words: String, count: Int)] = [
            ("locks", "unused locks", outcome.locks),
            ("restored_jobs", "jobs restored in the index", outcome.restoredJobs),
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
        return table.isEmpty ? Table(["nothing to remove"]) : table
    }
}
