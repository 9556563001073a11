import Quantities

/// How much of the disk a cache may take.
package struct StoreLimits: Sendable, Hashable {
    /// Bytes of all blobs together, as they stand on the disk, and of what is on its way in.
    package var size: UInt64
    /// The part of the disk that is left free whatever `size` says.
    package var freeFraction: Double
    /// Bytes that are to find room beside what is there.
    var wanted: UInt64 = 0

    package static let standard = StoreLimits(size: 10 << 30, freeFraction: 0.05)

    package init(size: UInt64, freeFraction: Double = 0.05) {
        self.size = size
        self.freeFraction = freeFraction
    }

    /// The same bounds with room for this many bytes more.
    func makingRoom(for bytes: UInt64) -> StoreLimits {
        var limits = self
        limits.wanted = bytes
        return limits
    }

    /// Bytes that have to go before all is within bounds; zero when nothing has to.
    ///
    /// When something has to go, a little more does, so that not every new blob sets this going again.
    func excess(_ space: StoreSpace) -> UInt64 {
        let taken = space.taken.saturating(adding: wanted)
        let kept = floor(of: space).saturating(adding: wanted)
        let excess = max(taken.saturating(subtracting: size), kept.saturating(subtracting: space.free))
        guard excess > 0 else { return 0 }
        return min(space.used, excess.saturating(adding: min(size, space.total) / 50))
    }

    /// Bytes that may still be written.
    func room(_ space: StoreSpace, within bounds: StoreBounds = .cache) -> UInt64 {
        let disk = space.free.saturating(subtracting: floor(of: space))
        return bounds == .disk ? disk : min(disk, size.saturating(subtracting: space.taken))
    }

    /// The same when everything has gone that may.
    func greatestRoom(_ space: StoreSpace, within bounds: StoreBounds = .cache) -> UInt64 {
        var emptied = space
        emptied.used = space.irreplaceable
        emptied.free = space.free.saturating(adding: space.used.saturating(subtracting: space.irreplaceable))
        return room(emptied, within: bounds)
    }

    /// Bytes of the disk that stay free.
    private func floor(of space: StoreSpace) -> UInt64 {
        UInt64(Double(space.total) * min(max(freeFraction, 0), 0.99))
    }
}

/// What bounds the bytes of a file.
package enum StoreBounds: Sendable, Hashable {
    /// The disk alone: what cannot be fetched again is kept whatever the cache was to take.
    case disk
    /// The disk, and what the cache may take.
    case cache
}

/// What a cache takes of its disk at one moment, in bytes.
package struct StoreSpace: Sendable, Hashable {
    /// Blobs, as the index has them.
    package var used: UInt64 = 0
    /// The part of them that may not go.
    package var irreplaceable: UInt64 = 0
    /// Files on their way in, those of all processes of the cache.
    package var arriving: UInt64 = 0
    /// Of the disk, for this user.
    package var free: UInt64 = .max
    /// Of the disk; zero when it does not say.
    package var total: UInt64 = 0

    package var taken: UInt64 { used.saturating(adding: arriving) }
}

extension UInt64 {
    /// The sum, or the greatest number there is.
    func saturating(adding other: UInt64) -> UInt64 {
        self +| other
    }

    /// The difference, or zero.
    func saturating(subtracting other: UInt64) -> UInt64 { self -| other }
}
