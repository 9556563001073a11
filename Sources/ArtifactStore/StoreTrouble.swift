import Synchronization

/// Says once that the cache cannot be written, and once that it can again, however many files are concerned.
final class StoreTrouble: Sendable {
    private let state = Mutex<(isTroubled: Bool, observer: (@Sendable (StoreEvent) -> Void)?)>((false, nil))

    func observe(_ observer: @escaping @Sendable (StoreEvent) -> Void) { state.withLock { $0.observer = observer } }

    func began(_ error: StoreError) {
        let observer = state.withLock { state -> (@Sendable (StoreEvent) -> Void)? in
            guard !state.isTroubled else { return nil }
            state.isTroubled = true
            return state.observer
        }
        observer?(.unwritable(error))
    }

    func ended() {
        let observer = state.withLock { state -> (@Sendable (StoreEvent) -> Void)? in
            guard state.isTroubled else { return nil }
            state.isTroubled = false
            return state.observer
        }
        observer?(.writableAgain)
    }

    func report(_ event: StoreEvent) { state.withLock { $0.observer }?(event) }
}

/// What happens to a cache that its owner should know.
package enum StoreEvent: Sendable {
    /// Files are held in memory, or fetched again, until the disk takes them.
    case unwritable(StoreError)
    case writableAgain
    /// A blob was not what had been published; it was moved here, and will be fetched again.
    case quarantined(name: String, job: String, to: String)
    /// The index was lost or damaged; it is being made from this many blobs.
    case indexRebuilt(jobs: Int, blobs: Int)
    case evicted(files: Int, bytes: UInt64)
}
