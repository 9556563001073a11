import Crypto
import Quantities
import System
import SystemPackage

/// The blobs on disk. A blob is there whole or not at all: it is filled under another name, labelled, made durable,
/// and only then gets its own.
struct BlobShelf: Sendable {
    let root: FilePath
    /// Where blobs go whose bytes are not what was published.
    let quarantine: FilePath
    let steps: PublishingSteps
    let shortage = DescriptorShortage()

    func directory(_ origin: String, _ job: String) -> FilePath {
        root.appending(OriginName.of(origin)).appending(job)
    }

    func path(_ key: BlobKey) -> FilePath {
        directory(key.origin, key.job).appending(String(key.slot.rawValue))
    }

    /// Publishes what the spool file holds. Blocks on the disk.
    ///
    /// Returns the blob, open. The spool file's name is gone afterwards, its descriptor goes on reading the same bytes.
    /// - Parameters:
    ///   - durably: nothing may take it from here on, as for each that is single-use.
    ///   - digest: that it has to have, if that is known.
    func publish(
        _ spool: SpoolFile, _ facts: BlobFacts, durably: Bool = false, digest: String? = nil
    ) throws(StoreError) -> BlobFile {
        let durably = durably || facts.isSingleUse
        let label = try Self.label(of: spool, facts)
        try label.check(digest)
        let key = facts.key
        let directory = directory(key.origin, key.job)
        // A label that was begun and could not be taken back is not read as content when this is tried again.
        spool.endsContent(at: label.size)
        do throws(StoreError) {
            try StoreError.system("publish \(facts.name) in the cache") {
                steps.reached(.digested)
                try Self.make(directory.removingLastComponent(), durably)
                try Self.make(directory, durably)
                let text = try label.encoded()
                let end = Int64(clamping: label.size +| UInt64(text.count))
                _ = try spool.descriptor.writeAll(toAbsoluteOffset: Int64(clamping: label.size), text)
                // The label stands at the very end. What was set apart behind it goes back to the disk, if it will.
                if FileFacts(of: spool.descriptor)?.size == UInt64(end) {
                    try? spool.descriptor.resize(to: end)
                } else {
                    try spool.descriptor.resize(to: end)
                }
                steps.reached(.labelled)
                if durably { try spool.descriptor.synchronize() }
                steps.reached(.synchronized)
                try spool.path.rename(to: path(key))
                spool.becameBlob()
                steps.reached(.renamed)
            }
        } catch {
            try? spool.descriptor.resize(to: Int64(clamping: label.size))
            throw error
        }
        // From here on the file has its name, and is whole: it is not published once more.
        do {
            if durably { try directory.synchronizeDirectory() }
            steps.reached(.published)
            if let blob = reopened(spool, key, label) ?? open(key) { return blob }
            let facts = FileFacts(of: spool.descriptor)
            return BlobFile(
                descriptor: try spool.descriptor.duplicate(), label: label, allocatedSize: facts?.allocated ?? 0,
                isKept: true)
        } catch {
            throw StoreError(
                .damaged, "\(facts.name) is in the cache, and cannot be made durable or read back now",
                cause: error as? Errno)
        }
    }

    /// What has just been published, without reading its label back; nil when another is in its place by now.
    private func reopened(_ spool: SpoolFile, _ key: BlobKey, _ label: BlobLabel) -> BlobFile? {
        guard let file = openFile(path(key)) else { return nil }
        guard let own = FileIdentity(of: spool.descriptor), own == FileIdentity(of: file),
            let facts = FileFacts(of: file)
        else {
            try? file.close()
            return nil
        }
        return BlobFile(descriptor: file, label: label, allocatedSize: facts.allocated, isKept: true)
    }

    /// What the spool file holds, as a blob in memory or wherever the spool is; nothing is published.
    static func unkept(_ spool: SpoolFile, _ facts: BlobFacts) throws(StoreError) -> BlobFile {
        let label = try label(of: spool, facts)
        let descriptor = try StoreError.system("keep \(facts.name) in memory") { try spool.descriptor.duplicate() }
        return BlobFile(descriptor: descriptor, label: label, allocatedSize: 0, isKept: false, hold: spool.hold)
    }

