import FUSE

/// The counters of a mount as OpenMetrics text (https://github.com/prometheus/OpenMetrics, version 1.0).
enum Metrics {
    /// `key` is one of `KeyWatch.words`.
    static func text(_ counters: OperationCounters, waiting: Int, key: String) -> String {
        var lines = [
            "# TYPE pulsefs_fuse_operations counter",
            "# HELP pulsefs_fuse_operations Requests of the kernel since the mount.",
        ]
        for operation in Operation.allCases {
            lines.append("pulsefs_fuse_operations_total{operation=\"\(operation)\"} \(counters.value(of: operation))")
        }
        lines += [
            "# TYPE pulsefs_fuse_references gauge",
            "# HELP pulsefs_fuse_references References the kernel holds on nodes.",
            "pulsefs_fuse_references \(counters.references)",
            "# TYPE pulsefs_fuse_waiting gauge",
            "# HELP pulsefs_fuse_waiting Requests of the kernel that wait for an answer.",
            "pulsefs_fuse_waiting \(waiting)",
            "# TYPE pulsefs_key_state gauge",
            "# HELP pulsefs_key_state What the API says of the key in use: 1 for the state that it is in.",
        ]
        lines += KeyWatch.words.map { "pulsefs_key_state{state=\"\($0)\"} \($0 == key ? 1 : 0)" }
        lines.append("# EOF")
        return lines.joined(separator: "\n") + "\n"
    }
}
