import Quantities
import System
import SystemPackage

/// A row of the index that says of a blob that it is here and may go.
struct EvictionCandidate: Sendable {
    /// Where the row stands among all that may go; the index is gone through in this order.
    struct Position: Sendable {
        let used: Int64
        let job: Int64
        let slot: Int64
    }

    let position: Position
    let place: ArtifactPlace
    /// Nil when the row of the job is not what was written: no file can be found by it.
    let key: BlobKey?
    /// Nil when the row is not what was written.
    let artifact: StoredArtifact?
}

/// What became of a blob that was to go. Both have to say that it can be fetched again, its row and its own label: a row that
/// the disk has changed is mended by the label, a file without a label that can be read is kept.
struct EvictionVerdict: Sendable {
    enum Fate: Sendable {
        /// It went, and took so many bytes.
        case removed(UInt64)
        /// Someone else removed it before.
        case missing
        /// It cannot be fetched again, whatever the row said; these are its facts.
        case kept(StoredArtifact)
        /// Nothing says any more what it is; it was moved here.
        case setAside(FilePath)
        /// It cannot be looked at now, or nobody knows what to look at.
        case untouched
    }

    let candidate: EvictionCandidate
    let fate: Fate
    /// The facts as the blob's label has them, where the row was not what was written.
    var mended: StoredArtifact?

    /// Bytes that the disk has back once nobody has the file open.
    var freed: UInt64 { if case .removed(let bytes) = fate { bytes } else { 0 } }

    /// Its name is not there any more.
    var isGone: Bool {
        switch fate {
        case .removed, .missing, .setAside: true
        case .kept, .untouched: false
        }
    }

    /// Removes the blob if it may go. Blocks on the disk.
    init(removing candidate: EvictionCandidate, from shelf: BlobShelf) {
        self.candidate = candidate
        guard let key = candidate.key else {
            fate = .untouched
            return
        }
        let path = shelf.path(key)
        let file: FileDescriptor
        do {
            file = try CacheFile.open(path, .readOnly)
        } catch {
            fate = (error as? Errno) == .noSuchFileOrDirectory ? .missing : .untouched
            return
        }
        defer { try? file.close() }
        guard let facts = FileFacts(of: file), let identity = FileIdentity(of: file), Self.isReadable(file, facts.size)
        else {
            fate = .untouched
            return
        }
        guard let label = BlobLabel(of: file, fileSize: facts.size), label.facts.key == key else {
            // Two that nobody can ask any more are no reason to touch what may be the only copy.
            guard candidate.artifact != nil, let target = (try? shelf.setAside(key)) ?? nil else {
                fate = .untouched
                return
            }
            fate = .setAside(target)
            return
        }
        var labelled = StoredArtifact(
            slot: key.slot, name: label.facts.name, size: nil, source: label.facts.source,
            isListed: label.facts.isListed, isSingleUse: label.facts.isSingleUse)
        labelled.take(PlacedLabel(label: label, allocatedSize: facts.allocated))
        if candidate.artifact == nil { mended = labelled }
        guard !label.facts.isSingleUse else {
            fate = .kept(labelled)
            return
        }
        // Another may have been published in its place since it was looked at.
        guard identity == FileIdentity(of: path) else {
            fate = .untouched
            return
        }
        fate = shelf.remove(key) ? .removed(facts.allocated) : .missing
    }

    /// Whether the disk gives the end of the file, where the label stands: one that it does not give now is not damaged.
    private static func isReadable(_ file: FileDescriptor, _ size: UInt64) -> Bool {
        var end = [UInt8](repeating: 0, count: Int(min(size, 4096)))
        let start = size -| UInt64(end.count)
        return end.isEmpty || (try? end.withUnsafeMutableBytes { try file.readAll(at: start, into: $0) }) == end.count
    }
}
