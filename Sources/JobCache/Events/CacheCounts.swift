import Synchronization

/// How the cache of a mount has fared.
package final class CacheCounts: Sendable {
    package struct Values: Sendable, Hashable {
        /// Reads of files that are fetched, answered from the disk at once or not.
        package var hits: UInt64 = 0
        package var misses: UInt64 = 0
        package var evictedFiles: UInt64 = 0
        package var evictedBytes: UInt64 = 0
        package var quarantinedFiles: UInt64 = 0

        package init(
            hits: UInt64 = 0, misses: UInt64 = 0, evictedFiles: UInt64 = 0, evictedBytes: UInt64 = 0,
            quarantinedFiles: UInt64 = 0
        ) {
            (self.hits, self.misses, self.quarantinedFiles) = (hits, misses, quarantinedFiles)
            (self.evictedFiles, self.evictedBytes) = (evictedFiles, evictedBytes)
        }
    }

    private let hits = Atomic<UInt64>(0)
    private let misses = Atomic<UInt64>(0)
    private let evictedFiles = Atomic<UInt64>(0)
    private let evictedBytes = Atomic<UInt64>(0)
    private let quarantined = Atomic<UInt64>(0)

    package func hit() { hits.wrappingAdd(1, ordering: .relaxed) }
    package func miss() { misses.wrappingAdd(1, ordering: .relaxed) }
    package func quarantine() { quarantined.wrappingAdd(1, ordering: .relaxed) }

    package func evict(_ files: Int, _ bytes: UInt64) {
        evictedFiles.wrappingAdd(UInt64(clamping: files), ordering: .relaxed)
        evictedBytes.wrappingAdd(bytes, ordering: .relaxed)
    }

    package var values: Values {
        Values(
            hits: hits.load(ordering: .relaxed), misses: misses.load(ordering: .relaxed),
            evictedFiles: evictedFiles.load(ordering: .relaxed), evictedBytes: evictedBytes.load(ordering: .relaxed),
            quarantinedFiles: quarantined.load(ordering: .relaxed))
    }
}
