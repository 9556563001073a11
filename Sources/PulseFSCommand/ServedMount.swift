import Dispatch
import Foundation
import PulseFS

/// A mount that is served until it is unmounted or the process is asked to stop.
struct ServedMount {
    let mount: Mount

    /// Says `ready` once files can be read, then serves. Returns when the mount has ended and everything is let go.
    ///
    /// SIGINT, SIGTERM and SIGHUP end the mount; a second one is the system's own again, and kills.
    func run(ready: @Sendable () -> Void) async {
        let signals = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [mount] in
                signal(number, SIG_DFL)
                mount.end()
            }
            source.resume()
            return source
        }
        await withCheckedContinuation { ended in
            // The kernel keeps requests until a thread takes them, so the mount is usable from here on.
            Thread.detachNewThread { [mount] in
                mount.serve()
                ended.resume()
            }
            ready()
        }
        await mount.close()
        for source in signals { source.cancel() }
    }
}
