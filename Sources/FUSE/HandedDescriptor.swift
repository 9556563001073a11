import CFuse
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A descriptor of `/dev/fuse` with which someone else has mounted already, so that this process needs no right to mount; named
/// as libfuse names it, by the mount point `/dev/fd/N` (fuse_session_mount).
///
/// Where the mount is, in which namespace and with which options is known to that other alone, who also takes the mount point
/// away in the end.
package struct HandedDescriptor: Sendable, Hashable {
    let number: Int32

    /// Nil for every other path.
    package init?(_ mountpoint: FilePath) {
        let prefix = "/dev/fd/"
        let text = mountpoint.string
        guard text.hasPrefix(prefix), let number = Int32(text.dropFirst(prefix.utf8.count)), number >= 0 else {
            return nil
        }
        self.number = number
    }

    /// Major and minor number of `/dev/fuse` (Documentation/admin-guide/devices.txt).
    private static let device = (major: UInt64(10), minor: UInt64(229))

    /// Why nothing can be served by it, in words; nil when that can be.
    package var trouble: String? {
        var facts = stat()
        guard fstat(number, &facts) == 0 else { return "descriptor \(number) is not open" }
        guard facts.st_mode & S_IFMT == S_IFCHR, Self.parts(facts.st_rdev) == Self.device else {
            return "descriptor \(number) is not one of /dev/fuse"
        }
        // One that no mount was made with has an error waiting (fuse_dev_poll in the kernel).
        var look = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard poll(&look, 1, 0) >= 0, look.revents & Int16(POLLERR | POLLNVAL) == 0 else {
            return "nothing is mounted with descriptor \(number), or not any more"
        }
        return nil
    }

    /// As gnu_dev_major(3) and its like have it.
    private static func parts(_ device: dev_t) -> (major: UInt64, minor: UInt64) {
        let number = UInt64(device)
        return ((number >> 8) & 0xfff | (number >> 32) & ~0xfff, number & 0xff | (number >> 12) & ~0xff)
    }

    /// Programs that are started from here do not get it, and reading it does not wait: who waits for it waits for the end too.
    func adopt() {
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }

    /// Lets go of the kernel's connection, which ends with its last descriptor. The number stays taken, for libfuse to close.
    func release() {
        guard let nowhere = try? FileDescriptor.open("/dev/null", .readWrite, options: .closeOnExec) else { return }
        dup2(nowhere.rawValue, number)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        try? nowhere.close()
    }
}

/// Tells the threads that read from a handed descriptor to stop. There is no mount point to unmount, which would wake them.
final class ReadingStop: Sendable {
    private let ends: (reading: FileDescriptor, writing: FileDescriptor)?

    init() {
        guard let pipe = try? FileDescriptor.pipe() else {
            ends = nil
            return
        }
        for end in [pipe.readEnd, pipe.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        ends = (pipe.readEnd, pipe.writeEnd)
    }

    deinit {
        try? ends?.reading.close()
        try? ends?.writing.close()
    }

    /// For all threads, also those to come.
    func stop() { _ = try? ends?.writing.writeAll([0]) }

    /// Waits until there is something to read from `descriptor`. False when it is time to stop.
    func waits(for descriptor: Int32) -> Bool {
        guard let ends else { return true }
        var looks = [
            pollfd(fd: ends.reading.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&looks, 2, -1) < 0, errno == EINTR {}
        return looks[0].revents == 0
    }
}
