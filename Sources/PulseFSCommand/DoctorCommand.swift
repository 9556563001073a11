import ArgumentParser
import Doctor
import Foundation
import PulseFS
import Settings
import System
import SystemPackage

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that mounts work on this machine, and say how to fix what does not.",
        discussion: """
            Checks the kernel and fusermount3 (with a short trial mount), the settings, the key, the API, the clock, the \
            cache, and the directory if one is named. Takes the options of pulsefs mount. Changes nothing, and never shows the \
            key. Sends three small requests to the API, one of them with the key. Works without a network: a check that cannot \
            be made is reported as such. Ends within 15 seconds.

              pulsefs doctor
              pulsefs doctor ~/pulse --profile work
              pulsefs doctor --json | jq -r '.checks[] | select(.outcome == "failure") | .remedy'

            Outcomes: ok; warning, it works but could be better; failure; skipped. An API that cannot be reached is a failure \
            here, although a mount without it shows cached files. If the output is not a terminal, prints one line per check: \
            its outcome, its name, what was found and what to do, separated by tabs. Keys of the JSON: checks, each with name, \
            outcome, found and remedy (null if there is none); failures and warnings, their numbers.

            Exit codes: 0 no failure, but possibly warnings; 1 at least one failure; 64 wrong usage, 74 the output cannot be \
            written.
            """)

    @OptionGroup var options: MountOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: "The mount point, or the directory to mount on.", completion: .directory)
    var directory: String?

    private struct Report: Encodable {
        struct Check: Encodable {
            let name, outcome, found: String
            let remedy: OrNull<String>
        }

        let checks: [Check]
        let failures, warnings: Int
    }

    func run() async throws {
        let surroundings = Surroundings.process
        let path = try directory.map { text in
            guard !text.isEmpty, !text.utf8.contains(0) else {
                throw Terminal.failure("name a directory to mount on", code: 64)
            }
            // Not looked at: a mount there may not answer.
            return surroundings.workingDirectory.pushing(FilePath(text))
        }
        let checks = await Doctor(SettingsSources(options.flags, surroundings), directory: path).examine()
        let failures = checks.count { $0.outcome == .failure }
        let warnings = checks.count { $0.outcome == .warning }
        if json {
            try Terminal.say(
                json: Report(
                    checks: checks.map {
                        Report.Check(
                            name: $0.name, outcome: $0.outcome.rawValue, found: $0.found, remedy: OrNull($0.remedy))
                    }, failures: failures, warnings: warnings))
        } else if Terminal.isWatched {
            Self.show(checks)
            Terminal.say("\(Self.counted(failures, "failure")), \(Self.counted(warnings, "warning"))")
        } else {
            var table = Table()
            for check in checks { table.add([check.outcome.rawValue, check.name, check.found, check.remedy ?? ""]) }
            table.say()
        }
        if failures > 0 { throw ExitCode(1) }
    }

    // MARK: For people

    private static func show(_ checks: [Checkup]) {
        let width = checks.map(\.name.count).max() ?? 0
        let outcomeWidth = Checkup.Outcome.allCases.map(\.rawValue.count).max() ?? 0
        for check in checks {
            let word = padded(check.outcome.rawValue, outcomeWidth)
            Terminal.say("\(colour(of: check.outcome).paint(word))  \(padded(check.name, width))  \(check.found)")
            guard let remedy = check.remedy else { continue }
            Terminal.say("\(String(repeating: " ", count: outcomeWidth + width + 4))→ \(remedy)")
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func colour(of outcome: Checkup.Outcome) -> Colour {
        switch outcome {
        case .ok: .green
        case .warning: .yellow
        case .failure: .red
        case .skipped: .grey
        }
    }

    private static func counted(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
