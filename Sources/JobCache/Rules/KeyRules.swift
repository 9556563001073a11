/// What is cached while the API cannot say whether the key is still good.
package enum OfflinePolicy: String, Sendable, CaseIterable {
    /// It stays readable.
    case read
    /// It is refused once the last good answer is older than it may be.
    case deny
}

/// How often a key is checked, and what goes without a check.
package struct KeyRules: Sendable, Hashable {
    /// How long a good answer counts.
    package var ttl: Duration
    package var offline: OfflinePolicy

    package static let defaultTTL = Duration.seconds(600)

    package init(ttl: Duration = defaultTTL, offline: OfflinePolicy = .read) {
        self.ttl = ttl
        self.offline = offline
    }

    /// Between two questions while everything is closed: a good key should not have to wait.
    package var pauseWhileClosed: Duration { min(ttl, .seconds(5)) }
    /// Between two questions while the API does not answer and nobody suffers from it.
    package var pauseWhileOpen: Duration { min(ttl, .seconds(30)) }
}
