import Glibc
package import Quantities

/// Reads a body from a range of a file by offset (pread(2)).
package final class FileSource: BodySource {
    /// The file could not be read, or has become shorter; the transfer ends with the code `.source`.
    package struct ReadFailure: Error, CustomStringConvertible {
        /// Nil when the file ends too early.
        package let errno: Int32?

        package var description: String {
            let reason = errno.map { String(cString: strerror($0)) } ?? "the file has become shorter"
            return "The bytes to be sent could not be read: \(reason)."
        }
    }

    package let length: ByteCount
    private let descriptor: Int32
    private let first: ByteCount

    /// - Parameters:
    ///   - descriptor: open for reading; stays the caller's and must stay open until the transfer has ended.
    ///   - first: where in the file the body begins.
    package init(descriptor: Int32, first: ByteCount = .zero, length: ByteCount) {
        (self.descriptor, self.first, self.length) = (descriptor, first, length)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t((first + offset).bytes))
            if count > 0 { return count }
            if count == 0 { throw ReadFailure(errno: nil) }
            guard errno == EINTR else { throw ReadFailure(errno: errno) }
        }
    }
}
