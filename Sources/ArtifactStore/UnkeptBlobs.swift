import Quantities
import Synchronization

/// Blobs that the cache's disk would not take, held in memory for whoever reads them now: the latest, and as many before
/// it as fit into a bound.
final class UnkeptBlobs: Sendable {
    private struct State {
        var blobs: [(key: BlobKey, blob: BlobFile)] = []
        var bytes: UInt64 = 0
    }

    private let limit: UInt64
    private let state = Mutex(State())

    /// Each is a descriptor.
    private static let most = 64

    /// `limit` is in bytes; one blob alone may be larger.
    init(limit: UInt64) { self.limit = limit }

    func put(_ blob: BlobFile, as key: BlobKey) {
        // Released outside the lock: closing a file in memory frees its pages.
        let dropped = state.withLock { state -> [BlobFile] in
            var dropped: [BlobFile] = []
            Self.remove(key, &state, &dropped)
            state.blobs.append((key, blob))
            state.bytes +|= blob.size
            while state.bytes > limit || state.blobs.count > Self.most, state.blobs.count > 1 {
                Self.remove(state.blobs[0].key, &state, &dropped)
            }
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }

    /// Lets go of the one that was put here first, which takes its room until nobody reads it; false when there is none.
    func giveUp() -> Bool {
        let dropped = state.withLock { state -> [BlobFile] in
            var dropped: [BlobFile] = []
            if let first = state.blobs.first { Self.remove(first.key, &state, &dropped) }
            return dropped
        }
        return !dropped.isEmpty
    }

    func blob(_ key: BlobKey) -> BlobFile? { state.withLock { $0.blobs.last { $0.key == key }?.blob } }

    func remove(_ key: BlobKey) {
        let dropped = state.withLock { state -> [BlobFile] in
            var dropped: [BlobFile] = []
            Self.remove(key, &state, &dropped)
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }

    private static func remove(_ key: BlobKey, _ state: inout State, _ dropped: inout [BlobFile]) {
        guard let place = state.blobs.firstIndex(where: { $0.key == key }) else { return }
        let blob = state.blobs.remove(at: place).blob
        state.bytes -|= blob.size
        dropped.append(blob)
    }
}
