import ArgumentParser
import ArtifactStore
import Foundation
import JobCache
import PulseAPI
import PulseFS
import Settings
import System

struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the jobs that mounts with this key list.",
        discussion: """
            Sends no request: prints what the cache knows. Each key sees the jobs that the API has shown to it. Without a key, \
            the jobs of all keys are listed, because the cache is yours.

              pulsefs jobs list
              pulsefs jobs list --json | jq -r '.[] | select(.status == "failed") | .id'

            If the output is not a terminal, prints one line per job, with id, status, created, updated, files stored, files \
            known, bytes stored, kind and title, separated by tabs. The title is the first heading of the document; the kind \
            is extraction, form, tables, schema, split, batch or pipeline. The JSON is an array of objects with id, status, \
            created_at, updated_at, checked_at (when the API last gave this status), files_stored, files_known, bytes, kind \
            and title. Times are UTC. Unknown values are null.

            Exit codes: 0 success, 1 there is no cache, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Print one JSON array.")
    var json = false

    private struct Line: Encodable {
        let id, status: String
        let createdAt, updatedAt: OrNull<String>
        let checkedAt: String
        let filesStored, filesKnown: Int
        let bytes: UInt64
        let kind, title: OrNull<String>
    }

    func run() async throws {
        do {
            let sources = SettingsSources(connection.flags, .process)
            let settings = try LocalSettings(sources)
            let store = try await CacheOpening.openForCommand(settings.cacheDirectory, limits: settings.cacheLimits)
            // A key that cannot be used is as good as none.
            let key = try? Settings(sources).key
            let fingerprint = key.map { key in key.withSecret { store.fingerprint(ofKey: $0) } }
            let lines = try store.knownJobs(origin: "\(settings.origin)", fingerprint: fingerprint).map(Self.line)
            if json { return try Terminal.say(json: lines) }
            Self.table(lines).say()
        } catch {
            throw Terminal.failure(error)
        }
    }

    private static func line(_ job: KnownJob, _ summary: JobSummary) -> Line {
        Line(
            id: job.id, status: job.status, createdAt: OrNull(job.createdAt.map(APITime.text)),
            updatedAt: OrNull(job.updatedAt.map(APITime.text)), checkedAt: APITime.text(job.checkedAt),
            filesStored: summary.storedFiles, filesKnown: summary.files, bytes: summary.storedBytes,
            kind: OrNull(job.kind), title: OrNull(job.title))
    }

    private static func table(_ lines: [Line]) -> Table {
        let isWatched = Terminal.isWatched
        var table = Table(["id", "status", "created", "updated", "files", "size", "kind", "title"])
        for line in lines {
            let files = ["\(line.filesStored)", "\(line.filesKnown)"]
            table.add(
                [line.id, line.status, line.createdAt.value ?? "", line.updatedAt.value ?? ""]
                    + (isWatched ? [files.joined(separator: " of ")] : files) + [
                        byteText(line.bytes), line.kind.value ?? "", line.title.value ?? "",
                    ])
        }
        return table
    }
}
