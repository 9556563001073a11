/// Room on the disk, before bytes come that are to find it.
extension ArtifactStore {
    /// Evicts until the disk has room for this many bytes beside what it keeps free, and the cache if `bounds` says so. False
    /// when nothing more may go: then nothing has gone that could not make room enough.
    ///
    /// What is evicted takes its room until every process has let go of it, which is waited for.
    package func makeRoom(
        for bytes: UInt64, within bounds: StoreBounds = .disk
    ) async throws(StoreError) -> Bool {
        for _ in 0..<4 {
            let space = try evictor.space()
            if limits.room(space, within: bounds) >= bytes { return true }
            guard limits.greatestRoom(space, within: bounds) >= bytes else { return false }
            let outcome = try await evictor.run(limits.makingRoom(for: bytes))
            if try await hasRoom(for: bytes, within: bounds) { return true }
            guard outcome.files > 0 else { break }
        }
        return limits.room(try evictor.space(), within: bounds) >= bytes
    }

    /// Evicts this many bytes though the disk seems to have room: it refuses to take more, as under a quota. False when nothing
    /// has gone.
    package func evict(atLeast bytes: UInt64) async throws(StoreError) -> Bool {
        try await evictor.run(limits.makingRoom(for: bytes), atLeast: bytes).files > 0
    }

    /// Other processes look once a second what they may let go of.
    private static let lettingGo = Duration.milliseconds(2500)

    private func hasRoom(for bytes: UInt64, within bounds: StoreBounds) async throws(StoreError) -> Bool {
        let end = ContinuousClock.now + Self.lettingGo
        while limits.room(try evictor.space(), within: bounds) < bytes {
            guard ContinuousClock.now < end else { return false }
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return false }
        }
        return true
    }
}
