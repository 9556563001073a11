import Quantities
import Synchronization
import System
package import SystemPackage

/// A file that bytes of the network land in before they are anything: private to one process, gone when released,
/// unless it is published as a blob.
package final class SpoolFile: Sendable {
    private enum Place {
        /// Under a name of its own, which goes with this object.
        case temporary
        /// Under a name that stays.
        case kept
        /// Under a name by which what has come is found again, if it is kept.
        case partial
        /// In no directory: the cache's disk takes nothing (memfd_create(2)).
        case memory
    }

    /// Readable and writable; owned by this object.
    package let descriptor: FileDescriptor
    /// Empty for a file in memory.
    let path: FilePath
    private let place: Place
    /// Bytes of content, once more than that has been written behind it; nil while the file holds nothing else.
    private let content = Mutex<UInt64?>(nil)
    /// What a file in memory takes of it; nil for one on a disk.
    let hold: MemoryHold?

    package var isInMemory: Bool { place == .memory }
    /// What has come of it can be kept for later.
    package var isPartial: Bool { place == .partial }
    private let stays = Atomic(false)

    init(in directory: FilePath) throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        let path = directory.appending(String(generator.next(), radix: 36))
        let descriptor = try StoreError.system("make a file in \(directory)") {
            try CacheFile.open(path, .readWrite, options: [.create, .exclusiveCreate])
        }
        // Says that the file is in use, to whoever sweeps the spool of processes that died.
        _ = descriptor.lockExclusively()
        self.path = path
        self.descriptor = descriptor
        place = .temporary
        hold = nil
    }

    /// Opens or makes a file that goes on where an earlier one ended. Nil when another has it open.
    init?(partialAt path: FilePath) throws(StoreError) {
        let descriptor = try StoreError.system("make \(path)") {
            try CacheFile.open(path, .readWrite, options: [.create])
        }
        guard descriptor.lockExclusively(), let own = FileIdentity(of: descriptor), own == FileIdentity(of: path) else {
            try? descriptor.close()
            return nil
        }
        self.path = path
        self.descriptor = descriptor
        place = .partial
        hold = nil
    }

    /// It has another name now, which stays when this is released.
    func becameBlob() { stays.store(true, ordering: .relaxed) }

    /// What is in a partial file stays when this is released.
    func keep() { stays.store(true, ordering: .relaxed) }

    /// Takes over an open file whose name stays when this is released.
    init(keeping path: FilePath, _ descriptor: FileDescriptor) {
        self.path = path
        self.descriptor = descriptor
        place = .kept
        hold = nil
    }

    /// In memory; the bytes count against `budget`, and are gone with this object.
    init(inMemoryOf budget: MemoryBudget) throws(StoreError) {
        hold = MemoryHold(of: budget)
        descriptor = try StoreError.system("make a file in memory") { try FileDescriptor.inMemory() }
        path = FilePath()
        place = .memory
    }

    deinit {
        if place == .temporary || place == .partial, !stays.load(ordering: .relaxed) { unlinkOwn() }
        try? descriptor.close()
    }

    /// Takes the name away, unless it is another's by now, or the file has become a blob.
    private func unlinkOwn() {
        guard place == .temporary || FileIdentity(of: descriptor) == FileIdentity(of: path) else { return }
        path.unlink()
    }

    /// Sets memory apart for so many bytes more, before they are written. Throws `.outgrown` when there is none; does nothing
    /// for a file on a disk.
    package func grow(by bytes: Int) throws(StoreError) { try hold?.grow(by: UInt64(clamping: bytes)) }

    /// Writes all bytes at the end of what `append` wrote before.
    package func append(_ bytes: some Collection<UInt8>) throws(StoreError) {
        try grow(by: bytes.count)
        _ = try StoreError.system("write to the cache") { try descriptor.writeAll(bytes) }
    }

    /// Bytes of content: what a store writes behind it does not count.
    package func size() throws(StoreError) -> UInt64 {
        if let content = content.withLock({ $0 }) { return content }
        guard let facts = FileFacts(of: descriptor) else { throw StoreError(.system, "cannot look at a spool file") }
        return facts.size
    }
}

extension SpoolFile {
    /// Appends a range of this file to another. Throws `.damaged` when the range reaches past the end.
    package func copy(_ range: Range<UInt64>, to target: SpoolFile) throws(StoreError) {
        try forEachPiece(of: range) { _, piece throws(StoreError) in try target.append(piece) }
    }

