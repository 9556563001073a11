import Crypto
import SystemPackage

/// Which blob: an artifact of a job of an API.
package struct BlobKey: Hashable, Sendable {
    package let origin: String
    /// A well-formed job id: it becomes a directory's name.
    package let job: String
    package let slot: ArtifactSlot

    package init(origin: String, job: String, slot: ArtifactSlot) {
        self.origin = origin
        self.job = job
        self.slot = slot
    }
}

/// The blobs on disk. A blob is there whole or not at all: it is filled under another name, labelled, made durable,
/// and only then gets its own.
struct BlobShelf: Sendable {
    let root: FilePath

    private func directory(_ key: BlobKey) -> FilePath {
        root.appending(OriginName.of(key.origin)).appending(key.job)
    }

    private func path(_ key: BlobKey) -> FilePath { directory(key).appending(String(key.slot.rawValue)) }

    /// Publishes what the spool file holds. Blocks on the disk.
    ///
    /// Returns the blob, open. The spool file's name is gone afterwards, its descriptor goes on reading the same bytes.
    func publish(_ spool: SpoolFile, as key: BlobKey, name: String) throws(StoreError) -> BlobFile {
        let size = try spool.size()
        let digest = try digest(of: spool.descriptor, size: size)
        let label = BlobLabel(
            origin: key.origin, job: key.job, slot: key.slot.rawValue, name: name, size: size, sha256: digest)
        let directory = directory(key)
        try StoreError.system("publish \(name) in the cache") {
            try directory.removingLastComponent().makeDirectory()
            try directory.makeDirectory()
            _ = try spool.descriptor.writeAll(toAbsoluteOffset: Int64(size), try label.encoded())
            try spool.descriptor.synchronize()
            try spool.path.rename(to: path(key))
            try directory.synchronizeDirectory()
        }
        guard let blob = open(key) else {
            throw StoreError(.damaged, "\(name) is not in the cache where it was just put")
        }
        return blob
    }

    /// Nil when there is no such blob, or what is there is not it.
    func open(_ key: BlobKey) -> BlobFile? {
        guard let file = try? FileDescriptor.open(path(key), .readOnly, options: [.closeOnExec, .noFollow]) else {
            return nil
        }
        guard let facts = FileFacts(of: file), let label = BlobLabel(of: file, fileSize: facts.size),
            label.origin == key.origin, label.job == key.job, label.slot == key.slot.rawValue
        else {
            try? file.close()
            return nil
        }
        return BlobFile(descriptor: file, size: label.size, allocatedSize: facts.allocated)
    }

    private func digest(of file: FileDescriptor, size: UInt64) throws(StoreError) -> String {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset: UInt64 = 0
        while offset < size {
            let got = try StoreError.system("read back from the cache") {
                try buffer.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: Int64(offset), into: $0) }
            }
            guard got > 0 else { throw StoreError(.damaged, "a file of the cache became shorter while it was read") }
            let count = Int(min(UInt64(got), size - offset))
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += UInt64(count)
        }
        return Hexadecimal.text(hash.finalize())
    }
}

/// An origin as part of a file name: it has characters that no name should, its hash does not.
enum OriginName {
    static func of(_ origin: String) -> String { Hexadecimal.text(SHA256.hash(data: Array(origin.utf8)).prefix(8)) }
}

enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
