import Dispatch
import Glibc

/// The reasons to stop: SIGTERM, SIGINT and, if asked for, the end of the parent process.
///
/// The parent is watched by asking for its id: the kernel's parent-death signal is sent when the
/// parent's *thread* ends, which in a program with a thread pool is not its end.
struct Endings {
    private let endings: AsyncStream<Void>
    /// Kept so that the sources stay alive.
    private let sources: [any DispatchSourceProtocol]

    init(followsParent: Bool) async {
        let (endings, end) = AsyncStream.makeStream(of: Void.self)
        self.endings = endings
        signal(SIGPIPE, SIG_IGN)
        var signals: [any DispatchSourceProtocol] = []
        for number in [SIGTERM, SIGINT] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { end.yield() }
            // The queue's manager takes the signal over a moment later. Whoever ignores it until then loses one that comes meanwhile.
            await withCheckedContinuation { continuation in
                source.setRegistrationHandler { continuation.resume() }
                source.resume()
            }
            signals.append(source)
        }
        var sources: [any DispatchSourceProtocol] = []
        if followsParent {
            sources.append(Self.parentWatch { end.yield() })
            if Self.inputIsPipe { sources.append(Self.inputWatch { end.yield() }) }
        }
        for source in sources { source.resume() }
        self.sources = signals + sources
    }

    /// Returns when the first reason to stop has come.
    func first() async {
        for await _ in endings { return }
    }

    private static func parentWatch(
        _ end: @escaping @Sendable () -> Void
    ) -> any DispatchSourceProtocol {
        let parent = getppid()
        let source = DispatchSource.makeTimerSource(queue: .global())
        source.schedule(deadline: .now(), repeating: .milliseconds(200))
        source.setEventHandler { if getppid() != parent { end() } }
        return source
    }

    private static func inputWatch(
        _ end: @escaping @Sendable () -> Void
    ) -> any DispatchSourceProtocol {
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        source.setEventHandler {
            var byte: UInt8 = 0
            if read(STDIN_FILENO, &byte, 1) == 0 { end() }
        }
        return source
    }

    /// Whether standard input is a pipe or socket: a terminal or `/dev/null` says nothing about a parent.
    private static var inputIsPipe: Bool {
        var facts = stat()
        guard fstat(STDIN_FILENO, &facts) == 0 else { return false }
        let kind = facts.st_mode & S_IFMT
        return kind == S_IFIFO || kind == S_IFSOCK
    }
}
