import JobCache
import Quantities
import SharedStore

extension Metrics {
    /// Of a mount that shares a store.
    static func lines(_ sharing: SharingFigures) -> [String] {
        let calls = sharing.calls.calls.sorted {
            ($0.key.operation.rawValue, $0.key.outcome) < ($1.key.operation.rawValue, $1.key.outcome)
        }
        var lines = [
            "# TYPE pulsefs_store_requests counter",
            "# HELP pulsefs_store_requests Requests to the shared store, by operation and outcome.",
        ]
        lines += calls.map { entry in
            "pulsefs_store_requests_total{operation=\"\(entry.key.operation.rawValue)\","
                + "outcome=\"\(entry.key.outcome)\"} \(entry.value)"
        }
        lines += [
            "# TYPE pulsefs_store_request_seconds counter",
            "# UNIT pulsefs_store_request_seconds seconds",
            "# HELP pulsefs_store_request_seconds Duration of these requests, retries included.",
        ]
        lines += StoreCounts.Operation.allCases.map { operation in
            let time = UInt64(max(0, (sharing.calls.time[operation] ?? .zero) / .nanoseconds(1)))
            return "pulsefs_store_request_seconds_total{operation=\"\(operation.rawValue)\"} \(seconds(time))"
        }
        lines += [
            "# TYPE pulsefs_store_bytes counter",
            "# UNIT pulsefs_store_bytes bytes",
            "# HELP pulsefs_store_bytes Bytes of objects read and written.",
            "pulsefs_store_bytes_total{direction=\"received\"} \(sharing.calls.received)",
            "pulsefs_store_bytes_total{direction=\"sent\"} \(sharing.calls.sent)",
            "# TYPE pulsefs_store_lookups counter",
            "# HELP pulsefs_store_lookups Lookups in the shared store, by kind and whether they were hits.",
        ]
        for kind in SharingCounts.Kind.allCases {
            let (hits, misses) = (sharing.counts.hits[kind] ?? 0, sharing.counts.misses[kind] ?? 0)
            lines.append("pulsefs_store_lookups_total{kind=\"\(kind.rawValue)\",outcome=\"hit\"} \(hits)")
            lines.append("pulsefs_store_lookups_total{kind=\"\(kind.rawValue)\",outcome=\"miss\"} \(misses)")
        }
        lines += [
            "# TYPE pulsefs_store_rejected_objects counter",
            "# HELP pulsefs_store_rejected_objects Objects that did not open or had invalid contents.",
        ]
        lines += sharing.counts.rejected.sorted { $0.key < $1.key }.map { reason, count in
            "pulsefs_store_rejected_objects_total{reason=\"\(reason)\"} \(count)"
        }
        lines += [
            "# TYPE pulsefs_store_leases counter",
            "# HELP pulsefs_store_leases Leases to ask the API for all machines, by how they were obtained.",
        ]
        lines += SharingCounts.Lease.allCases.map { lease in
            "pulsefs_store_leases_total{outcome=\"\(lease.rawValue)\"} \(sharing.counts.leases[lease] ?? 0)"
        }
        lines += [
            "# TYPE pulsefs_store_claims counter",
            "# HELP pulsefs_store_claims Claims on results that can be downloaded only once, by outcome.",
        ]
        lines += SharingCounts.Claim.allCases.map { claim in
            "pulsefs_store_claims_total{outcome=\"\(claim.rawValue)\"} \(sharing.counts.claims[claim] ?? 0)"
        }
        lines += [
            "# TYPE pulsefs_store_claims_held gauge",
            "# HELP pulsefs_store_claims_held Claims that this machine holds now.",
            "pulsefs_store_claims_held \(sharing.claimed)",
            "# TYPE pulsefs_store_jobs_polled gauge",
            "# HELP pulsefs_store_jobs_polled Running jobs that this machine polls for all machines.",
            "pulsefs_store_jobs_polled \(sharing.polled)",
            "# TYPE pulsefs_store_outbox_bytes gauge",
            "# UNIT pulsefs_store_outbox_bytes bytes",
            "# HELP pulsefs_store_outbox_bytes Bytes waiting to be uploaded.",
            "pulsefs_store_outbox_bytes \(sharing.waiting)",
            "# TYPE pulsefs_store_outbox_dropped counter",
            "# HELP pulsefs_store_outbox_dropped Uploads dropped for lack of room.",
            "pulsefs_store_outbox_dropped_total \(sharing.dropped)",
            "# TYPE pulsefs_store_state gauge",
            "# HELP pulsefs_store_state State of the shared store: 1 for the current state.",
        ]
        lines += SharingFigures.Health.allCases.map { health in
            "pulsefs_store_state{state=\"\(health.rawValue)\"} \(health == sharing.health ? 1 : 0)"
        }
        return lines
    }
}
