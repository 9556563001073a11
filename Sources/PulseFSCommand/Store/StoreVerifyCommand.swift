import ArgumentParser
import Foundation
import PulseAPI
import PulseFS
import Quantities
import Settings
import SharedStore
import Synchronization

struct StoreVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every object of a store, and report those that do not open.",
        discussion: """
            Opens each object with the secret, and compares lengths and SHA-256 where they are recorded. Changes nothing: \
            mounts treat an object that does not open as absent, fetch its content again and overwrite it. Objects whose \
            content cannot be fetched again are marked. Reads every byte of the store once.

              pulsefs store verify s3://bucket/pulse --store-secret-file ~/.config/pulsefs/store.secret
              pulsefs store verify --json | jq -r '.findings[].object'

            Prints a line for each bad object: damaged or unread, its name in the store, and the reason, separated by tabs. \
            Keys of the JSON: store; kinds, for each of description, job, file, grant, verdict, claim, result and check, the \
            number of good objects and their bytes; leases, requests that machines are making now; unknown, objects written by \
            a version that this one does not know; foreign, names that do not belong to a store; findings, each with problem, \
            object, kind, replaceable and reason.

            Exit codes: 0 every object opens; 1 some are damaged; 2 some could not be read, or the store cannot be reached, or \
            the secret does not fit; 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var choice: StoreChoice

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        struct Kind: Encodable {
            let objects: Int
            let bytes: UInt64
        }
        struct Finding: Encodable {
            let problem, object, kind: String
            let replaceable: Bool
            let reason: String
        }

        let store: String
        let kinds: [String: Kind]
        let leases, unknown, foreign: Int
        let findings: [Finding]
    }

    /// One of its requests; nobody waits for a reader here.
    private static let within = Duration.seconds(20)

    func run() async throws {
        let report: StoreVerification.Report
        do { report = try await choice.with(verify) } catch {
            throw Terminal.failure(error, code: 2)
        }
        if report.damaged > 0 { throw ExitCode(1) }
        if report.unread > 0 { throw ExitCode(2) }
    }

    private func verify(_ connection: StoreConnection) async throws -> StoreVerification.Report {
        let secret = try connection.settings.readSecret()
        let address = "\(connection.settings.location.address)"
        guard let there = try await StoreFounding.description(connection) else {
            throw StoreFounding.Failure(
                description: "\(address) is not a store: create one there with pulsefs store init")
        }
        guard there.fits(secret) else {
            throw StoreFounding.Failure(
                description: "the secret is not that of \(address): use the secret file of this store")
        }
        let (bar, isQuiet, json) = (ProgressBar(isQuiet: quiet), quiet, json)
        let findings = Mutex<[Report.Finding]>([])
        let report = try await StoreVerification(connection.store, secret, within: Self.within).run(
            found: { finding in
                let (word, reason) = Self.words(of: finding.problem)
                guard !json else {
                    return findings.withLock {
                        $0.append(
                            Report.Finding(
                                problem: word, object: finding.key.text, kind: finding.kind.rawValue,
                                replaceable: !finding.isLoss, reason: reason))
                    }
                }
                bar.clear()
                let consequence = finding.isLoss ? "; it cannot be fetched again" : ""
                Table.say([word, finding.key.text, reason + consequence], firstWidth: 8)
            }, looked: { bar.show("\($0) objects") })
        bar.clear()
        if json {
            try Terminal.say(
                json: Report(
                    store: address,
                    kinds: Dictionary(
                        uniqueKeysWithValues: ObjectKind.allCases.map { kind in
                            let total = report.sound[kind] ?? StoreVerification.Total()
                            return (kind.rawValue, Report.Kind(objects: total.objects, bytes: total.bytes.bytes))
                        }), leases: report.leases, unknown: report.unknown, foreign: report.foreign,
                    findings: findings.withLock { $0 }))
        } else if Terminal.isWatched, !isQuiet {
            let (objects, bytes) = report.sound.values.reduce((0, ByteCount.zero)) {
                ($0.0 + $1.objects, $0.1 + $1.bytes)
            }
            Terminal.say("\(objects) objects are intact: \(bytes)")
        }
        return report
    }

    private static func words(of problem: StoreVerification.Finding.Problem) -> (word: String, reason: String) {
        switch problem {
        case .damaged(let reason): ("damaged", reason)
        case .unread(let reason): ("unread", PrintableText.line(reason))
        }
    }
}
