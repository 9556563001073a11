import Synchronization

/// Says once that the cache cannot be written, and once that it can again, however many files are concerned and however
/// often a nearly full disk takes one and refuses the next.
final class StoreTrouble: Sendable {
    private struct State {
        var last: ContinuousClock.Instant?
        var observer: (@Sendable (StoreEvent) -> Void)?
    }

    private let state = Mutex(State())
    /// Without trouble for this long, the trouble is over.
    private static let calm = Duration.seconds(60)

    func observe(_ observer: @escaping @Sendable (StoreEvent) -> Void) { state.withLock { $0.observer = observer } }

    func began(_ error: StoreError, at now: ContinuousClock.Instant = .now) {
        let observer = state.withLock { state -> (@Sendable (StoreEvent) -> Void)? in
            defer { state.last = now }
            return state.last == nil ? state.observer : nil
        }
        observer?(.unwritable(error))
    }

    /// The disk took something.
    func written(at now: ContinuousClock.Instant = .now) {
        let observer = state.withLock { state -> (@Sendable (StoreEvent) -> Void)? in
            guard let last = state.last, last.duration(to: now) >= Self.calm else { return nil }
            state.last = nil
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
