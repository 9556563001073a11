import Glibc
import Quantities
import Synchronization

/// Writes a body into a file by offset (pwrite(2)).
///
/// Bytes go where they belong in the resource: a 206 answer at `origin` plus the first byte of its Content-Range, every
/// other 2xx answer at `origin`. So a server that ignores the requested range cannot put bytes in the wrong place.
/// Several sinks may write to one descriptor. Nothing is synced or truncated.
package final class FileSink: BodySink {
    /// A write that failed, with the system's reason; the transfer ends with the code `.sink`.
    package struct WriteFailure: Error, CustomStringConvertible {
        package let errno: Int32

        package init(errno: Int32) { self.errno = errno }

        package var description: String {
            "The received bytes could not be written: \(String(cString: strerror(errno)))."
        }
    }

    private let descriptor: Int32
    private let origin: Int64
    private let start: Atomic<Int64>
    private let written = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - descriptor: open for writing; stays the caller's and must stay open until the transfer has ended.
    ///   - origin: the position in the file of the first byte of the resource.
    package init(descriptor: Int32, origin: Int64 = 0) {
        self.descriptor = descriptor
        self.origin = origin
        start = Atomic(origin)
    }

    /// Bytes of the body that are in the file; may be read from any thread.
    ///
    /// Whoever reads this count finds that many bytes in the file.
    package var received: UInt64 { written.load(ordering: .acquiring) }

    package func receive(head: ResponseHead, flow: TransferFlow) throws {
        let first = Int64((head.contentRange?.first ?? 0).bytes)
        guard case let (start, overflow) = origin.addingReportingOverflow(first), !overflow else {
            throw WriteFailure(errno: EFBIG)
        }
        self.start.store(start, ordering: .relaxed)
    }

    package func receive(body: RawSpan) throws -> BodyDemand {
        try body.withUnsafeBytes(write)
        return .more
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(WriteFailure) {
        // Past the largest offset the sum turns negative, which pwrite refuses.
        let position = start.load(ordering: .relaxed) &+ Int64(truncatingIfNeeded: written.load(ordering: .relaxed))
        try Self.write(bytes, to: descriptor, at: position) { written.add(UInt64($0), ordering: .releasing) }
    }

    /// Writes all bytes at a position of a file (pwrite(2)). `wrote` hears of each count of bytes that is in the file.
    package static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at position: Int64, wrote: (Int) -> Void = { _ in }
    ) throws(WriteFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = pwrite(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count,
                off_t(position &+ Int64(bytes.count - rest.count)))
            if count > 0 {
                rest = rest.dropFirst(count)
                wrote(count)
            } else if count == 0 {
                // A regular file never accepts nothing without a reason; do not spin on one that does.
                throw WriteFailure(errno: EIO)
            } else if errno != EINTR {
                throw WriteFailure(errno: errno)
            }
        }
    }
}
