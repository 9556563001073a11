import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The programs that see the tree and what is cached, and for whom nothing is fetched: those that look at everything there is,
/// whether or not anyone wants it.
///
/// A program is known by the name of the thread that asks, or of its process (proc_pid_comm(5)). What was found holds for its
/// thread until the second is over, so that a look costs a few nanoseconds, and threads that come and go cost one file each.
package final class Crawlers: Sendable {
    package static let standard = [
        "updatedb", "plocate-updatedb", "mlocate", "tracker-miner-f", "tracker-miner-fs-3", "tracker-extract",
        "localsearch-3", "localsearch-extractor-3", "baloo_file", "baloo_file_extractor", "tumblerd", "gvfsd-metadata",
        "gnome-desktop-thumbnailer", "gdk-pixbuf-thumbnailer", "totem-video-thumbnailer", "evince-thumbnailer",
        "ffmpegthumbnailer",
    ]

    /// The kernel keeps so many bytes of a name (TASK_COMM_LEN without the end).
    private static let longestName = 15
    private static let slots = 256

    private let names: Set<String>
    private let find: @Sendable (Int32) -> [String]
    private let second: @Sendable () -> UInt64
    /// By the last bits of the thread's number: the number, the second, and whether it is a crawler.
    private let seen = InlineArray<256, Atomic<UInt64>> { _ in Atomic(0) }

    /// Nobody is a crawler when there are no names. `find` gives the names of a thread.
    package init(
        _ names: [String], find: @escaping @Sendable (Int32) -> [String] = { ProcessNames.of($0) },
        second: @escaping @Sendable () -> UInt64 = { Crawlers.coarseSecond }
    ) {
        self.names = Set(names.map { String(decoding: $0.utf8.prefix(Self.longestName), as: UTF8.self) })
        self.find = find
        self.second = second
    }

    /// Names as people type them, with commas between.
    package static func names(in text: String) -> [String] {
        text.split(separator: ",").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty }
    }

    /// A thread of another pid namespace, whose number is 0, is none.
    func contains(_ thread: Int32) -> Bool {
        guard !names.isEmpty, thread > 0 else { return false }
        let key = UInt64(UInt32(bitPattern: thread)) << 32 | (second() & 0x7fff_ffff) << 1
        let slot = Int(thread) & (Self.slots - 1)
        let known = seen[slot].load(ordering: .relaxed)
        if known & ~1 == key { return known & 1 == 1 }
        let isOne = find(thread).contains { names.contains($0) }
        seen[slot].store(key | (isOne ? 1 : 0), ordering: .relaxed)
        return isOne
    }

    /// By a clock that is read without a system call (CLOCK_MONOTONIC_COARSE).
    package static var coarseSecond: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec)
    }
}

/// The names that the kernel has for threads.
package enum ProcessNames {
    /// Of a thread, and of the process it belongs to; none when it is gone or cannot be looked at.
    package static func of(_ thread: Int32) -> [String] {
        guard let own = text("/proc/\(thread)/comm") else { return [] }
        let leader = text("/proc/\(thread)/status")?.split(separator: "\n").first { $0.hasPrefix("Tgid:") }
            .flatMap { $0.split(separator: "\t").last.flatMap { Int32($0) } }
        let others = leader.flatMap { $0 == thread ? nil : text("/proc/\($0)/comm") }
        return [own, others].compactMap { $0?.split(separator: "\n").first.map(String.init) }
    }

    private static func text(_ path: String) -> String? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: 1024)
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
