import System
import SystemPackage

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
        do throws(Errno) { return try FileDescriptor(rawValue: descriptor).read(at: offset, into: &destination) } catch
        {
            throw ByteSourceError(errno: error.rawValue)
        }
    }
}
