import ArtifactStore
import Dispatch

/// Notices what other processes have done to the cache, jobs made known or forgotten, blobs evicted, and that nobody follows
/// what is fetched ahead. One look a second.
struct CacheWatch {
    private let timer: any DispatchSourceTimer

    init(_ library: JobLibrary) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "pulsefs.cache-watch"))
        timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1), leeway: .milliseconds(200))
        timer.setEventHandler {
            library.catalog.checkListing()
            library.releaseOrphans()
            library.sweepAhead()
            // One that was found damaged meanwhile is empty now.
            Task { try? await library.store.rebuildIndexIfLost() }
        }
        timer.resume()
    }

    func stop() { timer.cancel() }
}
