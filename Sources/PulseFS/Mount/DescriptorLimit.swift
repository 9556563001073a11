package import ArtifactStore
import PulseAPI

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How many files and sockets the process may have open (RLIMIT_NOFILE, getrlimit(2)).
///
/// Shells and service managers give few by default, for the sake of programs that use select(2), and leave it to others to
/// ask for as many as they may have.
enum DescriptorLimit {
    /// Raises the limit as far as it may be when it is below `needed`. Returns what it is then.
    static func raise(toHave needed: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return needed }
        if limit.rlim_cur < rlim_t(needed), limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}

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
    static let most =
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

    /// Of this process, whose limit is raised as far as it may be.
    package static let here = DescriptorPlan(limit: limit)
    static let limit = DescriptorLimit.raise(toHave: most)

    /// What the store has open beside what it fetches: the index, for one that writes and those who read, and work on the disk.
    private static func files(of store: StoreDescriptors) -> Int {
        2 * (store.indexReaders + 1) + 2 + 2 * store.diskWork
    }
}
