package import ArtifactStore
package import PulseAPI
import Quantities
package import SharedStore
import Synchronization
package import Transfer

/// Results that can be fetched only once: who fetches each, and their bytes.
extension FleetTier: ClaimTier {
    package var claimTier: (any ClaimTier)? { self }

    package var sharesResults: Bool { knownClaims ?? true }
    package var mayClaim: Bool { rules.isWritten && sharesResults }
    package var mayAskLate: Bool { rules.singleUse == .late }
    package var machine: String { rules.machine }
    package var claimRules: ClaimRules { rules.claims }

    private var claimObjects: ClaimObjects { ClaimObjects(fleet.objects, fleet.secret, writer: rules.writer) }

    package func claim(of job: JobID) async -> ClaimSeen {
        guard admits() else { return .unreachable }
        let name = self.job(job)
        do throws(ObjectStoreError) {
            let seen = try await claimObjects.read(name, within: rules.timeout)
            if case .damaged(let words) = seen { noteRejected(.claim(name), words) }
            return seen
        } catch {
            failed(error)
            return .unreachable
        }
    }

    package func write(_ record: ClaimRecord, of job: JobID, _ condition: WriteCondition) async -> ClaimWritten {
        guard admits(), claims else { return .failed }
        do throws(ObjectStoreError) {
            return try await claimObjects.write(record, of: self.job(job), condition, within: rules.writeTimeout)
        } catch {
            switch error.kind {
            case .denied, .notSupported: return .refused
            // What was begun may be done yet.
            case .cancelled: return .unclear
            default:
                failed(error)
                return .failed
            }
        }
    }

    package func put(_ result: any BodySource, sha256: String, of job: JobID) async -> ClaimRecord.Delivery? {
        guard admits(), claims else { return nil }
        let nonce = SealedHeader.randomNonce()
        do throws(ObjectStoreError) {
            let isThere = try await claimObjects.put(
                result, as: nonce, of: self.job(job), within: rules.resultTimeout)
            guard isThere else { return nil }
        } catch {
            if error.kind != .denied { failed(error) }
            return nil
        }
        return ClaimRecord.Delivery(
            object: nonce, size: result.length.bytes, sha256: sha256, machine: machine, time: FleetRules.seconds(.now))
    }

    package func has(_ delivery: ClaimRecord.Delivery, of job: JobID) async -> Bool? {
        guard admits() else { return nil }
        do throws(ObjectStoreError) {
            return try await claimObjects.has(delivery, of: self.job(job), within: rules.timeout)
        } catch {
            failed(error)
            return nil
        }
    }

    package func remove(_ delivery: ClaimRecord.Delivery, of job: JobID) async {
        guard let key = ObjectKey.result(self.job(job), nonce: delivery.object) else { return }
        try? await fleet.objects.delete(key, .none, within: rules.writeTimeout)
    }

    package func bring(
        _ delivery: ClaimRecord.Delivery, of job: JobID, into spool: SpoolFile,
        arrived: @escaping @Sendable (UInt64) -> Void
    ) async -> ResultArrival {
        guard admits() else { return .unreachable }
        let trouble = DiskTrouble()
        do throws(ObjectStoreError) {
            let arrival = try await claimObjects.bring(delivery, of: self.job(job), within: rules.timeout) {
                contents, offset in
                do throws(StoreError) { try spool.write(contents, at: offset.bytes) } catch {
                    trouble.error.withLock { $0 = error }
                    throw error
                }
                arrived(offset.bytes +| UInt64(contents.count))
            }
            switch arrival {
            case .whole: return .whole
            case .missing: return .missing
            case .damaged(let words):
                if let key = ObjectKey.result(self.job(job), nonce: delivery.object) { noteRejected(key, words) }
                return .damaged(words)
            }
        } catch {
            if let trouble = trouble.error.withLock({ $0 }) { return .unwritable(trouble) }
            failed(error)
            return .unreachable
        }
    }

    private final class DiskTrouble: Sendable {
        let error = Mutex<StoreError?>(nil)
    }

    package func count(_ claim: SharingCounts.Claim) { counts.claim(claim) }
}
