import ArtifactStore
import Synchronization

/// Sizes on their way into the index: those that come while it is being written go in together with the next write, and
/// nobody waits for it.
final class SizeNotes: Sendable {
    private struct State {
        var pending: [LearntSize] = []
        var writer: Task<Void, Never>?
    }

    private let store: ArtifactStore
    private let state = Mutex(State())

    init(store: ArtifactStore) { self.store = store }

    func add(_ size: LearntSize) {
        state.withLock { state in
            state.pending.append(size)
            if state.writer == nil { state.writer = Task { await write() } }
        }
    }

    private func write() async {
        while let batch = next() {
            // A size that is not kept is asked for again one day.
            do throws(StoreError) { try await store.learn(batch) } catch { store.reportUnwritable(error) }
        }
    }

    private func next() -> [LearntSize]? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.writer = nil
                return nil
            }
            defer { state.pending = [] }
            return state.pending
        }
    }

    /// Returns when all that was added is in the index.
    func flush() async { await state.withLock { $0.writer }?.value }
}
