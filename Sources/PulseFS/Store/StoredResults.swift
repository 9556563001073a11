package import ArtifactStore
package import JobCache
import Quantities
import SharedStore

/// Results of a cache that can be fetched only once, compared with what the store of a fleet has of them.
package struct StoredResults: Sendable {
    private let store: ArtifactStore
    private let fleet: FleetStore
    /// Who lets go of them, for the ledger.
    private let actor: String

    package init(_ store: ArtifactStore, _ fleet: FleetStore, actor: String) {
        (self.store, self.fleet, self.actor) = (store, fleet, actor)
    }

    /// Removes those from the cache that the store has whole, every byte of which is read from there first. What went. Throws when the
    /// store cannot be asked.
    package func letGo() async throws -> FileTotal {
        if let trouble = fleet.trouble { throw StoreFounding.Failure(description: "the shared store: \(trouble)") }
        let (store, fleet) = (store, fleet)
        let claims = ClaimObjects(fleet.objects, fleet.secret, writer: fleet.rules.writer)
        let names = ObjectNames(fleet.secret.first)
        var total = FileTotal()
        for key in try await store.onDisk({ () throws(StoreError) in try store.singleUseResults() }) {
            guard let blob = store.open(key) else { continue }
            let job = names.job(key.job, of: key.origin)
            guard case .record(let record, _) = try await claims.read(job, within: fleet.rules.writeTimeout),
                let delivery = record.delivery, delivery.sha256 == blob.sha256, delivery.size == blob.size,
                try await claims.bring(delivery, of: job, within: fleet.rules.writeTimeout, take: { _, _ in }) == .whole
            else { continue }
            if try store.ledger(origin: key.origin, id: key.job).last?.event != .uploaded {
                try await store.enter(.uploaded, origin: key.origin, id: key.job, actor: actor, at: .now)
            }
            let gone = try await store.letGo(key)
            total.files += gone.files
            total.bytes +|= gone.bytes
        }
        return total
    }
}
