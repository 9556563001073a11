import Synchronization

/// How long each request waits before it is looked at.
final class LatencyTable: Sendable {
    private let rules: Mutex<[(pattern: RequestPattern, latency: Duration)]>

    init(_ latency: Duration) {
        self.rules = Mutex([(.any, latency)])
    }

    /// Sets the latency of requests of this pattern, over what was set for them before.
    func set(_ latency: Duration, for pattern: RequestPattern) {
        rules.withLock { rules in
            rules.removeAll { $0.pattern == pattern }
            rules.append((pattern, latency))
        }
    }

    func latency(path: String) -> Duration {
        rules.withLock { rules in
            rules.last { $0.pattern.matches(path: path) }?.latency ?? .zero
        }
    }
}
