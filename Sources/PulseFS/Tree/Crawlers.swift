import Synchronization
import System
import SystemPackage

/// The programs that see the tree and what is cached, and for whom nothing is fetched: those that look at everything there is,
/// whether or not anyone wants it.
///
/// A program is known by the name of the thread that asks, or of its process (proc_pid_comm(5)), or by the file that it runs. What was found holds for its
/// thread until the second is over, so that a look costs a few nanoseconds, and threads that come and go cost one file each.
package final class Crawlers: Sendable {
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
        second: @escaping @Sendable () -> UInt64 = { SystemClock.coarseSecond }
    ) {
        self.names = Set(names.map(Self.kept))
        self.find = find
        self.second = second
    }

    /// Whether a program of this name is one.
    package func knows(_ program: String) -> Bool { names.contains(Self.kept(program)) }

    /// What the kernel keeps of a name.
    static func kept(_ name: String) -> String { String(decoding: name.utf8.prefix(longestName), as: UTF8.self) }

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
}

/// The names that threads and programs go by.
package enum ProcessNames {
    /// Of a thread, of the process it belongs to, and of the file that this runs; of each what can be looked at.
    package static func of(_ thread: Int32) -> [String] {
        guard let own = text("/proc/\(thread)/comm") else { return [] }
        let leader = text("/proc/\(thread)/status")?.split(separator: "\n").first { $0.hasPrefix("Tgid:") }
            .flatMap { $0.split(separator: "\t").last.flatMap { Int32($0) } }
        let others = leader.flatMap { $0 == thread ? nil : text("/proc/\($0)/comm") }
        return [own, others].compactMap { $0?.split(separator: "\n").first.map(String.init) }
            + [program(thread)]
            .compactMap { $0 }
    }

    /// As the kernel keeps names of threads, so that both are compared alike.
    private static func program(_ thread: Int32) -> String? {
        FilePath("/proc/\(thread)/exe").linkTarget?.lastComponent.map { Crawlers.kept($0.string) }
    }

    private static func text(_ path: String) -> String? { SmallFile.text(FilePath(path)) }
}
