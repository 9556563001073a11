import FUSE

/// The counters of a mount as OpenMetrics text (https://github.com/prometheus/OpenMetrics, version 1.0).
enum Metrics {
    static func text(_ counters: OperationCounters, waiting: Int) -> String {
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
            "# EOF",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
