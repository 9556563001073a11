import Quantities
import SystemPackage

/// What is fetched once by all processes of a cache: they take turns.
extension ArtifactStore {
    /// The right, among all processes of this cache, to fetch something of a job. Waits while another holds it; leaves when
    /// cancelled, or when the holder was stopped by a signal, with nil. Look at the facts again afterwards: whoever held it
    /// before may have fetched it.
    ///
    /// At most as many are held at once as there are descriptors for; whoever comes then waits.
    package func fetchLock(origin: String, id: String, what: String) async throws(StoreError) -> FetchLock? {
        let path = fetchLockPath(origin: origin, id: id, what: what)
        guard let seat = await fetches.take() else { return nil }
        return try await waiting(for: { () throws(StoreError) in try FetchLock.take(path, holding: seat) }) {
            LockHolder(ofFileAt: path)?.isStopped == true
        }
    }

    func fetchLockPath(origin: String, id: String, what: String) -> FilePath {
        let name = Hexadecimal.text(Array(OriginName.of("\(origin) \(id) \(what)").utf8).prefix(16))
        return directory.claims.appending("fetch-\(name)")
    }

    /// What `take` waits for; nil when the caller is cancelled, or `isInVain` says that there is nothing to wait for. That is
    /// asked from the second second on.
    func waiting<Lock: Sendable>(
        for take: @escaping @Sendable () throws(StoreError) -> Lock?, unless isInVain: @Sendable () -> Bool = { false }
    ) async throws(StoreError) -> Lock? {
        let begin = ContinuousClock.now
        var pause = Duration.milliseconds(2)
        while true {
            do throws(StoreError) {
                // A few system calls on the local disk: a hop to another thread would cost more.
                if let lock = try take() { return lock }
            } catch  where error.cause?.isOutOfDescriptors == true {
                // Others end and give theirs back.
                if begin.duration(to: .now) > Self.shortage { throw error }
            }
            if begin.duration(to: .now) > .seconds(1), isInVain() { return nil }
            do { try await Task.sleep(for: pause) } catch { return nil }
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    /// Descriptors are waited for this long.
    static let shortage = Duration.seconds(3)
}
