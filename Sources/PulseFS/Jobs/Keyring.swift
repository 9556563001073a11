package import ArtifactStore
package import PulseAPI
import Synchronization

/// The key in use and the fingerprint that the store knows it by.
package final class Keyring: Sendable {
    private let state: Mutex<(key: APIKey, fingerprint: KeyFingerprint)>

    package init(_ key: APIKey, store: ArtifactStore) {
        state = Mutex((key, key.withSecret { store.fingerprint(ofKey: $0) }))
    }

    package var key: APIKey { state.withLock { $0.key } }
    package var fingerprint: KeyFingerprint { state.withLock { $0.fingerprint } }
}
