import ArgumentParser
import Foundation
import PulseFS
import SharedStore

struct StoreCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find out what an engine's promises are worth.",
        discussion: """
            Writes a few small objects below check/ of the store, eight writers at once, and removes them again; the store \
            itself need not be there yet, and no secret is needed. Ends within a minute.

              pulsefs store check s3://bucket/pulse
              pulsefs store check --json | jq -r '.trials[] | select(.passed | not) | .seen'

            Trials: absence, what is not there is said not to be there; read_after_write, what was written is read at once; \
            put_if_absent and put_if_unchanged, of many writers one wins; second_refused, who comes too late is told so; \
            copy_renews, a copy onto itself makes an object new, so that a rule of the bucket can remove what is not used; \
            delete_if_unchanged. Elsewhere than on a terminal it prints a line a trial: ok or failed, its name, and what was \
            seen, separated by tabs; then share, claim and renew with yes or no. Keys of the JSON: store; trials, each with \
            name, passed and seen; share, content can be shared; claim, results that can be fetched only once can be claimed; \
            renew, what is used is kept from a rule that removes what is old.

            Exit codes: 0 good for all of it; 2 content can be shared, and not all else; 1 it cannot be used, or asked; 64 \
            wrong usage, 74 the output cannot be written.
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
            ("share", outcomes.canShare, "machines can share what can be fetched again"),
            (
                "claim", outcomes.canClaim,
                "results that can be fetched only once can be claimed by one machine, and shared"
            ),
            ("renew", outcomes.canRenew, "what is used can be kept from a rule that removes what is old"),
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
