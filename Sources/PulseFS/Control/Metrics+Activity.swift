import FUSE
import JobCache
import PulseAPI
import Quantities
import System
import SystemPackage

extension Metrics {
    /// What a mount has done so far, other than what the session and the scheduler count by themselves.
    struct Activity {
        var requests: [(kind: RequestCounts.Kind, count: UInt64)] = []
        /// Those of them that followed one that had failed.
        var repeatedRequests: UInt64 = 0
        /// Bytes of bodies.
        var receivedBytes: UInt64 = 0
        var cache = CacheCounts.Values()
        /// Reads of the cache's index.
        var indexReads: UInt64 = 0
        /// Bytes of memory; nil when it is not known.
        var residentBytes: UInt64?
        /// Nil when machines share nothing.
        var sharing: SharingFigures?
    }

    /// The operations that are answered with what was asked for, whose time says something.
    static let timed: [Operation] = [.lookup, .getattr, .read, .readdir, .readdirplus, .poll]

    static func lines(_ activity: Activity) -> [String] {
        var lines = [
            "# TYPE pulsefs_api_requests counter",
            "# HELP pulsefs_api_requests Finished requests to the API, by endpoint and status.",
        ]
        lines += activity.requests.map { entry in
            let kind = entry.kind
            return "pulsefs_api_requests_total{endpoint=\"\(kind.endpoint.rawValue)\",method=\"\(kind.method)\","
                + "status=\"\(kind.outcome)\"} \(entry.count)"
        }
        lines += [
            "# TYPE pulsefs_api_retries counter",
            "# HELP pulsefs_api_retries Requests to the API that were retried after a failure.",
            "pulsefs_api_retries_total \(activity.repeatedRequests)",
            "# TYPE pulsefs_api_received_bytes counter",
            "# UNIT pulsefs_api_received_bytes bytes",
            "# HELP pulsefs_api_received_bytes Bytes of response bodies received from the API, used or not.",
            "pulsefs_api_received_bytes_total \(activity.receivedBytes)",
            "# TYPE pulsefs_cache_reads counter",
            "# HELP pulsefs_cache_reads Reads of fetched files that reached this process, by cache hit or miss.",
            "pulsefs_cache_reads_total{outcome=\"hit\"} \(activity.cache.hits)",
            "pulsefs_cache_reads_total{outcome=\"miss\"} \(activity.cache.misses)",
            "# TYPE pulsefs_cache_index_reads counter",
            "# HELP pulsefs_cache_index_reads Reads of the index of the cache.",
            "pulsefs_cache_index_reads_total \(activity.indexReads)",
            "# TYPE pulsefs_cache_evicted_files counter",
            "# HELP pulsefs_cache_evicted_files Files that this process evicted.",
            "pulsefs_cache_evicted_files_total \(activity.cache.evictedFiles)",
            "# TYPE pulsefs_cache_evicted_bytes counter",
            "# UNIT pulsefs_cache_evicted_bytes bytes",
            "# HELP pulsefs_cache_evicted_bytes Disk space of the evicted files.",
            "pulsefs_cache_evicted_bytes_total \(activity.cache.evictedBytes)",
            "# TYPE pulsefs_cache_quarantined_files counter",
            "# HELP pulsefs_cache_quarantined_files Damaged files that were set aside.",
            "pulsefs_cache_quarantined_files_total \(activity.cache.quarantinedFiles)",
        ]
        if let bytes = activity.residentBytes {
            lines += [
                "# TYPE pulsefs_resident_memory_bytes gauge",
                "# UNIT pulsefs_resident_memory_bytes bytes",
                "# HELP pulsefs_resident_memory_bytes Resident memory of this process.",
                "pulsefs_resident_memory_bytes \(bytes)",
            ]
        }
        if let sharing = activity.sharing { lines += Self.lines(sharing) }
        return lines
    }

    /// How long operations took, as cumulative histograms.
    static func latencies(_ counters: OperationCounters) -> [String] {
        let name = "pulsefs_fuse_operation_duration_seconds"
        var lines = [
            "# TYPE \(name) histogram",
            "# UNIT \(name) seconds",
            "# HELP \(name) Time from the kernel's request to the reply.",
        ]
        for operation in timed {
            let latency = counters.latency(of: operation)
            var count: UInt64 = 0
            for (own, bound) in zip(latency.counts, bounds + ["+Inf"]) {
                count +|= own
                lines.append("\(name)_bucket{operation=\"\(operation)\",le=\"\(bound)\"} \(count)")
            }
            lines.append("\(name)_count{operation=\"\(operation)\"} \(count)")
            lines.append("\(name)_sum{operation=\"\(operation)\"} \(seconds(latency.sum))")
        }
        return lines
    }

    /// As the specification wants floats to be written.
    private static let bounds = OperationLatency.bounds.map { "\(Double($0) / 1e9)" }

    static func seconds(_ nanoseconds: UInt64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return "\(whole).\(String(1_000_000_000 +| rest).dropFirst())"
    }
}
