package import ArtifactStore
package import PulseAPI

/// The key that requests are sent with, and whom the store knows it as.
package struct KeyInUse: Sendable {
    package let key: APIKey
    package let fingerprint: KeyFingerprint
    /// Another number whenever the key is another, or what it reads is closed or opened: what was learnt under one number
    /// is not shown under the next.
    package var generation: UInt64

    package init(key: APIKey, fingerprint: KeyFingerprint, generation: UInt64) {
        (self.key, self.fingerprint, self.generation) = (key, fingerprint, generation)
    }
}