    /// A new directory's name is as durable as what is put into it.
    private static func make(_ directory: FilePath, _ durably: Bool) throws {
        // One that is there may have been made a moment ago, by somebody who did not wait for the disk.
        _ = try directory.makeDirectory()
        if durably { try directory.removingLastComponent().synchronizeDirectory() }
    }

    /// Nil when there is no such blob, or what is there is not it.
    func open(_ key: BlobKey) -> BlobFile? {
        guard let (file, label, facts) = openLabelled(key) else { return nil }
        return BlobFile(descriptor: file, label: label, allocatedSize: facts.allocated, isKept: true)
    }

    /// What a blob says of itself, and the bytes it takes on the disk.
    func label(_ key: BlobKey) -> PlacedLabel? {
        guard let (file, label, facts) = openLabelled(key) else { return nil }
        try? file.close()
        return PlacedLabel(label: label, allocatedSize: facts.allocated)
    }

    /// Whether a file of this name is here and its bytes can be read, right or wrong. Throws when that is not to be known now.
    func isReadable(_ key: BlobKey) throws(StoreError) -> Bool {
        do {
            let file = try CacheFile.open(path(key), .readOnly)
            return try file.closeAfter {
                guard let facts = FileFacts(of: file) else { throw Errno.ioError }
                // The label stands at the end.
                let count = min(facts.size, 1 << 16)
                var bytes = [UInt8](repeating: 0, count: Int(count))
                _ = try bytes.withUnsafeMutableBytes { try file.readAll(at: facts.size -| count, into: $0) }
                return true
            }
        } catch Errno.noSuchFileOrDirectory {
            return false
        } catch {
            throw StoreError(
                .system, "cannot read \(path(key)), which may be a result that can be fetched only once",
                cause: error as? Errno)
        }
    }

    private func openLabelled(_ key: BlobKey) -> (FileDescriptor, BlobLabel, FileFacts)? {
        guard let file = openFile(path(key)) else { return nil }
        guard let facts = FileFacts(of: file), let label = BlobLabel(of: file, fileSize: facts.size),
            label.facts.key == key
        else {
            try? file.close()
            return nil
        }
        return (file, label, facts)
    }

    /// Nil when there is no such file. One that cannot be opened for want of descriptors is no file that is missing: others
    /// are let go of, and it is tried again.
    private func openFile(_ path: FilePath) -> FileDescriptor? {
        for attempt in 0..<5 {
            do {
                return try CacheFile.open(path, .readOnly)
            } catch let error as Errno where error.isOutOfDescriptors {
                shortage.report()
                ThisProcess.sleep(.microseconds(200 << attempt))
            } catch {
                return nil
            }
        }
        return nil
    }

    /// Takes the blob's name away; what is open stays readable. True when there was one.
    @discardableResult
    func remove(_ key: BlobKey) -> Bool {
        guard FileFacts(of: path(key)) != nil else { return false }
        path(key).unlink()
        directory(key.origin, key.job).removeEmptyDirectory()
        return true
    }

    /// Removes files that can be fetched again by their own word, without the index, until so many bytes are free. Whoever looks for
    /// one finds that it is gone. Returns the bytes. Blocks on the disk.
    func makeRoom(_ wanted: UInt64) -> UInt64 {
        var freed: UInt64 = 0
        for origin in DirectoryListing.names(in: root) {
            for job in DirectoryListing.names(in: root.appending(origin)) {
                for name in DirectoryListing.names(in: root.appending(origin).appending(job)) {
                    guard freed < wanted else { return freed }
                    let path = path(ShelfPlace(origin: origin, job: job, name: name))
                    guard let facts = BlobLabel(of: path)?.facts, facts.key.isPlace(origin, job, name),
                        !facts.isSingleUse, let bytes = FileFacts(of: path)?.allocated
                    else { continue }
                    if remove(facts.key) { freed +|= bytes }
                }
            }
        }
        return freed
    }

