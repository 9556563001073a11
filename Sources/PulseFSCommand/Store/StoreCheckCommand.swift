import ArgumentParser
import Foundation
import PulseFS
import Settings
import SharedStore

struct StoreCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Test whether an engine keeps the promises that a store needs.",
        discussion: """
            Writes a few small objects below check/ of the store, with eight writers at once, and removes them again. The \
            store need not exist yet, and no secret is needed. Ends within a minute.

              pulsefs store check s3://bucket/pulse
              pulsefs store check --json | jq -r '.trials[] | select(.passed | not) | .seen'

            Trials: absence, a missing object is reported as missing; read_after_write, an object can be read at once after it \
            was written; put_if_absent and put_if_unchanged, of many writers one wins; second_refused, a later writer is \
            refused; copy_renews, copying an object onto itself renews its age, so that an expiry rule of the bucket removes \
            only unused objects; delete_if_unchanged. If the output is not a terminal, prints one line per trial: ok or \
            failed, its name, and what was seen, separated by tabs; then share, claim and renew with yes or no. Keys of the \
            JSON: store; trials, each with name, passed and seen; share, content can be shared; claim, results that can be \
            fetched only once can be claimed; renew, objects in use can be kept from an expiry rule.

            Exit codes: 0 everything works; 2 content can be shared, but something else does not work; 1 the engine cannot be \
            used or reached; 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var choice: StoreChoice

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        struct Trial: Encodable {
            let name: String
            let passed: Bool
            let seen: String
        }

        let store: String
        let trials: [Trial]
        let share, claim, renew: Bool
    }

    /// One of its requests; nobody waits for a reader here.
    private static let within = Duration.seconds(10)

    func run() async throws {
        let outcomes: [StoreCheck.Outcome]
        do {
            outcomes = try await choice.with { connection in
                let address = "\(connection.settings.location.address)"
                let outcomes = try await StoreCheck(connection.store, within: Self.within).run { outcome in
                    if !json { Self.say(outcome) }
                }
                if json {
                    try Terminal.say(
                        json: Report(
                            store: address,
                            trials: outcomes.map {
                                Report.Trial(name: $0.trial.rawValue, passed: $0.isPassed, seen: $0.words)
                            }, share: outcomes.canShare, claim: outcomes.canClaim, renew: outcomes.canRenew))
                } else {
                    Self.sayVerdict(outcomes)
                }
                return outcomes
            }
        } catch {
            throw Terminal.failure(error)
        }
        guard outcomes.canShare else { throw ExitCode(1) }
        guard outcomes.canClaim, outcomes.canRenew else { throw ExitCode(2) }
    }

    private static func say(_ outcome: StoreCheck.Outcome) {
        Table.say([outcome.isPassed ? "ok" : "failed", outcome.trial.rawValue, outcome.words], firstWidth: 6)
    }

    private static func sayVerdict(_ outcomes: [StoreCheck.Outcome]) {
        let verdicts = [
            ("share", outcomes.canShare, "machines can share content that can be fetched again"),
            (
                "claim", outcomes.canClaim,
                "results that can be fetched only once can be claimed by one machine, and shared"
            ),
            ("renew", outcomes.canRenew, "objects in use can be kept from an expiry rule"),
        ]
        for (name, isSo, words) in verdicts {
            guard Terminal.isWatched else {
                Terminal.say("\(name)\t\(isSo ? "yes" : "no")")
                continue
            }
            Terminal.say("\(isSo ? "yes" : "no"): \(words)")
        }
    }
}
