import ArgumentParser
import Foundation
import MountHost
import Settings
import System

@main
struct PulseFSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulsefs",
        abstract: "Mounts the results of Pulse, a document-extraction API, as plain files.",
        discussion: """
            Try it without an account:

              pulsefs demo

            With a key:

              pulsefs init
              mkdir -p ~/pulse && pulsefs mount ~/pulse
              cat ~/pulse/jobs/<jobId>/result.md
              pulsefs unmount ~/pulse

            Exit codes are in the help of each command: pulsefs help mount. A command whose output cannot be written, because \
            the disk is full or the output is closed, prints one line and exits with 74. A command whose reader has gone ends \
            by SIGPIPE, as other programs do. A mount continues in both cases.
            """,
        version: Version.withRevision,
        subcommands: [
            InitCommand.self, MountCommand.self, UnmountCommand.self, StatusCommand.self, WaitCommand.self,
            FetchCommand.self,
            ExportCommand.self, JobsCommand.self, CacheCommand.self, StoreCommand.self, ExplainCommand.self,
            ConfigCommand.self, DoctorCommand.self, DemoCommand.self,
        ])

    static func main() async {
        StandardDescriptors.fill()
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == OwnProgram.readsFile {
            Foundation.exit(StandardOutput.copy(CommandLine.arguments[2]) ? 0 : 1)
        }
        if ThisProcess.identifier == InitialProcess.identifier { InitialProcess.run() }
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
            // There is nothing to be said of it, which the parser would take some milliseconds to find out.
            StandardOutput.endIfLost()
            Foundation.exit(0)
        } catch {
            end(with: error)
        }
    }

    private static func run(_ words: [String]) async throws {
        if let mount = BackgroundMount.begun(with: words) { return try await mount.serve() }
        if let mount = PlainMount(words) { return try mount.start() }
        var command = try await asyncParseAsRoot(words)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }

    /// Says what there is to be said of it, which may be the help that was asked for.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if code.isSuccess {
            let text = fullMessage(for: error)
            if !text.isEmpty { StandardOutput.write("\(text)\n") }
        } else if !message(for: error).isEmpty {
            Terminal.complain(
                code == .validationFailure
                    ? UsageMistake(error, Array(CommandLine.arguments.dropFirst())).line : message(for: error))
        }
        StandardOutput.endIfLost()
        Foundation.exit(code.rawValue)
    }
}
