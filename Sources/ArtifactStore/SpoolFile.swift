package import SystemPackage

/// A file that bytes of the network land in before they are anything: private to one process, gone when released,
/// unless it is published as a blob.
package final class SpoolFile: Sendable {
    /// Readable and writable; owned by this object.
    package let descriptor: FileDescriptor
    let path: FilePath
    private let isKept: Bool

    init(in directory: FilePath) throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        let path = directory.appending(String(generator.next(), radix: 36))
        let descriptor = try StoreError.system("make a file in \(directory)") {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
        }
        // Says that the file is in use, to whoever sweeps the spool of processes that died.
        _ = descriptor.lockExclusively()
        self.path = path
        self.descriptor = descriptor
        isKept = false
    }

    /// Takes over an open file whose name stays when this is released.
    init(keeping path: FilePath, _ descriptor: FileDescriptor) {
        self.path = path
        self.descriptor = descriptor
        isKept = true
    }

    deinit {
        if !isKept { path.unlink() }
        try? descriptor.close()
    }

    /// Writes all bytes at the end of what `append` wrote before.
    package func append(_ bytes: some Sequence<UInt8>) throws(StoreError) {
        _ = try StoreError.system("write to the cache") { try descriptor.writeAll(bytes) }
    }

    package func size() throws(StoreError) -> UInt64 {
        guard let facts = FileFacts(of: descriptor) else { throw StoreError(.system, "cannot look at a spool file") }
        return facts.size
    }
}

extension SpoolFile {
    /// Appends a range of this file to another. Throws `.damaged` when the range reaches past the end.
    package func copy(_ range: Range<UInt64>, to target: SpoolFile) throws(StoreError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = Int(min(UInt64(buffer.count), range.upperBound - offset))
            let got = try StoreError.system("read back from the cache") {
                try buffer.withUnsafeMutableBytes {
                    try descriptor.read(
                        fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
                }
            }
            guard got > 0 else { throw StoreError(.damaged, "a file of the cache became shorter while it was read") }
            try target.append(buffer[..<got])
            offset += UInt64(got)
        }
    }
}

extension SpoolFile {
    /// Empties the file, for another attempt.
    package func restart() throws(StoreError) {
        try StoreError.system("empty a file of the cache") { try descriptor.resize(to: 0) }
    }

    /// Makes the bytes durable (fsync(2)). Blocks on the disk.
    package func synchronize() throws(StoreError) {
        try StoreError.system("write to the cache") { try descriptor.synchronize() }
    }

    /// Moves the file into another directory. The first under its name is never replaced, the latest is kept beside it.
    /// Blocks on the disk.
    package func setAside(in directory: FilePath) throws(StoreError) -> FilePath {
        var target = directory
        if let name = path.lastComponent { target.append(name) }
        if FileFacts(of: target) != nil { target = FilePath("\(target).latest") }
        try StoreError.system("set \(path) aside") {
            try path.rename(to: target)
            try directory.synchronizeDirectory()
        }
        return target
    }
}
