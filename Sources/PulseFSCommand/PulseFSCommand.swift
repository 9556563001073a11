import ArgumentParser
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
            """,
        version: Version.text,
        subcommands: [
            MountCommand.self, UnmountCommand.self, StatusCommand.self, WaitCommand.self, FetchCommand.self,
            JobsCommand.self, CacheCommand.self, ExplainCommand.self, ConfigCommand.self,
            DoctorCommand.self,
            DemoCommand.self,
        ])

    static func main() async {
        let words = CommandLine.arguments
        if let program = words.first, MountHelper.isMeant(by: program) {
            exit(withError: ExitCode(await MountHelper.run(Array(words.dropFirst()))))
        }
        // A mount says itself where its log goes.
        if words.dropFirst().first != MountCommand.configuration.commandName {
            MountLogHandler.installForCommand()
        }
        await main(nil)
    }
}
