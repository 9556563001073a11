package import ArtifactStore
import PulseAPI
import System

/// What the descriptors of a process are for. With few of them less is done at a time: whoever finds none waits for others to
/// end, and nothing fails for it.
package struct DescriptorPlan: Sendable, Hashable {
    package let store: StoreDescriptors
    /// Connections at a time.
    let connections: Int
    /// Files of the cache that are kept open for readers to come.
    let openBlobs: Int

    /// A request that the API leaves hanging keeps its connection until it is given up, while others go on in its place.
    /// There are enough when a full limit of requests gets stuck with every second until the first of them is given up.
    private static let mostConnections = RequestScheduler.ceiling * 16
    private static let mostFetches = 1024
    private static let mostOpenBlobs = 256
    /// The kernel's queue, timers, the log, standard streams, what is opened for a moment: all that is not planned for.
    private static let reserve = 26
    /// A lock, a file that is filled, and what becomes of it.
    private static let perFetch = 3

    /// With so many nothing waits.
    package static let most =
        reserve + files(of: .standard) + mostOpenBlobs + perFetch * mostFetches + mostConnections
    /// With fewer a mount does not begin.
    static let least = 48

    /// For a process that may have `limit` descriptors.
    init(limit: Int) {
        let isScarce = limit < 256
        var store = StoreDescriptors(fetches: 1, diskWork: isScarce ? 2 : 8, indexReaders: isScarce ? 2 : 8)
        let rest = max(0, limit - Self.reserve - Self.files(of: store))
        openBlobs = max(2, min(Self.mostOpenBlobs, rest / 4))
        let shared = max(0, rest - openBlobs)
        // One connection for each fetch, and some for questions that need none.
        store.fetches = max(1, min(Self.mostFetches, shared / (Self.perFetch + 2)))
        connections = max(2, min(Self.mostConnections, shared - Self.perFetch * store.fetches))
        self.store = store
    }

    /// Of this process, whose limit is raised as far as it may be: shells and service managers give few by default, for the sake
    /// of programs that use select(2), and leave it to others to ask for as many as they may have.
    package static let here = DescriptorPlan(limit: limit)
    static let limit = OpenFiles.raise(toHave: most)

    /// What the store has open beside what it fetches: the index, for one that writes and those who read, and work on the disk.
    private static func files(of store: StoreDescriptors) -> Int {
        2 * (store.indexReaders + 1) + 2 + 2 * store.diskWork
    }
}
