import ArtifactStore
import Synchronization

/// The jobs that the kernel has been given nodes of. It may have let go of some.
final class HandedOut: Sendable {
    private let jobs = Mutex(OrdinalSet())

    func insert(_ ordinal: JobOrdinal) { jobs.withLock { $0.insert(ordinal) } }

    func insert(_ ordinals: some Sequence<JobOrdinal>) {
        jobs.withLock { jobs in for ordinal in ordinals { jobs.insert(ordinal) } }
    }

    /// Ascending.
    var ordinals: [JobOrdinal] { jobs.withLock { $0 }.ordinals }
}

/// Jobs by their ordinals: a bit each, in words of 64 that stand next to each other in most caches.
struct OrdinalSet: Sendable {
    private var words: [Int64: UInt64] = [:]

    mutating func insert(_ ordinal: JobOrdinal) {
        let (word, bit) = Self.place(of: ordinal)
        words[word, default: 0] |= bit
    }

    func contains(_ ordinal: JobOrdinal) -> Bool {
        let (word, bit) = Self.place(of: ordinal)
        return words[word, default: 0] & bit != 0
    }

    /// The ordinals, ascending.
    var ordinals: [JobOrdinal] {
        words.keys.sorted().flatMap { word in
            let bits = words[word, default: 0]
            return (0..<64).filter { bits & (1 << UInt64($0)) != 0 }.map { JobOrdinal(word << 6 | Int64($0)) }
        }
    }

    private static func place(of ordinal: JobOrdinal) -> (word: Int64, bit: UInt64) {
        (ordinal.rawValue >> 6, 1 << UInt64(ordinal.rawValue & 63))
    }
}
