import Quantities

/// How much of the disk a cache may take.
package struct StoreLimits: Sendable, Hashable {
    /// Bytes of all blobs together, as they stand on the disk.
    package var size: UInt64
    /// The part of the disk that is left free whatever `size` says.
    package var freeFraction: Double
    /// Bytes of the disk that are left free at the least.
    var freeBytes: UInt64 = 0

    package static let standard = StoreLimits(size: 10 << 30, freeFraction: 0.05)

    package init(size: UInt64, freeFraction: Double = 0.05) {
        self.size = size
        self.freeFraction = freeFraction
    }

    /// The same bounds with room on the disk for this many bytes more.
    func makingRoom(for bytes: UInt64) -> StoreLimits {
        var limits = self
        limits.freeBytes = bytes +| (1 << 20)
        return limits
    }

    /// Bytes that have to go before all is within bounds; zero when nothing has to.
    ///
    /// When something has to go, a little more does, so that not every new blob sets this going again.
    func excess(used: UInt64, free: UInt64, total: UInt64) -> UInt64 {
        let floor = max(UInt64(Double(total) * freeFraction), freeBytes)
        let excess = max(used > size ? used -| size : 0, free < floor ? floor -| free : 0)
        guard excess > 0 else { return 0 }
        return min(used, excess +| min(size, total) / 50)
    }
}
