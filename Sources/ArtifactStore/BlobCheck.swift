import Quantities
import System
import SystemPackage

/// A file of the shelf by the names of its directories and its own.
struct ShelfPlace: Sendable, Hashable {
    /// The origin's name on disk.
    let origin: String
    let job: String
    let name: String
}

/// What reading a file of the shelf from end to end has shown.
struct BlobCheck: Sendable {
    enum State: Sendable {
        case whole(BlobLabel)
        /// Which file it was: another may have its name by now.
        case damaged(FileIdentity?)
        case unreadable
        /// Evicted or forgotten a moment ago.
        case gone
    }

    let state: State
    /// Nil when it has none, or a damaged one, or another file's.
    var label: BlobLabel?
    /// Bytes on the disk.
    var allocated: UInt64 = 0
}

extension BlobShelf {
    /// Files and bytes of the whole shelf, by looking at each. Blocks on the disk.
    func total() -> FileTotal {
        var total = FileTotal()
        for origin in DirectoryListing.names(in: root) {
            for job in DirectoryListing.names(in: root.appending(origin)) {
                let part = FileTotal.of(root.appending(origin).appending(job))
                total.files += part.files
                total.bytes +|= part.bytes
            }
        }
        return total
    }

    func path(_ place: ShelfPlace) -> FilePath {
        root.appending(place.origin).appending(place.job).appending(place.name)
    }

    /// Compares length, label and SHA-256. Blocks on the disk.
    func check(_ place: ShelfPlace) -> BlobCheck {
        let file: FileDescriptor
        do {
            file = try CacheFile.open(path(place), .readOnly)
        } catch {
            return BlobCheck(state: (error as? Errno) == .noSuchFileOrDirectory ? .gone : .unreadable)
        }
        defer { try? file.close() }
        guard let facts = FileFacts(of: file) else { return BlobCheck(state: .unreadable) }
        let damaged = BlobCheck.State.damaged(FileIdentity(of: file))
        guard let label = BlobLabel(of: file, fileSize: facts.size),
            label.facts.key.isPlace(place.origin, place.job, place.name)
        else { return BlobCheck(state: damaged, allocated: facts.allocated) }
        return BlobCheck(
            state: Self.isWhole(file, label) ? .whole(label) : damaged, label: label, allocated: facts.allocated)
    }

    /// Moves a damaged file out of the way. Nil when someone else did, and perhaps has put a whole one there. Blocks on the
    /// disk.
    func setAside(_ place: ShelfPlace, ifStill identity: FileIdentity?) throws(StoreError) -> FilePath? {
        guard let identity, FileIdentity(of: path(place)) == identity else { return nil }
        return try setAside(path(place), as: "\(place.origin)-\(place.job)-\(place.name)")
    }
}
