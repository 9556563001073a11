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
            MountCommand.self, UnmountCommand.self, WaitCommand.self, FetchCommand.self, JobsCommand.self,
            CacheCommand.self, ConfigCommand.self, DoctorCommand.self, ExplainCommand.self,
            DemoCommand.self,
        ])
}
