import ArgumentParser
import ArtifactStore
import PulseFS
import SystemPackage

struct CacheInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show where the cache is and how much disk space it uses.",
        discussion: """
            Reads no file of a job. If the output is not a terminal, prints one line per item: its name as in the JSON, a tab, \
            and its value.

              pulsefs cache info
              pulsefs cache info --json | jq .single_use_bytes

            Keys of the JSON: path; bytes, files and jobs: the contents of the cache; limit_bytes, its maximum size; \
            single_use_bytes and single_use_files, the part that cannot be fetched again; index_bytes; disk_free_bytes and \
            disk_bytes, null if unknown; quarantine and aside, each with bytes and files: damaged files, and results that \
            arrived but could not be used.

            Exit codes: 0 success, 1 there is no usable cache, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var cache: CacheChoice

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        let path: String
        let bytes, limitBytes, singleUseBytes: UInt64
        let files, singleUseFiles, jobs: Int
        let indexBytes: UInt64
        let diskFreeBytes, diskBytes: OrNull<UInt64>
        let quarantine, aside: FileTotal
    }

    func run() async throws {
        do {
            let store = try await cache.open()
            let survey = try await store.survey()
            let report = Report(
                path: store.directory.path.string, bytes: survey.usage.bytes, limitBytes: survey.limit,
                singleUseBytes: survey.usage.singleUseBytes, files: survey.usage.files,
                singleUseFiles: survey.usage.singleUseFiles, jobs: survey.usage.jobs, indexBytes: survey.indexBytes,
                diskFreeBytes: OrNull(survey.freeBytes), diskBytes: OrNull(survey.diskBytes),
                quarantine: survey.quarantine, aside: survey.aside)
            if json { return try Terminal.say(json: report) }
            (Terminal.isWatched ? Self.words(report) : Self.items(report)).say()
        } catch {
            throw Terminal.failure(error)
        }
    }

    private static func words(_ report: Report) -> Table {
        var table = Table()
        table.add(["cache", report.path])
        table.add([
            "kept",
            "\(byteText(report.bytes)) of \(byteText(report.limitBytes)): \(report.files) files of \(report.jobs) jobs",
        ])
        table.add([
            "only here",
            "\(byteText(report.singleUseBytes)): \(report.singleUseFiles) files that cannot be fetched again",
        ])
        table.add(["index", byteText(report.indexBytes)])
        table.add(["damaged", "\(byteText(report.quarantine.bytes)): \(report.quarantine.files) files in quarantine/"])
        table.add(["not usable", "\(byteText(report.aside.bytes)): \(report.aside.files) files in aside/"])
        if let free = report.diskFreeBytes.value, let whole = report.diskBytes.value {
            table.add(["disk", "\(byteText(free)) free of \(byteText(whole))"])
        }
        return table
    }

    private static func items(_ report: Report) -> Table {
        var table = Table()
        let items: [(String, Any?)] = [
            ("path", report.path), ("bytes", report.bytes), ("files", report.files),
            ("limit_bytes", report.limitBytes), ("single_use_bytes", report.singleUseBytes),
            ("single_use_files", report.singleUseFiles), ("jobs", report.jobs), ("index_bytes", report.indexBytes),
            ("disk_free_bytes", report.diskFreeBytes.value), ("disk_bytes", report.diskBytes.value),
            ("quarantine.bytes", report.quarantine.bytes), ("quarantine.files", report.quarantine.files),
            ("aside.bytes", report.aside.bytes), ("aside.files", report.aside.files),
        ]
        for (name, value) in items { table.add([name, value.map { "\($0)" } ?? ""]) }
        return table
    }
}
