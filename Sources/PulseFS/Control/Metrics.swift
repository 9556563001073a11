import FUSE
import JobCache
import PulseAPI

/// The counters of a mount as OpenMetrics text (https://github.com/prometheus/OpenMetrics, version 1.0).
enum Metrics {
    /// `key` is one of `KeyWatch.words`.
    static func text(
        _ counters: OperationCounters, waiting: Int, requests: RequestScheduler.Snapshot, isKeptBack: Bool = false,
        key: String, watched: (jobs: Int, waiters: Int), activity: Activity = Activity()
    ) -> String {
        var lines = [
            "# TYPE pulsefs_fuse_operations counter",
            "# HELP pulsefs_fuse_operations Requests of the kernel since the mount.",
        ]
        for operation in Operation.allCases {
            lines.append("pulsefs_fuse_operations_total{operation=\"\(operation)\"} \(counters.value(of: operation))")
        }
        lines += [
            "# TYPE pulsefs_fuse_references gauge",
            "# HELP pulsefs_fuse_references References that the kernel holds on nodes.",
            "pulsefs_fuse_references \(counters.references)",
            "# TYPE pulsefs_fuse_waiting gauge",
            "# HELP pulsefs_fuse_waiting Requests of the kernel that wait for an answer.",
            "pulsefs_fuse_waiting \(waiting)",
            "# TYPE pulsefs_jobs_watched gauge",
            "# HELP pulsefs_jobs_watched Running jobs that are polled because a program waits for them.",
            "pulsefs_jobs_watched \(watched.jobs)",
            "# TYPE pulsefs_jobs_waiters gauge",
            "# HELP pulsefs_jobs_waiters Readers of .wait, of all jobs.",
            "pulsefs_jobs_waiters \(watched.waiters)",
            "# TYPE pulsefs_api_requests_in_flight gauge",
            "# HELP pulsefs_api_requests_in_flight Requests to the API without a complete answer yet.",
            "pulsefs_api_requests_in_flight \(requests.inFlight)",
            "# TYPE pulsefs_api_requests_silent gauge",
            "# HELP pulsefs_api_requests_silent Requests in flight that were silent for a second and no longer occupy a slot.",
            "pulsefs_api_requests_silent \(requests.silent)",
            "# TYPE pulsefs_api_requests_queued gauge",
            "# HELP pulsefs_api_requests_queued Requests to the API that wait for a slot.",
            "pulsefs_api_requests_queued{urgency=\"foreground\"} \(requests.queuedForeground)",
            "pulsefs_api_requests_queued{urgency=\"prefetch\"} \(requests.queuedPrefetch)",
            "# TYPE pulsefs_api_requests_limit gauge",
            "# HELP pulsefs_api_requests_limit Slots: requests that may be in flight, without the silent ones.",
            "pulsefs_api_requests_limit \(requests.limit)",
            "# TYPE pulsefs_api_requests_limit_cuts counter",
            "# HELP pulsefs_api_requests_limit_cuts How often the API has asked for fewer requests, since the mount.",
            "pulsefs_api_requests_limit_cuts_total \(requests.cuts)",
            "# TYPE pulsefs_api_breaker_open gauge",
            "# HELP pulsefs_api_breaker_open 1 while no requests are sent because the API did not answer.",
            "pulsefs_api_breaker_open \(isKeptBack ? 1 : 0)",
            "# TYPE pulsefs_key_state gauge",
            "# HELP pulsefs_key_state State of the key in use: 1 for the current state.",
        ]
        lines += KeyWatch.words.map { "pulsefs_key_state{state=\"\($0)\"} \($0 == key ? 1 : 0)" }
        lines += latencies(counters) + Self.lines(activity)
        lines.append("# EOF")
        return lines.joined(separator: "\n") + "\n"
    }
}
