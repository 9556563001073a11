package import ArtifactStore
package import PulseAPI
import Transfer

/// A library and the connections below it, for as long as a mount or a command works with it.
package final class LibraryOpening: Sendable {
    package let library: JobLibrary
    package let keyring: Keyring
    private let engine: TransferEngine

    private static let connections = 128

    /// `actor` says in the ledger who fetched what.
    package init(
        on store: ArtifactStore, origin: APIOrigin, key: APIKey, from supply: KeySupply = .fixed,
        rules: KeyRules = KeyRules(), actor: String, largeResults: LargeResultPolicy = .automatic
    ) throws(MountFailure) {
        do throws(TransferError) {
            // A request that the API leaves hanging keeps its connection until it is given up; others must find one.
            engine = try TransferEngine(
                .init(
                    userAgent: "pulsefs/\(Version.text)", maximumConnectionsPerHost: Self.connections,
                    maximumConnections: Self.connections))
        } catch {
            throw MountFailure("cannot start: \(error)")
        }
        keyring = Keyring(key, from: supply, store: store, origin: origin, rules: rules)
        let client = PulseClient(origin: origin, engine: engine, keys: keyring)
        keyring.ask(client)
        library = JobLibrary(
            client: client, store: store, keyring: keyring, actor: actor, largeResults: largeResults)
    }

    /// Lets what is under way come to an end within `grace`, and ends the connections.
    package func close(grace: Duration) async {
        await keyring.close(grace: .zero)
        await library.close(grace: grace)
        await engine.shutDown()
    }
}
