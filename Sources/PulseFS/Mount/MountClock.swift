import ArtifactStore
import Dispatch
import FUSE
import JobCache

/// One look a second, the only timer of a mount that nobody uses: what other processes have done to the cache, jobs made known or
/// forgotten, blobs evicted; that nobody follows what is fetched ahead; and whether a check of the key is due. It asks for nothing
/// but that.
struct MountClock {
    private let timer: any DispatchSourceTimer

    init(_ library: JobLibrary, _ keyring: Keyring, _ session: Session) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "pulsefs.clock"))
        timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1), leeway: .milliseconds(100))
        timer.setEventHandler { [weak session] in
            library.catalog.checkListing()
            library.releaseOrphans()
            library.sweepAhead()
            let isInUse = session.map { $0.counters.references > 0 }
            Task {
                if let isInUse { await keyring.tick(isInUse: isInUse) }
                // One that was found damaged meanwhile is empty now.
                try? await library.store.rebuildIndexIfLost()
            }
        }
        timer.resume()
    }

    func stop() { timer.cancel() }
}
