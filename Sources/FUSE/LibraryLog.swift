import CFuse
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What libfuse prints, kept instead of printed: its messages name the reason that its return codes do not.
enum LibraryLog {
    private static let lines = Mutex<[String]>([])
    private static let kept = 32

    /// Takes the place of libfuse's printing to standard error, for the whole process.
    static func install() {
        fuse_set_log_func { _, format, arguments in
            guard let format, let arguments else { return }
            var text = [CChar](repeating: 0, count: 512)
            vsnprintf(&text, text.count, format, arguments)
            LibraryLog.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
    }

    private static func append(_ line: String) {
        lines.withLock { lines in
            if lines.count == kept { lines.removeFirst() }
            lines.append(String(line.drop { $0 == " " }.prefix { !$0.isNewline }))
        }
    }

    /// What was said since the last call.
    static func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