    /// Moves a damaged blob out of the way, with its bytes; nil when nothing is there. Blocks on the disk.
    func setAside(_ key: BlobKey) throws(StoreError) -> FilePath? {
        try setAside(path(key), as: "\(OriginName.of(key.origin))-\(key.job)-\(key.slot.rawValue)")
    }

    /// Moves any file of the shelf out of the way, under a name that begins with this.
    func setAside(_ from: FilePath, as name: String) throws(StoreError) -> FilePath? {
        guard FileFacts(of: from) != nil else { return nil }
        var generator = SystemRandomNumberGenerator()
        let target = quarantine.appending("\(name)-\(String(generator.next(), radix: 36))")
        try StoreError.system("set the damaged \(from) aside") {
            try from.rename(to: target)
            try quarantine.synchronizeDirectory()
        }
        return target
    }

    /// The slots of a job that have a file, whatever is in it.
    func slots(ofJob job: String, origin: String) -> [ArtifactSlot] {
        DirectoryListing.names(in: directory(origin, job)).compactMap { Int($0).map { ArtifactSlot($0) } }
    }

    /// Calls `visit` with each file below the shelf and the label it has, if it has one in its place. Blocks on the disk.
    func forEachFile(_ visit: (FilePath, BlobLabel?, FileFacts) throws -> Void) rethrows {
        for origin in DirectoryListing.names(in: root).sorted() {
            for job in DirectoryListing.names(in: root.appending(origin)).sorted() {
                let directory = root.appending(origin).appending(job)
                for name in DirectoryListing.names(in: directory) {
                    let path = directory.appending(name)
                    guard let file = try? CacheFile.open(path, .readOnly)
                    else { continue }
                    defer { try? file.close() }
                    guard let facts = FileFacts(of: file) else { continue }
                    let label = BlobLabel(of: file, fileSize: facts.size)
                    try visit(path, label?.facts.key.isPlace(origin, job, name) == true ? label : nil, facts)
                }
            }
        }
    }

    private static func label(of spool: SpoolFile, _ facts: BlobFacts) throws(StoreError) -> BlobLabel {
        let size = try spool.size()
        var sum = SHA256()
        var chunks: [UInt64] = []
        var buffer = [UInt8](repeating: 0, count: Int(BlobLabel.chunkSize))
        var offset: UInt64 = 0
        while offset < size {
            let wanted = Int(min(UInt64(buffer.count), size -| offset))
            let got = try StoreError.system("read back from the cache") {
                try buffer.withUnsafeMutableBytes {
                    try spool.descriptor.readAll(
                        at: offset, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
                }
            }
            guard got == wanted else {
                throw StoreError(.damaged, "a file of the cache became shorter while it was read")
            }
            buffer.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<got])
                sum.update(bufferPointer: part)
                chunks.append(FastDigest.of(part))
            }
            offset +|= UInt64(got)
        }
        return BlobLabel(facts: facts, size: size, sha256: Hexadecimal.text(sum.finalize()), chunks: chunks)
    }

    /// Whether the whole content has the label's SHA-256. Blocks on the disk.
    static func isWhole(_ file: FileDescriptor, _ label: BlobLabel) -> Bool {
        var sum = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: UInt64 = 0
        while offset < label.size {
            let wanted = Int(min(UInt64(buffer.count), label.size -| offset))
            let got = try? buffer.withUnsafeMutableBytes {
                try file.readAll(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
            }
            guard got == wanted else { return false }
            buffer.withUnsafeBytes { sum.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<wanted])) }
            offset +|= UInt64(wanted)
        }
        return Hexadecimal.text(sum.finalize()) == label.sha256
    }
}

/// A blob without its bytes.
struct PlacedLabel: Sendable {
    let label: BlobLabel
    /// Bytes the file takes on the disk.
    let allocatedSize: UInt64
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
