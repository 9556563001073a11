package import ArtifactStore
package import PulseAPI
package import Transfer

/// A library and the connections below it, for as long as a mount or a command works with it.
package final class LibraryOpening: Sendable {
    package let library: JobLibrary
    package let keyring: Keyring
    /// Of all requests of this opening.
    let scheduler = RequestScheduler()
    private let engine: TransferEngine
    private let client: PulseClient

    /// `actor` says in the ledger who fetched what. `events` is told what happens. `timeout` is how long a request is tried
    /// for, `maximumArtifactSize` how many bytes an answer may have. `fleet` is what is shared with other machines, and is closed with
    /// this.
    package init(
        on store: ArtifactStore, origin: APIOrigin, key: APIKey, from supply: KeySupply = .fixed,
        rules: KeyRules = KeyRules(), events: EventLog = EventLog(), actor: String,
        largeResults: LargeResultPolicy = .automatic, onExpiry: ExpiryPolicy = .keep,
        parts: PartsPolicy = PartsPolicy(), waiting: WaitRules = WaitRules(),
        timeout: Duration = RetryPolicy.standardBudget, maximumArtifactSize: UInt64? = nil,
        authorities: CertificateAuthorities = .standard, fleet: FleetStore? = nil
    ) throws(MountFailure) {
        DispatchDescriptors.open()
        do throws(TransferError) {
            let connections = DescriptorPlan.here.connections
            engine = try TransferEngine(
                .init(
                    userAgent: "pulsefs/\(Version.text)", maximumConnectionsPerHost: connections,
                    maximumConnections: connections, authorities: authorities))
        } catch {
            throw MountFailure("cannot start: \(error)")
        }
        keyring = Keyring(key, from: supply, store: store, origin: origin, rules: rules, events: events)
        client = PulseClient(
            origin: origin, engine: engine, limits: TransferLimits(maximumBodySize: maximumArtifactSize),
            scheduler: scheduler,
            persistence: Persistence(RetryPolicy(budget: timeout)), keys: keyring, observer: { events.note($0) })
        keyring.ask(client)
        let tier: any JobTier = fleet.map { FleetTier($0, origin: origin.description, store: store) } ?? NoTier()
        library = JobLibrary(
            client: client, store: store, keyring: keyring, events: events, actor: actor, largeResults: largeResults,
            maximumArtifactSize: maximumArtifactSize, onExpiry: onExpiry, showing: parts, waiting: waiting,
            openBlobs: DescriptorPlan.here.openBlobs, tier: tier)
    }

    /// Whether requests to the API are kept back, as it did not answer.
    var isAPIKeptBack: Bool { client.isAPIKeptBack }

    /// Requests that were sent again, as the one before them had failed.
    var repeatedRequests: UInt64 { client.repeatedRequests }

    /// Lets what is under way come to an end within `grace`, and ends the connections. What rests between two attempts has
    /// nothing under way, and ends at once.
    ///
    /// A result that can be fetched only once has as long as it takes: `waiting` is called about once a second with how many
    /// such there are.
    ///
    /// What waits to be shared with other machines has as long as `sharing` says, or as it takes.
    package func close(
        grace: Duration, sharing: Duration? = JobLibrary.sharingGrace,
        waiting: @escaping @Sendable (Int) -> Void = { _ in }
    ) async {
        client.endRests()
        await keyring.close(grace: .zero)
        await library.close(grace: grace, sharing: sharing, waiting: waiting)
        await engine.shutDown()
    }
}
