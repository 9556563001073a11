import ArgumentParser
import PulseFS
import Settings
import SharedStore
import System

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Create, inspect, check and clean up a store that machines share.",
        discussion: """
            A store is a prefix of a bucket of an S3-compatible engine. Its contents are sealed with a secret that its \
            machines share. Credentials come from the same sources as for Amazon's tools: the environment, AWS_PROFILE, a \
            program, the host of a container, a web identity. No secret is ever shown.

              pulsefs store check s3://bucket/pulse
              pulsefs store init s3://bucket/pulse --store-secret-file ~/.config/pulsefs/store.secret
              pulsefs store info s3://bucket/pulse
            """,
        subcommands: [
            StoreInitCommand.self, StoreInfoCommand.self, StoreCheckCommand.self, StoreVerifyCommand.self,
            StoreCollectCommand.self,
        ])
}

/// Which store a command is about.
struct StoreChoice: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: .of(.caFile), completion: .file())
    var caFile: String?

    @OptionGroup var options: StoreOptions

    @Argument(help: "The store, as s3://bucket/prefix; instead of --store.")
    var address: String?

    /// Asks the store for the length of `body`.
    func with<Value: Sendable>(
        _ body: (StoreConnection) async throws -> Value
    ) async throws -> Value {
        var flags = configuration.flags + options.flags + SettingsFlags([.caFile: caFile])
        if let address { flags[.store] = address }
        let surroundings = Surroundings.process
        let settings = try StoreSettings(SettingsSources(flags, surroundings))
        let connection = StoreConnection(settings, surroundings)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
