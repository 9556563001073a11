import ArgumentParser
import ArtifactStore
import PulseFS
import Quantities
import Synchronization
import SystemPackage

struct CacheVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every file of the cache and set damaged files aside.",
        discussion: """
            Compares length, label and SHA-256 of each file. A damaged file is moved to the cache's quarantine and fetched \
            again when it is next read, unless it can be fetched only once. Mounts of the cache continue to work.

              pulsefs cache verify
              pulsefs cache verify --quiet || mail -s 'pulsefs: damaged files' root < /dev/null

            Prints a line for each damaged or missing file: the problem, the job, the file, and the consequence. Keys of the \
            JSON: files and bytes that are intact; findings, each with problem (damaged, missing or unreadable), job, file, \
            single_use, and kept, the path of the damaged copy or null; complete.

            Exit codes: 0 all files are intact, 1 a file is damaged or missing, 2 some or all files could not be checked, 64 \
            wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var cache: CacheChoice

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress, and print nothing if all files are intact.")
    var quiet = false

    private struct Report: Encodable {
        let files: Int
        let bytes: UInt64
        let findings: [Finding]
        let complete: Bool
    }

    private struct Finding: Encodable {
        let problem: String
        let job: String
        let file: String
        let singleUse: Bool
        let kept: OrNull<String>
    }

    func run() async throws {
        let report: CacheVerification
        do {
            report = try await verify(try await cache.open())
        } catch {
            throw Terminal.failure(error, code: 2)
        }
        if report.damaged + report.missing > 0 { throw ExitCode(1) }
        if report.unreadable > 0 || !report.isComplete { throw ExitCode(2) }
    }

    private func verify(_ store: ArtifactStore) async throws -> CacheVerification {
        let bar = ProgressBar(isQuiet: quiet)
        let findings = Mutex<[Finding]>([])
        let report = try await store.verify { event in
            switch event {
            case .progress(let step):
                bar.show(
                    Double(step.bytes) / Double(max(1, step.total.bytes)),
                    "\(step.files) of \(step.total.files) files, \(ByteCount(step.bytes))")
            case .found(let finding):
                bar.clear()
                let (word, kept) = Self.words(of: finding.problem)
                guard json else {
                    return Table.say([word, finding.job, finding.file, Self.consequence(of: finding)], firstWidth: 10)
                }
                findings.withLock {
                    $0.append(
                        Finding(
                            problem: word, job: finding.job, file: finding.file, singleUse: finding.isSingleUse,
                            kept: OrNull(kept)))
                }
            }
        }
        bar.clear()
        if json {
            try Terminal.say(
                json: Report(
                    files: report.files, bytes: report.bytes, findings: findings.withLock { $0 },
                    complete: report.isComplete))
        } else if Terminal.isWatched, !quiet {
            Terminal.say("\(report.files) files are intact: \(ByteCount(report.bytes))")
        }
        return report
    }

    private static func words(of problem: CacheVerification.Finding.Problem) -> (word: String, kept: String?) {
        switch problem {
        case .damaged(let kept): ("damaged", kept?.string)
        case .missing: ("missing", nil)
        case .unreadable: ("unreadable", nil)
        }
    }

    private static func consequence(of finding: CacheVerification.Finding) -> String {
        switch (finding.problem, finding.isSingleUse) {
        case (.unreadable, _): "it could not be read: check the permissions of the cache's files, and the disk"
        case (.damaged(let kept?), true): "it cannot be fetched again; the damaged copy is \(kept)"
        case (_, true): "it cannot be fetched again"
        case (_, false): "it is fetched again when it is next read"
        }
    }
}
