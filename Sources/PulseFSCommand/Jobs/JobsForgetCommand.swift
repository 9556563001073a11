import ArgumentParser
import ArtifactStore
import Foundation
import PulseAPI
import PulseFS
import Settings
import System

struct JobsForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget jobs: mounts no longer list them, and their files are removed from the cache.",
        discussion: """
            Needs no key and sends no request. The job at the API does not change; a program that looks it up again causes a \
            new request. A job with a result that could be fetched only once is refused, because its result would be lost for \
            good; --lose-results removes it anyway.

              pulsefs jobs forget 0b1c7d3e-4a5f-4c6d-8e7f-9a0b1c2d3e4f
              pulsefs jobs list | awk '$2 == "failed" { print $1 }' | pulsefs jobs forget --from -

            Prints a line for each forgotten job: its id, and the files and bytes that were removed.

            Exit codes: 0 all are forgotten, 1 some are not (each reported on standard error, with the reason), 64 an id is \
            malformed (no job was forgotten), or wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var jobs: JobIDOptions

    @Flag(help: "Also remove results that cannot be fetched again.")
    var loseResults = false

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: .of(.apiURL))
    var apiURL: String?

    @OptionGroup var directory: CacheDirectoryOptions

    func run() async throws {
        let ids = try jobs.identifiers()
        do {
            let flags = configuration.flags + directory.flags + SettingsFlags([.apiURL: apiURL])
            let settings = try LocalSettings(SettingsSources(flags, .process))
            let store = try await CacheOpening.openForCommand(settings.cacheDirectory, limits: settings.cacheLimits)
            let width = ids.map(\.text.count).max() ?? 0
            var isComplete = true
            for id in ids where !Task.isCancelled {
                let outcome = try await store.forget(
                    origin: "\(settings.origin)", id: id.text, losingResults: loseResults,
                    actor: "pulsefs jobs forget, process \(ThisProcess.identifier)")
                if case .forgotten(let files, _) = outcome {
                    Table.say([id.text, "\(files.files)", byteText(files.bytes)], firstWidth: width)
                } else {
                    isComplete = false
                    Terminal.complain("\(id): \(Self.reason(outcome, settings))")
                }
            }
            if !isComplete { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            throw Terminal.failure(error)
        }
    }

    private static func reason(_ outcome: ForgetOutcome, _ settings: LocalSettings) -> String {
        switch outcome {
        case .forgotten: ""
        case .unknown: "the cache \(settings.cacheDirectory) knows no such job of \(settings.origin)"
        case .wouldLose(let files):
            """
            it is kept: \(PrintableText.line(files.joined(separator: ", "))) cannot be downloaded again and would be lost; \
            to lose it, add --lose-results
            """
        case .busy: "it is being fetched now: try again later"
        }
    }
}
