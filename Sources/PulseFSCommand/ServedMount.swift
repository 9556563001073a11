import Dispatch
import Foundation
import PulseFS

/// A mount that is served until it is unmounted or the process is asked to stop.
struct ServedMount {
    let mount: Mount
    /// What ends it.
    var signals = [SIGINT, SIGTERM, SIGHUP]
    /// Whoever manages this process, if they want to know how it does.
    var notice: ServiceNotice?

    /// Someone may be in the mount when it is ended by a signal: they are left behind after this long.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// Says `ready` once files can be read, then serves. Returns when the mount has ended and everything is let go.
    ///
    /// The signals end the mount; a second one is the system's own again, and kills.
    func run(ready: @Sendable () -> Void) async {
        let (endings, end) = AsyncStream.makeStream(of: Void.self)
        let sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [mount, notice] in
                signal(number, SIG_DFL)
                notice?.stopping("unmounting")
                mount.end()
                // A mount in use is out of the tree now, but its requests go on for as long as its last user stays.
                DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { end.yield() }
            }
            source.resume()
            return source
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
        await mount.close()
        for source in sources { source.cancel() }
    }
}
