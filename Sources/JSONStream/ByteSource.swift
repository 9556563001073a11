/// Bytes that are read by offset, such as an answer in a file.
///
/// The content must not change while a reader is at work. A source may be shared by several readers.
package protocol ByteSource: Sendable {
    /// Copies the bytes from `offset` on to the front of `destination` and returns how many: `destination.count`,
    /// or fewer where the source ends, down to 0. Blocks for as long as the storage does.
    ///
    /// - Throws: `ByteSourceError` when the storage fails.
    func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int
}

/// A source could not be read.
package struct ByteSourceError: Error, Equatable {
    /// The value of `errno`, as the system call left it.
    package let errno: CInt

    package init(errno: CInt) {
        self.errno = errno
    }
}
