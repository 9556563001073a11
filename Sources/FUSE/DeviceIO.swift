import CFuse
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads and writes `/dev/fuse` for libfuse, to mend one answer on its way out.
///
/// libfuse 3.14 knows FUSE_PARALLEL_DIROPS and says so nowhere in its reply to INIT. Without it the kernel sends one
/// lookup or listing of a directory at a time, and one that waits for the network holds up all others of that directory.
/// A later libfuse sets the flag by itself; setting it twice changes nothing.
final class DeviceIO: Sendable {
    /// Of a descriptor that was handed over; nil where an unmount ends the reading.
    let stop: ReadingStop?

    /// `isHandedOver` is whether someone else has mounted.
    init(isHandedOver: Bool) { stop = isHandedOver ? ReadingStop() : nil }

    /// `unique` of the INIT request whose reply is still to come; 0 when there is none.
    private let pendingInit = Atomic<UInt64>(0)
    private let offersParallelDirops = Atomic<Bool>(false)

    /// linux/fuse.h: opcode, flag, and where they stand in the messages.
    private enum Wire {
        static let initOpcode: UInt32 = 26
        static let parallelDirops: UInt32 = 1 << 18
        static let headerSize = 40
        static let opcodeOffset = 4
        static let uniqueOffset = 8
        static let initFlagsOffset = 12
    }

    /// The functions for `fuse_session_custom_io`. libfuse hands them its user data, which leads to the session.
    static var functions: fuse_custom_io {
        var functions = fuse_custom_io()
        functions.read = { descriptor, buffer, size, context in
            let device = DeviceIO.of(context)
            let count =
                device?.stop.map { DeviceIO.read(descriptor, buffer, size, until: $0) }
                ?? Glibc.read(descriptor, buffer, size)
            if count >= Wire.headerSize + Wire.initFlagsOffset + 4, let buffer {
                device?.noticed(UnsafeRawPointer(buffer))
            }
            return count
        }
        functions.writev = { descriptor, vectors, count, context in
            guard count >= 2, let vectors, DeviceIO.of(context)?.mend(vectors[0], vectors[1]) == true else {
                return writev(descriptor, vectors, count)
            }
            let written = writev(descriptor, vectors, count)
            // The kernel has taken the answer in when this returns.
            if written > 0, let context {
                Unmanaged<SessionBox>.fromOpaque(context).takeUnretainedValue().session?.isInitialized()
            }
            return written
        }
        return functions
    }

    /// read(2) of a descriptor that does not wait by itself. EINTR when it is time to stop: libfuse then looks whether its session
    /// has ended.
    private static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ size: Int, until stop: ReadingStop
    ) -> Int {
        while true {
            guard stop.waits(for: descriptor) else {
                errno = EINTR
                return -1
            }
            let count = Glibc.read(descriptor, buffer, size)
            // Another thread was first.
            guard count < 0, errno == EAGAIN else { return count }
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> DeviceIO? {
        context.map { Unmanaged<SessionBox>.fromOpaque($0).takeUnretainedValue().device }
    }

    /// Looks whether a request is INIT. At least a header and the beginning of INIT's body are there.
    private func noticed(_ request: UnsafeRawPointer) {
        guard request.load(fromByteOffset: Wire.opcodeOffset, as: UInt32.self) == Wire.initOpcode else { return }
        let offered = request.load(fromByteOffset: Wire.headerSize + Wire.initFlagsOffset, as: UInt32.self)
        offersParallelDirops.store(offered & Wire.parallelDirops != 0, ordering: .relaxed)
        pendingInit.store(request.load(fromByteOffset: Wire.uniqueOffset, as: UInt64.self), ordering: .releasing)
    }

    /// Returns whether this is the answer to INIT.
    private func mend(_ header: iovec, _ body: iovec) -> Bool {
        let awaited = pendingInit.load(ordering: .acquiring)
        guard awaited != 0, header.iov_len >= 16, let header = header.iov_base,
            header.load(fromByteOffset: Wire.uniqueOffset, as: UInt64.self) == awaited
        else { return false }
        pendingInit.store(0, ordering: .relaxed)
        guard offersParallelDirops.load(ordering: .relaxed), body.iov_len >= Wire.initFlagsOffset + 4,
            let body = body.iov_base
        else { return true }
        let flags = body.load(fromByteOffset: Wire.initFlagsOffset, as: UInt32.self)
        body.storeBytes(of: flags | Wire.parallelDirops, toByteOffset: Wire.initFlagsOffset, as: UInt32.self)
        return true
    }
}