    /// Writes a range of this file at the same place of another. Throws `.damaged` when the range reaches past the end.
    package func copy(_ range: Range<UInt64>, inPlaceTo target: SpoolFile) throws(StoreError) {
        try forEachPiece(of: range) { offset, piece throws(StoreError) in
            try target.grow(by: piece.count)
            _ = try StoreError.system("write to the cache") {
                try target.descriptor.writeAll(toAbsoluteOffset: Int64(clamping: offset), piece)
            }
        }
    }

    private func forEachPiece(
        of range: Range<UInt64>, _ body: (UInt64, ArraySlice<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = Int(min(UInt64(buffer.count), range.upperBound -| offset))
            let got = try StoreError.system("read back from the cache") {
                try buffer.withUnsafeMutableBytes {
                    try descriptor.read(
                        fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
                }
            }
            guard got > 0 else { throw StoreError(.damaged, "a file of the cache became shorter while it was read") }
            try body(offset, buffer[..<got])
            offset +|= UInt64(got)
        }
    }
}

extension SpoolFile {
    /// Empties the file, for another attempt.
    package func restart() throws(StoreError) {
        try StoreError.system("empty a file of the cache") { try descriptor.resize(to: 0) }
        content.withLock { $0 = nil }
        hold?.clear()
    }

    /// What stands behind so many bytes from now on is no content, whatever becomes of it.
    func endsContent(at size: UInt64) { content.withLock { $0 = size } }

    /// Makes the bytes durable (fsync(2)). Blocks on the disk.
    package func synchronize() throws(StoreError) {
        try StoreError.system("write to the cache") { try descriptor.synchronize() }
    }

    /// Moves the file into another directory, under a name that nothing has there; what is there is never replaced.
    /// Its bytes are durable, and so is the move, when this returns. Blocks on the disk.
    package func setAside(in directory: FilePath) throws(StoreError) -> FilePath {
        try setAside(in: directory, as: path.lastComponent?.string ?? "part")
    }

    func setAside(in directory: FilePath, as name: String) throws(StoreError) -> FilePath {
        try synchronize()
        let first = directory.appending(name)
        var target = first
        var number = 1
        return try StoreError.system("set \(path) aside") {
            while try !path.move(to: target) {
                number += 1
                target = FilePath("\(first).\(number)")
            }
            try directory.synchronizeDirectory()
            return target
        }
    }
}

extension SpoolFile {
    /// Makes the disk set this many bytes apart for the file (fallocate(2)), whose size stays.
    ///
    /// Throws `.system` when they are not to be had, for whatever reason. Where the file system cannot set bytes apart, its
    /// free ones are compared. Blocks on the disk.
    package func reserve(_ bytes: UInt64) throws(StoreError) {
        let cause: Errno
        do throws(Errno) { return try descriptor.allocate(Int64(clamping: bytes)) } catch {
            switch error {
            case .notSupported, .notSupportedOnSocket, .noFunction, .invalidArgument:
                let present = FileFacts(of: descriptor)?.allocated ?? 0
                guard let free = descriptor.freeBytes, free < bytes -| present else { return }
                cause = .noSpace
            default: cause = error
            }
        }
        throw StoreError(
            .system, "the cache's disk has no room for \(bytes) bytes of a result that can be fetched only once",
            cause: cause)
    }

    /// How many of these bytes stand in the file at an offset, from the first one on. Blocks on the disk.
    package func commonPrefix(with bytes: ArraySlice<UInt8>, at offset: UInt64) throws(StoreError) -> Int {
        var present = [UInt8](repeating: 0, count: bytes.count)
        let got = try StoreError.system("read back from the cache") {
            try present.withUnsafeMutableBytes { try descriptor.readAll(at: offset, into: $0) }
        }
        return present.withUnsafeBytes { present in
            bytes.withUnsafeBytes { bytes in
                let present = UnsafeRawBufferPointer(rebasing: present[..<got])
                return FastDigest.areEqual(present, UnsafeRawBufferPointer(rebasing: bytes[..<got]))
                    ? got : zip(present, bytes).prefix { $0 == $1 }.count
            }
        }
    }

    /// Writes all bytes at an offset of the file. Blocks on the disk.
    package func write(_ bytes: some Sequence<UInt8>, at offset: UInt64) throws(StoreError) {
        guard let offset = Int64(exactly: offset) else {
            throw StoreError(.system, "cannot write to the cache", cause: .fileTooLarge)
        }
        _ = try StoreError.system("write to the cache") {
            try descriptor.writeAll(toAbsoluteOffset: offset, bytes)
        }
    }

    /// Cuts the file off behind its first bytes (ftruncate(2)). Blocks on the disk.
    package func cut(to size: UInt64) throws(StoreError) {
        try StoreError.system("shorten a file of the cache") { try descriptor.resize(to: Int64(clamping: size)) }
        content.withLock { $0 = nil }
    }
}
