/// How a claim ends: decisions only, told what was read. Each is asked again after a writing that was lost or is unclear.
package enum ClaimEnd {
    package enum Decision: Sendable, Hashable {
        /// Write this under this condition, then read again and ask again unless it was done.
        case write(ClaimRecord, WriteCondition)
        /// It is written already.
        case done
        /// Its bytes are in the store, by somebody.
        case delivered(ClaimRecord.Delivery)
        /// There is nothing to be written; this is what is so, if anything is.
        case leave(ClaimRecord?)
        case unreachable
    }

    /// Whoever has the bytes says that they are in the store: whatever was so before, but for somebody's saying so. The object that is
    /// named must be there.
    /// - Parameter missing: the name of an object that is not there though somebody has said that it is.
    package static func deliver(
        _ delivery: ClaimRecord.Delivery, nonce: String, after seen: ClaimSeen, missing: String? = nil
    ) -> Decision {
        switch seen {
        case .unreachable, .damaged: return .unreachable
        case .absent:
            let record = ClaimRecord(
                epoch: 1, nonce: nonce, machine: delivery.machine, time: delivery.time, .delivered(delivery))
            return .write(record, .ifAbsent)
        case .record(let record, let etag):
            if let there = record.delivery {
                if there.object == delivery.object { return .done }
                // The same bytes, for an object that the engine has lost.
                guard there.object == missing, there.hasContent(of: delivery) else { return .delivered(there) }
            }
            return .write(record.now(.delivered(delivery)), .ifStill(etag))
        }
    }

    /// The claimant of this nonce has failed before the last byte.
    package static func release(nonce: String, after seen: ClaimSeen) -> Decision {
        switch seen {
        case .unreachable, .damaged: return .unreachable
        case .absent: return .leave(nil)
        case .record(let record, let etag):
            if let there = record.delivery { return .delivered(there) }
            guard record.nonce == nonce, record.isClaimed else { return .leave(record) }
            return .write(record.now(.released), .ifStill(etag))
        }
    }

    /// The API has told the claimant of this nonce that the link is spent.
    package static func gone(_ evidence: ClaimRecord.Evidence, nonce: String, after seen: ClaimSeen) -> Decision {
        switch seen {
        case .unreachable, .damaged: return .unreachable
        case .absent:
            return .write(
                ClaimRecord(
                    epoch: 1, nonce: nonce, machine: evidence.machine, time: evidence.time, .gone(evidence)), .ifAbsent)
        case .record(let record, let etag):
            if let there = record.delivery { return .delivered(there) }
            if case .gone = record.state { return .leave(record) }
            // Another asks now, and will be told the same.
            guard record.nonce == nonce || !record.isClaimed else { return .leave(record) }
            return .write(record.now(.gone(evidence)), .ifStill(etag))
        }
    }
}
