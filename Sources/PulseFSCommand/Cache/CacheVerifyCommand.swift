import ArgumentParser
import ArtifactStore
import PulseFS
import Quantities
import Synchronization
import SystemPackage

struct CacheVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every file of the cache and set aside what is damaged.",
        discussion: """
            Compares the length, the label and the SHA-256 of each. What does not match goes to the cache's quarantine, and is \
            fetched again when it is next read, unless it can be fetched only once. Mounts of the cache go on meanwhile.

              pulsefs cache verify
              pulsefs cache verify --quiet || mail -s 'pulsefs: damaged files' root < /dev/null

            For each damaged or missing file there is a line: what it is, the job, the file, and what follows from it. Keys \
            of the JSON: files and bytes that are whole; findings, each with problem (damaged, missing or unreadable), job, \
            file, single_use, and kept, the path of what is left of it or null; complete.

            Exit codes: 0 all is whole, 1 something was damaged or missing, 2 something, or all, could not be checked, \
            64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var cache: CacheChoice

    @Flag(help: "Print one JSON object, at the end.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress, and say nothing when all is whole.")
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
            Terminal.say("\(report.files) files are whole: \(ByteCount(report.bytes))")
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
        case (.unreadable, _): "it could not be read: see the rights of the cache's files, and the health of the disk"
        case (.damaged(let kept?), true): "it cannot be fetched again; what is left of it is \(kept)"
        case (_, true): "it cannot be fetched again"
        case (_, false): "it is fetched again when it is next read"
        }
    }
}
