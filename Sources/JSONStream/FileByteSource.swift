import Glibc

/// An open file, read with `pread`, so that its position is neither used nor moved.
package struct FileByteSource: ByteSource {
    private let descriptor: CInt

    /// - Parameter descriptor: open for reading. It stays the caller's, who closes it after the last read.
    package init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Short and interrupted calls are continued.
    ///
    /// - Throws: `ByteSourceError` with the `errno` of `pread(2)`, or `EOVERFLOW` for an offset that no file has.
    package func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int {
        guard let start = off_t(exactly: offset), start <= off_t.max - off_t(destination.count) else {
            throw ByteSourceError(errno: EOVERFLOW)
        }
        var done = 0
        var code: CInt = 0
        // The only unsafe place of the reader: the kernel writes within the span, and no pointer is kept.
        destination.withUnsafeMutableBytes { bytes in
            while done < bytes.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
                let count = pread(descriptor, rest.baseAddress, rest.count, start + off_t(done))
                if count < 0 && errno == EINTR { continue }
                if count < 0 { code = errno }
                if count <= 0 { break }
                done += count
            }
        }
        guard code == 0 else { throw ByteSourceError(errno: code) }
        return done
    }
}
