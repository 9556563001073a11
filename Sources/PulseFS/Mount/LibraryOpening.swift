package import ArtifactStore
package import JobCache
import PulseAPI
import Settings
import Transfer

/// A library and the connections below it, for as long as a mount or a command works with it.
package final class LibraryOpening: Sendable {
    package let library: JobLibrary
    package let keyring: Keyring
    /// Of all requests of this opening.
    let scheduler = RequestScheduler()
    private let engine: TransferEngine
    private let client: PulseClient

    /// `actor` says in the ledger who fetched what. `events` is told what happens. `rules.maximumArtifactSize` is also how many bytes
    /// an answer may have. `fleet` is what is shared with other machines, and is closed with this.
    package init(
        on store: ArtifactStore, _ access: APIAccess, rules: LibraryRules = LibraryRules(),
        events: EventLog = EventLog(), actor: String, fleet: FleetStore? = nil
    ) {
        DispatchDescriptors.open()
        let connections = DescriptorPlan.here.connections
        engine = TransferEngine(
            .init(
                userAgent: "pulsefs/\(Version.text)", maximumConnectionsPerHost: connections,
                maximumConnections: connections, authorities: access.authorities))
        let (origin, ttl) = (access.origin, access.rules.ttl)
        keyring = Keyring(
            access.key, from: access.supply, store: store, origin: origin, rules: access.rules, events: events)
        client = PulseClient(
            origin: origin, engine: engine, limits: TransferLimits(maximumBodySize: rules.maximumArtifactSize),
            scheduler: scheduler,
            persistence: Persistence(RetryPolicy(budget: access.timeout)), keys: keyring,
            observer: { events.note($0) })
        let tier: any JobTier =
            fleet.map { FleetTier($0, origin: origin.description, store: store, events: events) } ?? NoTier()
        keyring.ask { [weak client] key, isDoubted in
            guard let client else { return (.unknown("the mount is ending"), .zero) }
            return await tier.verdict(of: key, isDoubted: isDoubted, within: ttl, asking: client)
        }
        library = JobLibrary(
            JobFetcher.Ground(
                client: client, store: store, keyring: keyring, events: events, actor: actor, tier: tier),
            rules: rules, openBlobs: DescriptorPlan.here.openBlobs)
    }

    /// Does what the first request would have to wait for, aside.
    func prepare() { try? engine.start() }

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
