import Quantities
import System
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is known of a file of which a part has come: which version it is, and the blocks that are here, each with its digest.
package struct PartialFacts: Sendable, Hashable, Codable {
    /// Bytes of a block; the last one of a file is shorter.
    package static let blockSize: UInt64 = 1 << 20

    /// A strong ETag, as it came.
    package var entityTag: String
    package var lastModified: String?
    /// Bytes of the whole file.
    package var size: UInt64
    /// By number.
    package fileprivate(set) var digests: [UInt64: UInt64] = [:]

    package init(entityTag: String, lastModified: String?, size: UInt64) {
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.size = size
    }

    /// The bytes of a block; nil for one that the file does not have.
    package func range(ofBlock number: UInt64) -> Range<UInt64>? {
        let start = number *| Self.blockSize
        return start < size ? start..<min(start +| Self.blockSize, size) : nil
    }

    /// Ranges of blocks that are here, in order.
    package var ranges: [Range<UInt64>] { digests.keys.sorted().compactMap(range(ofBlock:)) }

    fileprivate func isSameVersion(as other: PartialFacts) -> Bool {
        entityTag == other.entityTag && lastModified == other.lastModified && size == other.size
    }
}

/// Files that come in parts, under names that stay when the process ends: what has come is gone on with.
///
/// A file is private to whoever has locked it. What its facts say is believed block by block, once the digests are right: after
/// a crash of the machine any of it may be missing.
extension ArtifactStore {
    /// A file for something that is fetched under its fetch lock, with what an earlier attempt has left of it; empty, without
    /// facts, when there is nothing, or nothing that can be trusted. Nil when another has it open. Blocks on the disk.
    package func partialFile(
        origin: String, id: String, what: String
    ) throws(StoreError) -> (file: SpoolFile, facts: PartialFacts?)? {
        let path = partialPath(origin: origin, id: id, what: what)
        guard let file = try SpoolFile(partialAt: path) else { return nil }
        steps.reached(.spooled)
        guard var facts = Self.facts(besides: path) else {
            try file.restart()
            return (file, nil)
        }
        facts.digests = facts.digests.filter { number, digest in
            facts.range(ofBlock: number).map { Self.digest(of: $0, in: file) == digest } ?? false
        }
        guard !facts.digests.isEmpty else {
            try file.restart()
            return (file, nil)
        }
        return (file, facts)
    }

    /// Writes down which blocks of a file are here, beside it. `known` is what was written last, if anything: its blocks are not
    /// read once more. Blocks on the disk.
    package func note(
        _ facts: PartialFacts, known: PartialFacts?, arrived isHere: (Range<UInt64>) -> Bool, in file: SpoolFile
    ) throws(StoreError) -> PartialFacts {
        guard file.isPartial else { return facts }
        var facts = facts
        if let known, known.isSameVersion(as: facts) { facts.digests = known.digests }
        let before = facts.digests.count
        var number: UInt64 = 0
        while let range = facts.range(ofBlock: number) {
            if facts.digests[number] == nil, isHere(range) { facts.digests[number] = Self.digest(of: range, in: file) }
            number +|= 1
        }
        guard facts.digests.count > before else { return facts }
        let path = Self.factsPath(besides: file.path)
        try StoreError.system("write \(path)") {
            let json = Array(try JSONEncoder().encode(facts))
            let temporary = FilePath("\(path).new")
            let target = try CacheFile.open(temporary, .writeOnly, options: [.create, .truncate])
            try target.closeAfter { _ = try target.writeAll(json) }
            try temporary.rename(to: path)
        }
        return facts
    }

    private func partialPath(origin: String, id: String, what: String) -> FilePath {
        directory.partial.appending("\(Self.partialPrefix(origin: origin, id: id))\(OriginName.of(what))")
    }

    /// How the names of all such files of a job begin.
    private static func partialPrefix(origin: String, id: String) -> String { "\(OriginName.of("\(origin) \(id)"))-" }

    /// The file of something that has been fetched by other means: what had come of it is of no use. Blocks on the disk.
    package func dropPartial(origin: String, id: String, what: String) {
        CacheDirectory.removePartial(partialPath(origin: origin, id: id, what: what))
    }

    /// What has come of the files of a job goes, but for those that are being fetched. Blocks on the disk.
    func dropPartials(origin: String, id: String) {
        let prefix = Self.partialPrefix(origin: origin, id: id)
        for name in DirectoryListing.names(in: directory.partial) where name.hasPrefix(prefix) && !name.contains(".") {
            CacheDirectory.removePartial(directory.partial.appending(name))
        }
    }

    /// What has come stays when the file is released.
    package func keep(_ file: SpoolFile) { file.keep() }

    /// The facts are of nothing any more: another version is there, or the file has become a blob. Blocks on the disk.
    package func forgetFacts(of file: SpoolFile) {
        guard file.isPartial else { return }
        let path = Self.factsPath(besides: file.path)
        FilePath("\(path).new").unlink()
        path.unlink()
    }

    private static func factsPath(besides path: FilePath) -> FilePath { FilePath("\(path).facts") }

    private static let longestFacts: UInt64 = 16 << 20

    private static func facts(besides path: FilePath) -> PartialFacts? {
        guard let file = try? CacheFile.open(factsPath(besides: path), .readOnly) else { return nil }
        defer { try? file.close() }
        guard let size = FileFacts(of: file)?.size, size <= longestFacts else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.readAll(at: 0, into: $0) }), count == bytes.count
        else { return nil }
        return try? JSONDecoder().decode(PartialFacts.self, from: Data(bytes))
    }

    /// Nil when the bytes are not to be had.
    private static func digest(of range: Range<UInt64>, in file: SpoolFile) -> UInt64? {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: range.upperBound -| range.lowerBound))
        let count = try? bytes.withUnsafeMutableBytes { try file.descriptor.readAll(at: range.lowerBound, into: $0) }
        return count == bytes.count ? FastDigest.of(bytes) : nil
    }
}

extension CacheDirectory {
    /// Takes away what stands in the way of files that are wanted: what came of files that nobody fetches now, the oldest first,
    /// until so many bytes are free. Returns what went. Blocks on the disk.
    func dropPartials(freeing wanted: UInt64) -> FileTotal {
        let names = DirectoryListing.names(in: partial).filter { !$0.contains(".") }
        let files = names.compactMap { name -> (path: FilePath, facts: FileFacts)? in
            let path = partial.appending(name)
            return FileFacts(of: path).map { (path, $0) }
        }
        var freed = FileTotal()
        for (path, facts) in files.sorted(by: { $0.facts.modified < $1.facts.modified }) where freed.bytes < wanted {
            if Self.removePartial(path) { freed.add(facts.allocated) }
        }
        return freed
    }

    /// False when someone is filling it.
    @discardableResult
    static func removePartial(_ path: FilePath) -> Bool {
        guard let file = try? CacheFile.open(path, .readOnly) else { return false }
        defer { try? file.close() }
        guard file.lockExclusively() else { return false }
        for suffix in [".facts.new", ".facts", ""] { FilePath("\(path)\(suffix)").unlink() }
        return true
    }
}
