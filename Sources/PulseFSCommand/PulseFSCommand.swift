import ArgumentParser
import Foundation
import PulseFS

@main
struct PulseFSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulsefs",
        abstract: "Mounts the results of Pulse, a document-extraction API, as plain files.",
        discussion: """
            Try it without an account:

              pulsefs demo

            With a key:

              export PULSE_API_KEY=…
              mkdir -p ~/pulse && pulsefs mount ~/pulse
              cat ~/pulse/jobs/<jobId>/result.md
              pulsefs unmount ~/pulse

            Exit codes are in the help of each command: pulsefs help mount. Any command whose output cannot be written, as \
            the disk is full or it is closed, says so in one line and ends with 74; one whose reader has left ends as any \
            other program does, by SIGPIPE. A mount goes on.
            """,
        version: Version.text,
        subcommands: [
            MountCommand.self, UnmountCommand.self, StatusCommand.self, WaitCommand.self, FetchCommand.self,
            ExportCommand.self, JobsCommand.self, CacheCommand.self, StoreCommand.self, ExplainCommand.self,
            ConfigCommand.self, DoctorCommand.self, DemoCommand.self,
        ])

    static func main() async {
        StandardDescriptors.fill()
        Secrecy.begin()
        StandardOutput.catchSignals()
        let words = CommandLine.arguments
        if let program = words.first, MountHelper.isMeant(by: program) {
            end(with: ExitCode(await MountHelper.run(Array(words.dropFirst()))))
        }
        // A mount says itself where its log goes.
        if words.dropFirst().first != MountCommand.configuration.commandName {
            MountLogHandler.installForCommand()
        }
        let work = Task { try await run(Array(words.dropFirst())) }
        StandardOutput.whenLost { work.cancel() }
        do {
            try await work.value
            end(with: ExitCode.success)
        } catch {
            end(with: error)
        }
    }

    private static func run(_ words: [String]) async throws {
        var command = try await asyncParseAsRoot(words)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }

    /// Says what there is to be said of it, which may be the help that was asked for.
    private static func end(with error: any Error) -> Never {
        let text = fullMessage(for: error)
        let code = exitCode(for: error)
        if !text.isEmpty {
            if code.isSuccess { StandardOutput.write("\(text)\n") } else { StandardError.write("\(text)\n") }
        }
        StandardOutput.endIfLost()
        Foundation.exit(code.rawValue)
    }
}
