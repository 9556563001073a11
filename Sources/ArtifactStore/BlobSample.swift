import Quantities
import System
package import SystemPackage

/// Blobs of a cache taken at random and read from end to end. What is damaged stays where it is.
package struct BlobSample: Sendable, Hashable {
    package struct Limits: Sendable {
        package var files = 20
        package var bytes: UInt64 = 64 << 20
        package var time = Duration.seconds(3)

        package init() {}
    }

    package var files = 0
    package var bytes: UInt64 = 0
    /// Files that are not what was published.
    package var damaged: [FilePath] = []
    /// Files that may be whole.
    package var unreadable: [FilePath] = []

    package init() {}

    /// Blocks on the disk. Of a cache that holds few files, all are read; of a large one, those of a few jobs.
    init(of shelf: BlobShelf, _ limits: Limits) {
        let end = ContinuousClock.now + limits.time
        var places = Self.candidates(on: shelf, enough: limits.files * 8)[...]
        while let place = places.popFirst(), files < limits.files, bytes < limits.bytes, ContinuousClock.now < end {
            guard let size = FileFacts(of: shelf.path(place))?.size, size <= limits.bytes -| bytes else { continue }
            switch shelf.check(place).state {
            case .gone: continue
            case .whole: break
            case .damaged: damaged.append(shelf.path(place))
            case .unreadable: unreadable.append(shelf.path(place))
            }
            files += 1
            bytes +|= size
        }
    }

    private static func candidates(on shelf: BlobShelf, enough: Int) -> [ShelfPlace] {
        var jobs = DirectoryListing.names(in: shelf.root).flatMap { origin in
            DirectoryListing.names(in: shelf.root.appending(origin)).map { (origin, $0) }
        }
        jobs.shuffle()
        var places: [ShelfPlace] = []
        for (origin, job) in jobs where places.count < enough {
            let names = DirectoryListing.names(in: shelf.root.appending(origin).appending(job))
            places += names.map { ShelfPlace(origin: origin, job: job, name: $0) }
        }
        return places.shuffled()
    }
}
