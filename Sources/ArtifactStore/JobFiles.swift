import System
import SystemPackage

/// The files that a cache has of one job, damaged ones in the quarantine included. Everything here blocks on the disk.
struct JobFiles: Sendable {
    let origin: String
    let id: String
    private let shelf: BlobShelf

    init(origin: String, id: String, _ shelf: BlobShelf) {
        self.origin = origin
        self.id = id
        self.shelf = shelf
    }

    /// How the job is called in the names of files outside its own directory.
    var name: String { "\(OriginName.of(origin))-\(id)" }

    var isEmpty: Bool { shelf.slots(ofJob: id, origin: origin).isEmpty && quarantined.isEmpty }

    /// Each with the label it has.
    var all: [(slot: ArtifactSlot, label: BlobLabel?)] {
        shelf.slots(ofJob: id, origin: origin).map { ($0, shelf.label(key($0))?.label) }
            + quarantined.map { ($0.slot, BlobLabel(of: $0.path)) }
    }

    private func key(_ slot: ArtifactSlot) -> BlobKey { BlobKey(origin: origin, job: id, slot: slot) }

    private var quarantined: [(slot: ArtifactSlot, path: FilePath)] {
        DirectoryListing.names(in: shelf.quarantine).compactMap { file in
            guard let place = QuarantinedName(file), place.job == name else { return nil }
            return (place.slot, shelf.quarantine.appending(file))
        }
    }

    /// Removes the files from which the whole job could be made known again; gone for good when this returns.
    func removeTellers() throws(StoreError) -> FileTotal {
        let tellers = shelf.slots(ofJob: id, origin: origin).map { key($0) }.filter {
            shelf.label($0)?.label.facts.tree != nil
        }
        return try remove(tellers.map { shelf.path($0) })
    }

    /// Removes all of them; gone for good when this returns.
    func removeAll() throws(StoreError) -> FileTotal {
        let paths = shelf.slots(ofJob: id, origin: origin).map { shelf.path(key($0)) } + quarantined.map(\.path)
        let total = try remove(paths)
        shelf.directory(origin, id).removeEmptyDirectory()
        return total
    }

    private func remove(_ paths: [FilePath]) throws(StoreError) -> FileTotal {
        var total = FileTotal()
        for path in paths {
            guard let facts = FileFacts(of: path) else { continue }
            path.unlink()
            guard FileFacts(of: path) == nil else { throw StoreError(.system, "cannot remove \(path)") }
            total.add(facts.allocated)
        }
        // A name that came back with the power would bring the job back.
        for directory in Set(paths.map { $0.removingLastComponent() }) where FileFacts(of: directory) != nil {
            try StoreError.system("write \(directory)") { try directory.synchronizeDirectory() }
        }
        return total
    }
}

/// The name of a damaged file that was set aside: `<origin>-<job>-<slot>-<mark>`.
struct QuarantinedName {
    /// `<origin>-<job>`.
    let job: String
    let slot: ArtifactSlot

    /// Nil for the name of something else.
    init?(_ name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, let slot = Int(parts[parts.count - 2]) else { return nil }
        job = parts.dropLast(2).joined(separator: "-")
        self.slot = ArtifactSlot(slot)
    }
}

extension BlobLabel {
    /// Nil when there is no such file, or no readable label.
    init?(of path: FilePath) {
        guard let file = try? CacheFile.open(path, .readOnly) else {
            return nil
        }
        defer { try? file.close() }
        guard let facts = FileFacts(of: file) else { return nil }
        self.init(of: file, fileSize: facts.size)
    }
}
