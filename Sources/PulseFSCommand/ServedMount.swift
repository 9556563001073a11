import Dispatch
import Foundation
import MountHost
import PulseFS
import Synchronization

/// A mount that is served until it is unmounted or the process is asked to stop.
struct ServedMount {
    let mount: Mount
    /// What ends it.
    var signals = [SIGINT, SIGTERM, SIGHUP]
    /// Whoever manages this process, if they want to know how it does.
    var notice: ServiceNotice?
    /// Whose end is the end of the mount.
    var peer: PeerPipe?

    /// Someone may be in the mount when it is ended by a signal: they are left behind after this long.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// Says `ready` once files can be read, then serves. Returns when the mount has ended and everything is let go.
    ///
    /// The signals end the mount; a second one is the system's own again, and kills.
    ///
    /// A result that can be fetched only once is waited for, however long that takes; `say` is then told so in one line.
    func run(say: @escaping @Sendable (String) -> Void, ready: @Sendable () -> Void) async {
        let (endings, end) = AsyncStream.makeStream(of: Void.self)
        let leave: @Sendable () -> Void = { [mount, notice] in
            notice?.stopping("unmounting")
            mount.end()
            // A mount in use is out of the tree now, but its requests go on for as long as its last user stays.
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { end.yield() }
        }
        peer?.whenClosed(leave)
        let sources = await SignalSources.listening(to: signals) { [signals] _ in
            SignalSources.restoreDefaults(signals)
            leave()
        }
        Thread.detachNewThread { [mount] in
            mount.serve()
            end.yield()
        }
        // The kernel keeps requests until a thread takes them, so the mount is usable from here on.
        notice?.ready("mounted on \(mount.mountpoint)")
        ready()
        for await _ in endings { break }
        notice?.stopping("unmounted, ending what is under way")
        // To unmount was to ask for the end: whoever signals now means it.
        sources.restoreDefaults()
        let isSaid = Mutex(false)
        await mount.close { [notice] count in
            let words = Self.words(count)
            notice?.stopping(words, within: .seconds(30))
            let isFirst = isSaid.withLock { isSaid in
                defer { isSaid = true }
                return !isSaid
            }
            if isFirst { say(words) }
        }
        sources.cancel()
    }

    private static func words(_ count: Int) -> String {
        (count == 1 ? "a result" : "\(count) results")
            + " that can be fetched only once is on its way, and is finished first; a second signal stops it"
    }
}
