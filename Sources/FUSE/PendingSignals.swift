import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whether a thread is about to die of a signal, read from `/proc/<tid>/status` (proc(5)).
///
/// A fatal signal that nobody catches is pending as such or, once the kernel has begun to end the process, as SIGKILL.
/// A caught one (a timer with SA_RESTART) or an ignored one is not a reason to fail a read.
struct PendingSignals: Equatable {
    var pending: UInt64
    var blocked: UInt64
    var ignored: UInt64
    var caught: UInt64

    /// Signals whose default is to do nothing or to stop: SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH.
    private static let harmless: UInt64 = [17, 18, 19, 20, 21, 22, 23, 28].reduce(0) { $0 | 1 << ($1 - 1) }
    private static let kill: UInt64 = 1 << 8

    var isFatal: Bool {
        if pending & Self.kill != 0 { return true }
        return pending & ~(blocked | ignored | caught | Self.harmless) != 0
    }

    init(pending: UInt64, blocked: UInt64, ignored: UInt64, caught: UInt64) {
        self.pending = pending
        self.blocked = blocked
        self.ignored = ignored
        self.caught = caught
    }

    /// Nil when a mask is missing: the text is not such a file's.
    init?(status: String) {
        var masks: [Substring: UInt64] = [:]
        for line in status.split(separator: "\n") {
            guard line.hasPrefix("Sig") || line.hasPrefix("ShdPnd"), let colon = line.firstIndex(of: ":") else {
                continue
            }
            let value = line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " }
            masks[line[..<colon]] = UInt64(value, radix: 16)
        }
        guard let own = masks["SigPnd"], let shared = masks["ShdPnd"], let blocked = masks["SigBlk"],
            let ignored = masks["SigIgn"], let caught = masks["SigCgt"]
        else { return nil }
        self.init(pending: own | shared, blocked: blocked, ignored: ignored, caught: caught)
    }

    /// Nil when the thread is gone or cannot be read.
    init?(thread: Int32) {
        guard let file = try? FileDescriptor.open("/proc/\(thread)/status", .readOnly) else { return nil }
        defer { try? file.close() }
        var text = [UInt8](repeating: 0, count: 4096)
        guard let count = try? text.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
        self.init(status: String(decoding: text[..<count], as: UTF8.self))
    }
}
