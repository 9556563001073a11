import Quantities

/// Room on the disk, before bytes come that are to find it.
extension ArtifactStore {
    /// Evicts until the disk has room for this many bytes beside what it keeps free, and the cache if `bounds` says so. False
    /// when nothing more may go: then nothing has gone that could not make room enough.
    ///
    /// What is evicted takes its room until every process has let go of it, which is waited for.
    package func makeRoom(
        for bytes: UInt64, within bounds: StoreBounds = .disk
    ) async throws(StoreError) -> Bool {
        try await evictor.makeRoom(for: bytes, within: bounds)
    }

    /// Evicts this many bytes though the disk seems to have room: it refuses to take more, as under a quota. False when nothing
    /// has gone.
    package func evict(atLeast bytes: UInt64) async throws(StoreError) -> Bool {
        try await evictor.run(limits.makingRoom(for: bytes), atLeast: bytes).files > 0
    }

    /// Bytes of the cache's bounds, and those of them that may be written without anything having to go for it; from the index
    /// and the disk, never from the network. Nil when neither says.
    package func capacity() -> (total: UInt64, available: UInt64)? {
        guard let space = try? evictor.space() else { return nil }
        let room = limits.room(space)
        return (space.taken +| room, room)
    }
}

extension Evictor {
    nonisolated func makeRoom(for bytes: UInt64, within bounds: StoreBounds) async throws(StoreError) -> Bool {
        for _ in 0..<4 {
            var space = try space()
            if limits.room(space, within: bounds) < bytes { space = try await withoutPartials(space, freeing: bytes) }
            if limits.room(space, within: bounds) >= bytes { return true }
            guard limits.greatestRoom(space, within: bounds) >= bytes else { return false }
            let outcome = try await run(limits.makingRoom(for: bytes))
            // Nothing has gone that others would have to let go of.
            guard outcome.files > 0 else { break }
            if try await hasRoom(for: bytes, within: bounds) { return true }
        }
        return limits.room(try space(), within: bounds) >= bytes
    }

    /// What there is when what has come of files that nobody fetches now is gone, as far as it has to be.
    private nonisolated func withoutPartials(
        _ space: StoreSpace, freeing bytes: UInt64
    ) async throws(StoreError) -> StoreSpace {
        let directory = directory
        let freed = try await disk.run { () throws(StoreError) in directory.dropPartials(freeing: bytes).bytes }
        return freed > 0 ? try self.space() : space
    }

    /// Other processes look once a second what they may let go of.
    private static let lettingGo = Duration.milliseconds(2500)

    private nonisolated func hasRoom(
        for bytes: UInt64, within bounds: StoreBounds
    ) async throws(StoreError) -> Bool {
        let end = ContinuousClock.now + Self.lettingGo
        while limits.room(try space(), within: bounds) < bytes {
            guard ContinuousClock.now < end else { return false }
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return false }
        }
        return true
    }

    /// How much of what is on its way in may be written before this is asked again; bytes. Makes room, unless nothing that may
    /// go makes enough of it. What cannot be looked at bounds nothing: the disk says itself when it is full.
    nonisolated func roomToWrite(_ wish: ArrivalRoom.Wish) async -> UInt64 {
        do throws(StoreError) {
            var space = try await looked()
            // Room that is there for others to come is handed out in small pieces, as they take of it too.
            let step = { (room: UInt64) in
                max(
                    min(ArrivalRoom.step, room / 4), min(ArrivalRoom.greatestStep, room / 64), min(room, wish.bytes))
            }
            if limits.greatestRoom(space) < wish.expected {
                space = try await withoutPartials(space, freeing: wish.expected)
            }
            guard limits.greatestRoom(space) >= wish.expected else { return 0 }
            if limits.room(space) < max(wish.bytes, 1), try await makeRoom(for: wish.bytes, within: .cache) {
                space = try await looked()
            }
            return step(limits.room(space))
        } catch {
            return ArrivalRoom.step
        }
    }

    private nonisolated func looked() async throws(StoreError) -> StoreSpace {
        try await disk.run { [self] () throws(StoreError) in try space() }
    }
}
