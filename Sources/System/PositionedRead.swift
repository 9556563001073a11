package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension FileDescriptor {
    /// pread(2) until the span is full or the file ends; returns the bytes read. EOVERFLOW for an offset that no file has.
    package func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(Errno) -> Int {
        guard let start = off_t(exactly: offset), start <= off_t.max - off_t(destination.count) else {
            throw Errno(rawValue: EOVERFLOW)
        }
        var done = 0
        var code: CInt = 0
        // The kernel writes within the span, and no pointer is kept.
        destination.withUnsafeMutableBytes { bytes in
            while done < bytes.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
                let count = Glibc.pread(rawValue, rest.baseAddress, rest.count, start + off_t(done))
                if count < 0 && errno == EINTR { continue }
                if count < 0 { code = errno }
                if count <= 0 { break }
                done += count
            }
        }
        guard code == 0 else { throw Errno(rawValue: code) }
        return done
    }
}
