import Dispatch
import Synchronization

/// Gathers which blobs were used, so that reading one costs no write: they are entered together, a few seconds later.
final class UseNotes: Sendable {
    private let index: Index
    private let uses = Mutex<[ArtifactPlace: Timestamp]>([:])
    private let queue = DispatchQueue(label: "pulsefs.uses")
    private static let delay = DispatchTimeInterval.seconds(5)

    init(index: Index) { self.index = index }

    func note(_ place: ArtifactPlace, at time: Timestamp) {
        let isFirst = uses.withLock { uses in
            defer { uses[place] = time }
            return uses.isEmpty
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + Self.delay) { [weak self] in
            guard let self else { return }
            Task { await self.flush() }
        }
    }

    /// Enters what was noted. Notes that cannot be entered are dropped: they say only what to evict first.
    func flush() async {
        let noted = uses.withLock { uses in
            defer { uses = [:] }
            return uses
        }
        guard !noted.isEmpty else { return }
        try? await index.touch(noted)
    }
}
