import Dispatch
import Foundation
import PulseFS

/// A mount that is served until it is unmounted or the process is asked to stop.
struct ServedMount {
    let mount: Mount

    /// Someone may be in the mount when it is ended by a signal: they are left behind after this long.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// Says `ready` once files can be read, then serves. Returns when the mount has ended and everything is let go.
    ///
    /// SIGINT, SIGTERM and SIGHUP end the mount; a second one is the system's own again, and kills.
    func run(ready: @Sendable () -> Void) async {
        let (endings, end) = AsyncStream.makeStream(of: Void.self)
        let signals = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [mount] in
                signal(number, SIG_DFL)
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
        ready()
        for await _ in endings { break }
        await mount.close()
        for source in signals { source.cancel() }
    }
}
